"""Cards and chips that are not as others are, and are read all the same."""

import pytest

from desk import Desk
from kazashi.cards.jpki import PLAN, JpkiSession
from kazashi.errors import SeveralCards
from kazashi.reader import Reader
from kazashi.sim.hostframe import SYNTAX_ERROR
from kazashi.sim.jpki import Jpki
from kazashi.sim.options import BUSES
from kazashi.sim.person import Person
from kazashi.sim.picc import BlockSettings, TypeA, TypeB, _State
from kazashi_wire.messages import Technology

PERSON = Person(1600)
SAM_CONFIGURATION = 0x14
TECHNOLOGIES = {
    "A": Technology.TYPE_A,
    "B": Technology.TYPE_B,
    "E": Technology.APPLE_ECP,
}


def reads(desk, plan=PLAN):
    """Read the certificate. Returns how the reader is then."""
    reader = Reader(desk.connect)
    card = reader.wait_for_card(5, plan=plan)
    assert JpkiSession(card).authentication_certificate() == PERSON.certificate
    return reader.health()


class Clinging(TypeB):
    """It leaves a session when its power goes off, and in no other way."""

    def _answer(self, data):
        return (None, 0.0) if data[:1] in (b"\xc2", b"\xca") else super()._answer(data)


@pytest.mark.parametrize("card", [TypeB(Jpki(PERSON), has_cid=False), Clinging(Jpki(PERSON))])
def test_a_card_that_does_not_leave_the_session_of_the_chip_is_found_at_once(card):
    health = reads(Desk(card))
    assert (health.repolls, health.retries) == (0, 0)


@pytest.mark.parametrize("zeros", [1, 2, 3, 8])
@pytest.mark.parametrize("bus", BUSES)
def test_zeros_before_every_frame_are_skipped(bus, zeros):
    desk = Desk(TypeB(Jpki(PERSON)), bus=bus)
    say = desk.chip.say
    desk.chip.say = lambda frame, after_s: say(bytes(zeros) + frame, after_s)
    assert reads(desk).chip_resets == 0


@pytest.mark.parametrize("zeros", [1, 3, 8])
@pytest.mark.parametrize("bus", BUSES)
def test_zeros_before_some_frames_are_skipped(bus, zeros):
    desk = Desk(TypeB(Jpki(PERSON)), bus=bus)
    say, count = desk.chip.say, iter(range(1_000_000))
    desk.chip.say = lambda frame, after_s: say(
        bytes(zeros * (next(count) % 7 == 3)) + frame, after_s
    )
    assert reads(desk).chip_resets == 0


def unheard(_chip, _command):
    """Neither acknowledged nor answered."""


def unanswered(chip, _command):
    chip.acknowledge()


def not_understood(chip, _command):
    chip.acknowledge()
    chip.say(SYNTAX_ERROR, 0.0006)


@pytest.mark.parametrize("way", [unheard, unanswered, not_understood])
@pytest.mark.parametrize("bus", BUSES)
def test_a_clone_that_knows_sam_configuration_with_one_parameter_alone_is_started(bus, way):
    desk = Desk(TypeB(Jpki(PERSON)), bus=bus)
    desk.chip.disturb = lambda _n, command: (
        way if command[0] == SAM_CONFIGURATION and len(command) != 2 else None
    )
    assert reads(desk).chip_resets == 0


@pytest.mark.parametrize("plan", [None, PLAN], ids=["asked", "armed"])
@pytest.mark.parametrize("sfgi", range(16))
def test_a_phone_is_sent_nothing_in_its_guard_time(sfgi, plan):
    phone = TypeA(Jpki(PERSON), BlockSettings(fwi=8, sfgi=sfgi))
    assert reads(Desk(phone), plan).retries == 0


@pytest.mark.parametrize("plan", [None, PLAN], ids=["asked", "armed"])
@pytest.mark.parametrize("other", [TypeA(Jpki(PERSON)), TypeA(None)], ids=["phone", "tag"])
@pytest.mark.parametrize("order", ["BA", "AB", "EAB"])
def test_a_card_beside_a_phone_or_a_tag_is_refused(other, order, plan):
    technologies = [TECHNOLOGIES[letter] for letter in order]
    reader = Reader(Desk(TypeB(Jpki(PERSON)), other).connect)
    with pytest.raises(SeveralCards):
        reader.wait_for_card(5, technologies=technologies, plan=plan)


@pytest.mark.parametrize("order", ["BA", "AB"])
def test_a_phone_alone_is_read_in_either_order(order):
    reader = Reader(Desk(TypeA(Jpki(PERSON))).connect)
    card = reader.wait_for_card(5, technologies=[TECHNOLOGIES[letter] for letter in order])
    assert JpkiSession(card).authentication_certificate() == PERSON.certificate


def test_a_tag_beside_the_card_is_no_matter_where_type_b_alone_is_looked_for():
    reader = Reader(Desk(TypeB(Jpki(PERSON)), TypeA(None)).connect)
    card = reader.wait_for_card(5, technologies=(Technology.TYPE_B,))
    assert JpkiSession(card).authentication_certificate() == PERSON.certificate


class BothTypes:
    """A phone that answers calls of either type until a reader has chosen one."""

    def __init__(self):
        self.blocks = Jpki(PERSON)
        self._b, self._a = TypeB(self.blocks), TypeA(self.blocks)

    def lose_power(self):
        self._a.lose_power()
        self._b.lose_power()

    def receive(self, frame):
        mine, other = self._a, self._b
        if frame.technology is Technology.TYPE_B:
            mine, other = other, mine
        return None if other._state is _State.ACTIVE else mine.receive(frame)


@pytest.mark.parametrize("order", ["BA", "AB"])
def test_a_phone_that_shows_both_types_is_one(order):
    reader = Reader(Desk(BothTypes()).connect)
    card = reader.wait_for_card(5, technologies=[TECHNOLOGIES[letter] for letter in order])
    assert JpkiSession(card).authentication_certificate() == PERSON.certificate
    assert reader.health().repolls == 0
