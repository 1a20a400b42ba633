"""The card's surface end to end: firmware, chip, air, and every kind of simulated card."""

from datetime import UTC, datetime

import pytest

import kazashi
from kazashi.cards.certificate import Certificate
from kazashi.cards.errors import (
    CardStatus,
    Doubt,
    LastTry,
    NoCertificate,
    NotGenuine,
    PinAbsent,
    PinBlocked,
    PinRequired,
    SurfaceAbsent,
    WrongCode,
)
from kazashi.cards.face_surface import FaceSurfaceSession
from kazashi.cards.input_support import InputSupportSession
from kazashi.cards.jpki import PLAN, JpkiSession
from kazashi.sim.approved import ApprovedComponent
from simulated import ANCHORS


@pytest.fixture
def lay_down(pico, plug_in):
    """Lays a simulated card on a reader: (the card of the reader, the simulated one)."""

    def lay(**options):
        simulated = pico(**options)
        card = plug_in(simulated).wait_for_card(10)
        return card, simulated.cards[0].blocks.application

    return lay


@pytest.mark.parametrize("options", [{}, {"extended": False}, {"fsc": 64}, {"card": "slow"}])
def test_the_photo_comes_whole_and_the_card_is_genuine(lay_down, options):
    card, simulated = lay_down(**options)
    face = FaceSurfaceSession(card)
    face.verify_code_b(simulated.person.code_b)
    surface = face.surface()
    assert surface.photo == simulated.person.photo
    face.prove_genuine(surface, ANCHORS)


def test_one_card_serves_all_three_applications(lay_down):
    card, simulated = lay_down(pin="9753")
    text = InputSupportSession(card)
    text.verify_pin("9753")
    assert text.four_items().name == simulated.person.name
    jpki = JpkiSession(card)
    jpki.verify_pin("9753")
    certificate = Certificate.parse(jpki.authentication_certificate())
    assert certificate.verifies(jpki.sign(b"challenge"), b"challenge")
    assert simulated.my_number_reads == 0


@pytest.mark.parametrize(
    ("kind", "reason"), [("cloned", Doubt.COPIED_CHIP), ("unknown", Doubt.UNKNOWN_ISSUER)]
)
def test_a_card_that_is_not_genuine_is_found_out(lay_down, kind, reason):
    card, simulated = lay_down(card=kind)
    face = FaceSurfaceSession(card)
    face.verify_code_b(simulated.person.code_b)
    with pytest.raises(NotGenuine) as refused:
        face.prove_genuine(face.surface(), ANCHORS)
    assert refused.value.reason is reason


def test_the_signature_of_a_cloned_card_is_wrong(lay_down):
    card, _ = lay_down(card="cloned")
    jpki = JpkiSession(card)
    jpki.verify_pin("1234")
    certificate = Certificate.parse(jpki.authentication_certificate())
    assert not certificate.verifies(jpki.sign(b"challenge"), b"challenge")


def test_the_approved_component_signs_through_the_reader(lay_down):
    card, simulated = lay_down(card="pinless")
    with pytest.raises(PinAbsent):
        JpkiSession(card).pin_tries_left()
    signature = ApprovedComponent(card.transmit).sign_without_pin(b"challenge")
    assert Certificate.parse(simulated.person.certificate).verifies(signature, b"challenge")


def test_the_field_off_ends_the_trust_in_the_terminal(pico, plug_in):
    reader = plug_in(pico())
    ApprovedComponent(reader.wait_for_card(10).transmit).sign_without_pin(b"challenge")
    with pytest.raises(PinRequired):
        JpkiSession(reader.wait_for_card(10)).sign(b"challenge")


@pytest.mark.parametrize("plan", [None, PLAN])
def test_a_card_without_a_certificate_says_so(pico, plug_in, plan):
    card = plug_in(pico(card="uncertified")).wait_for_card(10, plan=plan)
    with pytest.raises(NoCertificate):
        JpkiSession(card).authentication_certificate()


def test_a_locked_card_says_so(lay_down):
    with pytest.raises(PinBlocked):
        JpkiSession(lay_down(card="locked")[0]).pin_tries_left()
    with pytest.raises(LastTry):
        JpkiSession(lay_down(tries=1)[0]).verify_pin("1234")


def test_an_infant_has_no_photo(lay_down):
    card, simulated = lay_down(card="infant")
    face = FaceSurfaceSession(card)
    face.verify_code_b(simulated.person.code_b)
    assert face.surface().photo == b""


def test_an_expired_card_has_an_expired_certificate(lay_down):
    card, _ = lay_down(card="expired")
    certificate = Certificate.parse(JpkiSession(card).authentication_certificate())
    assert certificate.not_after < datetime.now(UTC)


@pytest.mark.parametrize("kind", ["android", "iphone"])
def test_a_phone_has_no_surface(lay_down, kind):
    with pytest.raises(SurfaceAbsent):
        FaceSurfaceSession(lay_down(card=kind)[0])


def test_an_iphone_signs_without_a_pin_until_it_is_told_that_this_was_all(lay_down):
    card, _ = lay_down(card="iphone")
    jpki = JpkiSession(card)
    certificate = Certificate.parse(jpki.authentication_certificate())
    assert certificate.verifies(jpki.sign(b"challenge"), b"challenge")
    jpki.finish()
    with pytest.raises(CardStatus):
        jpki.sign(b"challenge")


def test_android_signs_after_its_pin(lay_down):
    card, _ = lay_down(card="android")
    jpki = JpkiSession(card)
    with pytest.raises(PinRequired):
        jpki.sign(b"challenge")
    jpki.verify_pin("1234")
    certificate = Certificate.parse(jpki.authentication_certificate())
    assert certificate.verifies(jpki.sign(b"challenge"), b"challenge")


def test_a_card_opens_by_its_url():
    with kazashi.open("sim:?card=pinless&speed=20") as reader:
        face = FaceSurfaceSession(reader.wait_for_card(10))
        with pytest.raises(WrongCode):
            face.verify_code_b("0" * 14)
