"""The guess of a certificate's length: it saves a command, and never breaks a session."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kazashi.cards.errors import PinRequired
from kazashi.cards.jpki import PLAN, JpkiSession
from kazashi.reader import Reader
from kazashi.sim.application import Data
from kazashi.sim.issued import Issued
from kazashi.sim.jpki import Jpki
from kazashi.sim.person import Person
from kazashi.sim.picc import BlockSettings, Response, TypeA, TypeB
from rig import Rig
from strange import CARDS

PERSON = Person()
PIN = "1234"
LENGTHS = range(1200, 2001, 100)


def certificate_of(size):
    return (
        b"\x30\x82" + (size - 4).to_bytes(2, "big") + bytes(i * 7 & 0xFF for i in range(size - 4))
    )


class Holding(Jpki):
    """Has a certificate of `size` bytes, and `padding` behind it. Keeps the commands it was given;
    `refuse` may put another response in the place of one.
    """

    def __init__(self, size, padding=400, refuse=lambda _apdu, _response: None, **kind):
        super().__init__(
            PERSON, Issued(PIN, takes_extended=kind.pop("takes_extended", True)), **kind
        )
        file = self.files[0x000A]
        self.certificate = certificate_of(size)
        file.content = self.certificate + bytes(padding)
        self.commands, self._refuse = [], refuse

    def transmit(self, apdu):
        self.commands.append(apdu.hex())
        response = super().transmit(apdu)
        refusal = self._refuse(apdu, response.apdu)
        return response if refusal is None else Response(refusal)


def read(card, guess, application=None):
    """The commands of an armed read with this guess: the host finds all of its answers there."""
    application = application or card.blocks.application
    reader = Reader(Rig(card).connect)
    jpki = JpkiSession(reader.wait_for_card(5, plan=replace(PLAN, guess=guess)))
    reader.wait_for_removal(0.0)  # the plan is over then
    by_itself = list(application.commands)
    assert jpki.authentication_certificate() == application.certificate
    assert jpki.token_label() == "JPKIAPICCTOKEN2"
    assert application.commands == by_itself
    return by_itself


@pytest.mark.parametrize("guess", [0, 256, 257, 1200, 1600, 2000, 3000])
@pytest.mark.parametrize("size", LENGTHS)
def test_a_certificate_of_any_length_is_read_with_any_guess(size, guess):
    commands = read(TypeB(Holding(size)), guess)
    has_guessed, is_whole = guess > 256, guess >= size
    assert commands[1] == (f"00b08a00{guess:06x}" if has_guessed else "00b08a00fb")
    assert len(commands) == (3 if has_guessed and is_whole else 4)


@pytest.mark.parametrize(("size", "guess"), [(1515, 0), (1515, 1300), (1600, 1517), (506, 505)])
def test_a_status_word_in_two_blocks_is_understood(size, guess):
    commands = read(TypeB(Holding(size, 0)), guess)
    rest = size - (guess or 251)
    assert [int(each[8:] or "0", 16) for each in commands[1:3]] == [guess or 251, rest]
    assert len(commands) == 4


@given(
    size=st.integers(260, 3000) | st.integers(260, 520),
    guess=st.integers(0, 0xFFFF) | st.integers(240, 3000) | st.integers(240, 520),
    padding=st.integers(0, 400),
    fsci=st.sampled_from([8, 5, 0]),
    takes_extended=st.booleans(),
)
@example(size=1600, guess=1600, padding=0, fsci=8, takes_extended=True)
@example(size=251 + 254, guess=0, padding=0, fsci=8, takes_extended=True)
@example(size=1200, guess=1600, padding=0, fsci=8, takes_extended=True)
def test_no_guess_breaks_a_read(size, guess, padding, fsci, takes_extended):
    application = Holding(size, padding, takes_extended=takes_extended)
    read(TypeB(application, BlockSettings(fsci=fsci)), guess)


@pytest.mark.parametrize("guess", [1200, 1600, 2000])
@pytest.mark.parametrize("kind", CARDS)
def test_every_strange_card_is_read_with_a_guess(kind, guess):
    card = CARDS[kind](Holding(1600))
    reader = Reader(Rig(card).connect)
    jpki = JpkiSession(reader.wait_for_card(5, plan=replace(PLAN, guess=guess)))
    assert jpki.authentication_certificate() == certificate_of(1600)
    assert reader.health().retries == 0


def is_extended(apdu):
    return apdu[1] == 0xB0 and len(apdu) == 7


STATUSES = ["6700", "6b00", "6d00", "6f00", "6985", "6a86", "6982", "6c00", "6cc8"]


@pytest.mark.parametrize("status", STATUSES)
def test_a_card_that_refuses_the_guess_is_read_in_short_pieces(status):
    status = bytes.fromhex(status)
    card = TypeB(Holding(1600, refuse=lambda apdu, _: status if is_extended(apdu) else None))
    commands = read(card, 1600)
    assert sum(len(command) == 14 for command in commands) == 1


@pytest.mark.parametrize("status", ["6282", "9000"])
def test_a_card_that_gives_less_than_the_guess_is_asked_for_the_rest(status):
    end = bytes.fromhex(status)
    few = TypeB(Holding(1600, refuse=lambda a, r: r[:231] + end if is_extended(a) else None))
    commands = read(few, 1600)
    assert commands[2] == "00b000e7fb"  # from 231 on, in short pieces


def test_a_card_that_hands_out_the_guess_in_pieces_is_read():
    """61xx: the reader leaves it to the host, which fetches the rest."""
    waiting = bytearray()

    def in_pieces(apdu, response):
        if is_extended(apdu):
            waiting[:] = response[:-2]
        elif apdu[1] != 0xC0:
            return None
        piece, left = bytes(waiting[:250]), len(waiting) - 250
        del waiting[:250]
        return piece + (bytes((0x61, min(left, 255))) if left > 0 else b"\x90\x00")

    jpki = JpkiSession(
        Reader(Rig(TypeB(Holding(1600, refuse=in_pieces))).connect).wait_for_card(
            5, plan=replace(PLAN, guess=1600)
        )
    )
    assert jpki.authentication_certificate() == certificate_of(1600)


@pytest.mark.parametrize("guess", [0, 1600])
def test_a_phone_that_wants_its_pin_first_is_read_with_extended_length_after_it(guess):
    phone = Holding(1600, label="JPKIAPGPSETOKEN")
    reader = Reader(Rig(TypeA(phone)).connect)
    jpki = JpkiSession(reader.wait_for_card(5, plan=replace(PLAN, guess=guess)))
    with pytest.raises(PinRequired):
        jpki.authentication_certificate()
    jpki.verify_pin(PIN)
    before = len(phone.commands)
    assert jpki.authentication_certificate() == phone.certificate
    assert len(phone.commands) - before == (1 if guess else 2)


def lay(rig, card):
    rig.air.clear()
    rig.cards[:] = [card]
    rig.lay_down()


def test_the_guess_is_the_shortest_of_the_last_twenty_if_half_of_them_had_it():
    rig = Rig()
    reader = Reader(rig.connect)
    asked = []
    for size in (1600, 1500, 1500, 1700, 1700, 1500, *[1700] * 19):
        application = Holding(size)
        lay(rig, TypeB(application))
        jpki = JpkiSession(reader.wait_for_card(5, plan=PLAN))
        assert jpki.authentication_certificate() == application.certificate
        asked.append(int(application.commands[1][8:], 16))
    assert asked == [251, 1600, 1500, 1500, 1500, 251, 1500, *[251] * 18]


def test_what_is_no_certificate_is_no_guess():
    rig = Rig()
    reader = Reader(rig.connect)
    for content in (bytes(2000), b"\x30\x82\xff\xff" + bytes(2000), b"\x30\x82"):
        card = Holding(1600)
        card.files[0x000A] = Data(content)
        lay(rig, TypeB(card))
        reader.wait_for_card(5, plan=PLAN)
        reader.wait_for_removal(0.0)
        assert card.commands[1] == "00b08a00fb"


def test_progress_with_a_guess_ends_with_the_whole():
    reader = Reader(Rig(TypeB(Holding(1600))).connect)
    jpki = JpkiSession(reader.wait_for_card(5, plan=replace(PLAN, guess=1200)))
    progress = []
    jpki.authentication_certificate(lambda so_far, size: progress.append((so_far, size)))
    assert progress[-1] == (1600, 1600)
    assert progress == sorted(progress)
