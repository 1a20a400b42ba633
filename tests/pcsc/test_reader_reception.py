"""Patients check in at a PC/SC reader, through a real pcscd and vpcd."""

import json
from importlib.util import find_spec
from time import monotonic

import pytest

import faces
import kazashi
from kazashi.cards.certificate import Certificate
from kazashi.reception.checkin import Reception
from kazashi.reception.face.attempts import Attempts
from kazashi.reception.face.engine import open_matcher
from kazashi.reception.face.settings import FaceSettings
from kazashi.reception.journal import Journal
from kazashi.reception.people import (
    AskCodeB,
    AskConsents,
    AskFrame,
    AskPasscode,
    AskPin,
    AskPrescription,
    AskStaff,
    StaffCheck,
)
from kazashi.reception.place import Faces
from kazashi.reception.profiles import PROFILES
from kazashi.reception.rules import Prescription, Proof, Token, Way
from kazashi.reception.settings import load
from kazashi.reception.visit import Outcome
from kazashi.sim.card import MyNumberCard
from kazashi.sim.person import Person
from kazashi.testing import SimulatedCentre, SimulatedComponent
from pcscd import VPCD, VPCD_READERS, Pcscd, needs
from program import command
from reception_desk import ANCHORS, PASSCODE, PERSON, PIN, WRONG_PIN, People, in_turn
from vpcd_card import CardInSlot

pytestmark = [
    needs("ip", drivers=[VPCD]),
    pytest.mark.skipif(not find_spec("smartcard"), reason="missing: uv sync --extra pcsc"),
]
NAME = "Virtual PCD 00 00"
SIGN = bytes.fromhex("802a")


@pytest.fixture(scope="module")
def patient():
    person = Person()
    person.photo = faces.photo(PERSON)
    return person


@pytest.fixture(scope="module")
def used_slot(tmp_path_factory, patient):
    folder = tmp_path_factory.mktemp("pcscd")
    with (
        Pcscd(folder, VPCD_READERS, own_network=True) as daemon,
        CardInSlot(daemon, MyNumberCard(patient)) as slot,
    ):
        yield slot


@pytest.fixture
def slot(used_slot, patient):
    """The patient's card, as good as new."""
    used_slot.application = MyNumberCard(patient)
    return used_slot


@pytest.fixture
def check_in(slot, patient, tmp_path):
    """One visit; what `people` were told and asked is on it."""

    def check_in(way, answers=None, reacts=None, **setting):
        usual = {
            AskPin: PIN,
            AskCodeB: patient.code_b,
            AskConsents: lambda question: question.groups,
            AskPrescription: Prescription.PAPER,
            AskPasscode: "0000",
            AskStaff: StaffCheck("佐藤", "カメラの故障", is_same=True),
        }
        check_in.people = People(usual | (answers or {}), reacts or {})
        with kazashi.open("pcsc:" + NAME) as reader, Journal(tmp_path / "journal.db") as journal:
            desk, centre = PROFILES["desk"], SimulatedCentre()
            place = Reception(reader, desk, ANCHORS, centre, journal, passcode=PASSCODE, **setting)
            visit = place.check_in(check_in.people, way)
            (check_in.kept,) = journal.visits()
        return visit

    return check_in


def test_a_patient_checks_in_with_the_pin_after_a_wrong_one(check_in):
    visit = check_in(Way.PIN, {AskPin: in_turn(WRONG_PIN, PIN)})
    assert (visit.outcome, visit.token) == (Outcome.CHECKED_IN, Token.CARD)
    assert visit.proof is Proof.SIGNATURE
    assert check_in.people.questions(AskPin) == [AskPin(3), AskPin(2)]
    assert check_in.kept.reader == NAME


def test_a_face_like_the_photo_is_known_by_a_chip_that_is_no_copy(check_in, tmp_path):
    file = faces.configure(tmp_path, least_width_px=100)
    matcher = open_matcher(FaceSettings.of(load(file), file.parent))
    answers = {AskFrame: faces.frame(PERSON)}
    visit = check_in(Way.FACE, answers, faces=Faces(matcher, Attempts(60.0, monotonic)))
    assert visit.outcome is Outcome.FACE_ONLY
    assert visit.proof is Proof.INTERNAL_AUTHENTICATION


def test_a_card_that_is_pulled_in_the_middle_is_laid_down_again(check_in, slot):
    slot.leaves_at = SIGN
    visit = check_in(Way.PIN, reacts={"taken away too early": slot.lay})
    assert visit.outcome is Outcome.CHECKED_IN
    assert len(check_in.people.questions(AskPin)) == 2


def test_an_approved_component_uses_the_key_through_this_reader(check_in, slot, patient):
    visit = check_in(Way.VISUAL, component=SimulatedComponent())
    assert (visit.outcome, visit.proof) == (Outcome.CHECKED_IN, Proof.SIGNATURE)
    assert Certificate.parse(patient.certificate).verifies(visit.signature, visit.challenge)
    assert max(map(len, slot.commands)) > 5 + 255 + 1  # of extended length


def test_the_command_line_checks_a_patient_in(slot, tmp_path):
    answers = ("--consent", "all", "--prescription", "paper", "--language", "en", "--json")
    at = ("--reader", "pcsc:" + NAME, "--journal", tmp_path / "journal.db")
    done = command("checkin", "--test", "--way", "pin", *at, *answers, stdin="1234\n")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["outcome"] == "checked_in"
