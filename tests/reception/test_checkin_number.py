"""The clinic's own number at the end of a visit, which never waits for it and never fails by it."""

from threading import Event

import pytest

from kazashi.reception import find_number
from kazashi.reception.centre import Standing
from kazashi.reception.numbers.errors import NumbersRefused
from kazashi.reception.numbers.lists import Line
from kazashi.reception.numbers.marks import Marks
from kazashi.reception.numbers.patient import Expected, FoundBy, FoundPatient
from kazashi.reception.numbers.store import NumbersFile
from kazashi.reception.people import AskFallback
from kazashi.reception.rules import Token, Way
from kazashi.reception.visit import Outcome
from kazashi.testing.centre import SimulatedCentre

MARKS = Marks(bytes(32))
INSURED = {"InsuredCardClassification": "01", "ReferenceNumber": " A-1 "}


@pytest.fixture
def numbers(tmp_path):
    numbers = NumbersFile(tmp_path / "numbers.db", MARKS)
    numbers.take([Line(2, "12", "A-1", welfare=True, subsidy=True)])
    return numbers


def centre(*insurance, **answers):
    return SimulatedCentre(insurance=insurance or (INSURED,), **answers)


def test_the_same_tap_finds_the_number_by_the_centres_reference(counter, numbers):
    counter.lay()
    visit = counter.check_in(Way.PIN, centre=centre(), numbers=numbers)
    assert (visit.patient.number, visit.patient.found_by) == ("12", FoundBy.REFERENCE)
    assert visit.to_json()["patient"]["number"] == "12"


def test_a_certificate_that_staff_have_tied_finds_it_when_the_centre_tells_none(counter, numbers):
    counter.lay()
    first = counter.check_in(Way.PIN, centre=centre(), numbers=numbers)
    (offer,) = numbers.offers()
    assert (offer.number, offer.visit, offer.is_test) == ("12", first.number, True)
    assert numbers.tie(offer.id, "12", "佐藤")
    again = counter.check_in(Way.PIN, centre=False, numbers=numbers)
    assert (again.outcome, again.patient.number) == (Outcome.IDENTIFIED, "12")
    assert again.patient.found_by is FoundBy.CERTIFICATE


def test_a_new_reference_of_a_patient_whose_certificate_is_tied_is_offered(counter, numbers):
    counter.lay()
    numbers.take([Line(2, "12", certificate=MARKS.of(counter.certificate().sha256))])
    renewed = centre(INSURED | {"ReferenceNumber": "A-2"})
    visit = counter.check_in(Way.PIN, centre=renewed, numbers=numbers)
    assert (visit.patient.number, visit.patient.is_new_reference) == ("12", True)
    (offer,) = numbers.offers()
    assert (offer.reference, offer.number) == ("A-2", "12")


def test_a_returning_patient_at_the_machine_has_the_same_visit_and_ends_with_the_number(
    counter, numbers
):
    counter.lay()
    visit = counter.check_in(Way.PIN, profile="returning", centre=centre(), numbers=numbers)
    assert (visit.outcome, visit.profile) == (Outcome.CHECKED_IN, "returning")
    assert visit.patient.number == "12"


def test_a_phone_finds_it_too(counter, numbers):
    counter.lay("android")
    visit = counter.check_in(Token.ANDROID, centre=centre(), numbers=numbers)
    assert visit.patient.number == "12"
    assert visit.patient.is_new_certificate


def test_a_certificate_that_no_key_has_proved_finds_nobody_and_is_not_offered(counter, numbers):
    counter.lay()
    numbers.take([Line(2, "12", certificate=MARKS.of(counter.certificate().sha256))])
    visit = counter.check_in(Way.VISUAL, component=None, numbers=numbers)
    assert visit.outcome is Outcome.SEEN_BY_STAFF
    assert (visit.patient, numbers.offers()) == (None, [])


def test_what_the_centres_answer_lacks_of_what_is_expected_is_told(counter, numbers):
    counter.lay()
    visit = counter.check_in(Way.PIN, centre=centre(), numbers=numbers)
    assert visit.patient.missing == (Expected.WELFARE, Expected.SUBSIDY)
    welfare = {"InsuredCardClassification": "A1"}
    answer = centre(INSURED, welfare, subsidies=("子ども医療費",))
    visit = counter.check_in(Way.PIN, centre=answer, numbers=numbers)
    assert (visit.patient.expects, visit.patient.missing) == (tuple(Expected), ())


def test_two_references_of_two_patients_are_a_conflict(counter, numbers):
    counter.lay()
    numbers.take([Line(2, "34", "B-1")])
    answer = centre(INSURED, INSURED | {"ReferenceNumber": "B-1"})
    visit = counter.check_in(Way.PIN, centre=answer, numbers=numbers)
    assert (visit.patient.number, visit.patient.conflicting) == ("", ("12", "34"))


def test_a_visit_without_card_or_map_has_no_patient(counter, numbers):
    counter.lay()
    assert counter.check_in(Way.PIN, centre=centre()).patient is None
    asked = {AskFallback: None}
    assert counter.check_in(None, asked, numbers=numbers).patient is None


class Broken:
    def of(self, references, certificate_sha256):
        raise ValueError(certificate_sha256)


class Refusing:
    def of(self, references, certificate_sha256):
        return FoundPatient(is_new_certificate=True)

    def offer(self, references, certificate_sha256, visit, *, is_test):
        raise NumbersRefused(None, "no space")


class Hanging:
    def __init__(self):
        self.goes_on = Event()

    def of(self, references, certificate_sha256):
        self.goes_on.wait()
        return FoundPatient("12")


@pytest.mark.parametrize("kind", [Broken, Refusing])
def test_a_map_that_fails_fails_no_visit_and_tells_nothing_of_the_patient(counter, caplog, kind):
    counter.lay()
    visit = counter.check_in(Way.PIN, centre=centre(), numbers=kind())
    assert (visit.outcome, visit.patient) == (Outcome.CHECKED_IN, None)
    assert counter.steps("patient number")[0]["error"] in ("ValueError", "NumbersRefused")
    assert visit.certificate_sha256 not in caplog.text


def test_a_map_that_does_not_answer_is_not_waited_for(counter, monkeypatch):
    monkeypatch.setattr(find_number, "_WAIT_S", 0.01)
    counter.lay()
    numbers = Hanging()
    visit = counter.check_in(Way.PIN, centre=centre(), numbers=numbers)
    numbers.goes_on.set()
    assert (visit.outcome, visit.patient) == (Outcome.CHECKED_IN, None)
    assert counter.steps("patient number") == [{"error": "late"}]


def test_neither_journal_nor_log_has_the_number(counter, numbers, caplog):
    numbers.take([Line(2, "CLINIC-4711", "C-1")])
    counter.lay()
    answer = centre(INSURED | {"ReferenceNumber": "C-1"})
    assert counter.check_in(Way.PIN, centre=answer, numbers=numbers).patient.number
    assert "CLINIC-4711" not in repr([*counter.journal.visits()])
    assert "CLINIC-4711" not in caplog.text


def test_a_visit_that_is_not_covered_has_its_patient_too(counter, numbers):
    counter.lay()
    visit = counter.check_in(Way.PIN, centre=centre(standing=Standing.INVALID), numbers=numbers)
    assert visit.patient.is_new_certificate
