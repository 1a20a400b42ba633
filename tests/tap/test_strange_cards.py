"""Cards and chips that are not as others are, and are read all the same."""

import pytest

from kazashi.cards.certificate import Certificate
from kazashi.cards.jpki import PLAN, JpkiSession
from kazashi.errors import SeveralCards
from kazashi.reader import Reader
from kazashi.sim.jpki import Jpki
from kazashi.sim.options import BUSES
from kazashi.sim.person import Person
from kazashi.sim.picc import BlockSettings, TypeA, TypeB
from kazashi_wire.messages import Technology
from rig import Rig
from strange import CARDS, CHIPS, BothTypes, ZerosBefore

PERSON = Person(1600)
CERTIFICATE = Certificate.parse(PERSON.certificate)
TECHNOLOGIES = {
    "A": Technology.TYPE_A,
    "B": Technology.TYPE_B,
    "E": Technology.APPLE_ECP,
}

asked_and_armed = pytest.mark.parametrize("plan", [None, PLAN], ids=["asked", "armed"])
on_every_bus = pytest.mark.parametrize("bus", BUSES)


def reads(rig, plan=PLAN):
    """Read the certificate. Returns how the reader is then."""
    reader = Reader(rig.connect)
    card = reader.wait_for_card(5, plan=plan)
    jpki = JpkiSession(card)
    assert jpki.authentication_certificate() == PERSON.certificate
    jpki.verify_pin("1234")
    assert CERTIFICATE.verifies(jpki.sign(b"challenge"), b"challenge")
    return reader.health()


@asked_and_armed
@pytest.mark.parametrize("kind", CARDS)
def test_every_card_is_found_at_once_and_read_without_a_retry(kind, plan):
    health = reads(Rig(CARDS[kind](Jpki(PERSON))), plan)
    assert (health.repolls, health.retries) == (0, 0)


@asked_and_armed
@on_every_bus
@pytest.mark.parametrize("chip", CHIPS, ids=lambda chip: chip.__name__)
def test_every_chip_reads_a_card_without_a_reset(chip, bus, plan):
    assert reads(Rig(TypeB(Jpki(PERSON)), chip=chip, bus=bus), plan).chip_resets == 0


@on_every_bus
@pytest.mark.parametrize("zeros", [(2,), (3,), (8,)], ids=str)
def test_zeros_before_every_frame_are_skipped(bus, zeros):
    chip = type("", (ZerosBefore,), {"zeros": zeros})
    assert reads(Rig(TypeB(Jpki(PERSON)), chip=chip, bus=bus)).chip_resets == 0


@asked_and_armed
@pytest.mark.parametrize("sfgi", range(16))
def test_a_phone_is_sent_nothing_in_its_guard_time(sfgi, plan):
    phone = TypeA(Jpki(PERSON), BlockSettings(fwi=8, sfgi=sfgi))
    assert reads(Rig(phone), plan).retries == 0


@asked_and_armed
@pytest.mark.parametrize("other", [TypeA(Jpki(PERSON)), TypeA(None)], ids=["phone", "tag"])
@pytest.mark.parametrize("order", ["BA", "AB", "EAB"])
def test_a_card_beside_a_phone_or_a_tag_is_refused(other, order, plan):
    technologies = [TECHNOLOGIES[letter] for letter in order]
    reader = Reader(Rig(TypeB(Jpki(PERSON)), other).connect)
    with pytest.raises(SeveralCards):
        reader.wait_for_card(5, technologies=technologies, plan=plan)


@pytest.mark.parametrize("order", ["BA", "AB"])
def test_a_phone_alone_is_read_in_either_order(order):
    reader = Reader(Rig(TypeA(Jpki(PERSON))).connect)
    card = reader.wait_for_card(5, technologies=[TECHNOLOGIES[letter] for letter in order])
    assert JpkiSession(card).authentication_certificate() == PERSON.certificate


def test_a_tag_beside_the_card_is_no_matter_where_type_b_alone_is_looked_for():
    reader = Reader(Rig(TypeB(Jpki(PERSON)), TypeA(None)).connect)
    card = reader.wait_for_card(5, technologies=(Technology.TYPE_B,))
    assert JpkiSession(card).authentication_certificate() == PERSON.certificate


@pytest.mark.parametrize("order", ["BA", "AB"])
def test_a_phone_that_shows_both_types_is_one(order):
    reader = Reader(Rig(BothTypes(Jpki(PERSON))).connect)
    card = reader.wait_for_card(5, technologies=[TECHNOLOGIES[letter] for letter in order])
    assert JpkiSession(card).authentication_certificate() == PERSON.certificate
    assert reader.health().repolls == 0
