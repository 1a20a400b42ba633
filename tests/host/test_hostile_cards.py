"""Cards that answer anything to any command: sessions raise reader and card errors, and end."""

import random
import tracemalloc

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kazashi.cards.apdu import Channel, Command, send
from kazashi.cards.face_surface import FaceSurfaceSession
from kazashi.cards.input_support import InputSupportSession
from kazashi.cards.jpki import JpkiSession
from kazashi.errors import ReaderError
from kazashi.sim.card import MyNumberCard
from kazashi.sim.issued import Issued
from kazashi.sim.person import Person
from mutations import mutated
from seeds import many_seeds
from simulated import ANCHORS

PERSON = Person()
OK = b"\x90\x00"
STATUSES = bytes.fromhex("900090009000610061ff61016c006c106282630063c363c0698269836a82")
MOST_COMMANDS = 3000  # of one use below: none goes on for ever


class Hostile(Channel):
    """A real card; some answers are changed: data, status, order, amount. `seed` says how."""

    def __init__(self, seed, honesty=None):
        self._dice = random.Random(seed)
        self._card = MyNumberCard(PERSON, Issued(takes_extended=bool(seed % 2)))
        drawn = self._dice.choice((0, 0.5, 0.8, 0.95))
        self._honesty = drawn if honesty is None else honesty
        self._open_everything()
        self.commands = 0

    def transmit(self, apdu, on_progress=None):
        self.commands += 1
        assert self.commands < MOST_COMMANDS
        answer = self._card.transmit(apdu).apdu
        return answer if self._dice.random() < self._honesty else self._changed(answer)

    def _open_everything(self):
        for application in (self._card.jpki, self._card.face, self._card.text):
            for entry in application.files.values():
                if hasattr(entry, "guards"):
                    entry.guards = ()

    def _changed(self, answer):
        dice = self._dice
        data, status = answer[:-2], answer[-2:]
        at = 2 * dice.randrange(len(STATUSES) // 2)
        return dice.choice(
            (
                mutated(dice.getrandbits(32), data) + status,
                data + STATUSES[at : at + 2],
                dice.randbytes(dice.choice((1, 20, 300, 70_000))) + STATUSES[at : at + 2],
                data[:1] + status,
                STATUSES[at : at + 2],
                dice.randbytes(dice.randrange(4)),
                data * dice.choice((2, 100)) + status,
            )
        )


USES = [
    (JpkiSession, lambda session: session.token_label()),
    (JpkiSession, lambda session: session.authentication_certificate(lambda _got, _all: None)),
    (JpkiSession, lambda session: session.pin_tries_left()),
    (JpkiSession, lambda session: (session.verify_pin("1234"), session.sign(b"challenge"))),
    (JpkiSession, lambda session: session.finish()),
    (FaceSurfaceSession, lambda session: session.code_b_tries_left()),
    (FaceSurfaceSession, lambda session: session.verify_code_b(PERSON.code_b)),
    (FaceSurfaceSession, lambda session: session.prove_genuine(session.surface(), ANCHORS)),
    (InputSupportSession, lambda session: session.verify_pin("1234")),
    (InputSupportSession, lambda session: session.four_items()),
]


def use_all(card):
    for session, use in USES:
        card.commands = 0
        try:
            use(session(card))
        except ReaderError:
            pass


def test_an_honest_card_answers_all_of_it():
    card = Hostile(0, honesty=1)
    for session, use in USES:
        use(session(card))


@many_seeds(300)
def test_a_card_that_answers_anything_raises_nothing_but_reader_and_card_errors(seed):
    use_all(Hostile(seed))


@settings(max_examples=100)
@given(st.lists(st.binary(max_size=270), min_size=1, max_size=30))
@example([b"\0\x61\0"])  # a byte, and more to come: 512 commands until that is given up
def test_noise_for_every_answer_raises_nothing_but_reader_and_card_errors(answers):
    class Noise(Channel):
        commands = 0

        def transmit(self, apdu, on_progress=None):
            self.commands += 1
            assert self.commands < MOST_COMMANDS
            return answers[self.commands % len(answers)]

    use_all(Noise())


class Dripping(Channel):
    """Gives one byte of a file of 32 kB for each command; `status` follows it."""

    def __init__(self, status=OK):
        self.status = status
        self.commands = 0

    def transmit(self, apdu, on_progress=None):
        self.commands += 1
        assert self.commands < MOST_COMMANDS
        if apdu[1] == 0xA4:
            return OK
        is_start = apdu[1] == 0xB0 and apdu[2] & 0x80
        return (b"\x30\x82\x7f\x00" if is_start else b"\x55") + self.status


@pytest.mark.parametrize("status", [OK, b"\x61\x01", b"\x61\x00", b"\x62\x82"])
def test_a_card_that_gives_a_byte_at_a_time_is_not_read_to_the_end(status):
    card = Dripping(status)
    tracemalloc.start()
    with pytest.raises(ReaderError):
        JpkiSession(card).authentication_certificate()
    assert tracemalloc.get_traced_memory()[1] < 4 << 20
    tracemalloc.stop()


def test_of_more_than_was_asked_for_only_what_was_asked_for_is_taken():
    class Generous(Channel):
        def transmit(self, apdu, on_progress=None):
            return (b"" if apdu[1] == 0xA4 else b"JPKIAPICCTOKEN2".ljust(32) + b"x" * 60_000) + OK

    assert JpkiSession(Generous()).token_label() == "JPKIAPICCTOKEN2"


def test_a_response_in_pieces_of_a_byte_is_given_up():
    card = Dripping(b"\x61\x01")
    with pytest.raises(ReaderError):
        send(card, Command(0, 0xB0, ne=256))
    assert card.commands < 600
