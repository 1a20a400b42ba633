"""kazashi.open("pcsc:"): our own firmware as a CCID reader, through libccid in a real pcscd."""

import json
from importlib.util import find_spec

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

import kazashi
from kazashi.cards.errors import PinRequired
from kazashi.cards.face_surface import FaceSurfaceSession
from kazashi.cards.jpki import JpkiSession
from kazashi.errors import CardGone, NoCard
from kazashi.sim.card import MyNumberCard
from kazashi.sim.options import CARDS, Options
from kazashi.sim.person import Person
from kazashi.sim.picc import TypeB
from kazashi_wire.messages import Technology
from plugged import READER, Plugged, needs_libccid
from program import command

pytestmark = [
    needs_libccid(),
    pytest.mark.skipif(not find_spec("smartcard"), reason="missing: uv sync --extra pcsc"),
]
PERSON = Person()


@pytest.fixture(scope="module")
def plugged(tmp_path_factory):
    with Plugged(tmp_path_factory.mktemp("ccid"), speed=20) as plugged:
        yield plugged
        assert not plugged.pcscd.criticals


@pytest.fixture
def card(plugged):
    picc = TypeB(MyNumberCard(PERSON))
    plugged.lay(picc)
    return picc


@pytest.fixture
def reader(plugged):
    with kazashi.open(f"pcsc:{READER}") as reader:
        yield reader


def test_a_card_is_read_verified_and_signs_and_forgets_its_pin(card, reader):
    held = reader.wait_for_card(5)
    assert held.technology is Technology.TYPE_B
    jpki = JpkiSession(held)
    assert jpki.authentication_certificate() == PERSON.certificate
    jpki.verify_pin("1234")
    x509.load_der_x509_certificate(PERSON.certificate).public_key().verify(
        jpki.sign(b"challenge"), b"challenge", padding.PKCS1v15(), hashes.SHA256()
    )
    with pytest.raises(PinRequired):
        JpkiSession(reader.wait_for_card(5)).sign(b"challenge")


def test_the_photo_is_read_in_chained_messages(card, reader):
    surface = FaceSurfaceSession(reader.wait_for_card(5))
    surface.verify_code_b(PERSON.code_b)
    assert surface.surface().photo == PERSON.photo


def test_a_card_that_is_taken_away_is_gone(card, plugged, reader):
    held = reader.wait_for_card(5)
    plugged.lay()
    assert reader.wait_for_removal(5)
    with pytest.raises(NoCard):
        held.transmit(bytes(4))


def test_a_card_that_is_pulled_in_a_command_is_gone_and_read_when_it_is_back(card, plugged, reader):
    application = card.blocks.application
    transmit = application.transmit

    def leave(apdu):
        plugged.pico.air.clear()
        return transmit(apdu)

    jpki = JpkiSession(reader.wait_for_card(5))
    application.transmit = leave
    with pytest.raises(CardGone):
        jpki.authentication_certificate()
    application.transmit = transmit
    plugged.lay(card)
    assert JpkiSession(reader.wait_for_card(5)).authentication_certificate() == PERSON.certificate


def test_a_phone_is_of_type_a_and_told_by_its_label(plugged, reader):
    plugged.lay(*CARDS["android"](Options(card="android")))
    held = reader.wait_for_card(5)
    assert held.technology is Technology.TYPE_A
    assert JpkiSession(held).token_label() == "JPKIAPGPSETOKEN"


def test_the_command_line_checks_a_patient_in(card, tmp_path):
    answers = ("--consent", "all", "--prescription", "paper", "--language", "en", "--json")
    at = ("--reader", f"pcsc:{READER}", "--journal", tmp_path / "journal.db")
    done = command("checkin", "--test", "--way", "pin", *at, *answers, stdin="1234\n")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["outcome"] == "checked_in"
