"""The staff screen: the clinic's own number of a patient, and certificates to confirm."""

from dataclasses import replace
from hashlib import sha256

import pytest

from kazashi.reception.centre import Eligibility, Standing
from kazashi.reception.numbers.copy import NumbersCopy
from kazashi.reception.numbers.lists import Line
from kazashi.reception.numbers.marks import Marks
from kazashi.reception.numbers.patient import Expected, FoundBy, FoundPatient
from kazashi.reception.numbers.store import NumbersFile
from kazashi.reception.numbers.ties import Kind, joined, said
from kazashi.reception.visit import Visit
from kazashi.serve.access import Caller, Role
from kazashi.serve.screen import Step
from staff_screen import StaffScreen, elements, site_of, values

CARD = sha256(b"card").hexdigest()
AT = "2026-11-29T10:00:00+09:00"
TOLD = {"Name": "見本　太郎", "Birthdate": "19800115"}


@pytest.fixture
def numbers(tmp_path):
    numbers = NumbersFile(tmp_path / "numbers.db", Marks(bytes(32)))
    numbers.take([Line(2, "0012", "A-1")])
    return numbers


@pytest.fixture
def staff(tmp_path, numbers):
    site = replace(site_of(tmp_path / "journal.db"), numbers=numbers)
    return StaffScreen(tmp_path / "serve", site)


@pytest.fixture
def offer(numbers):
    """A new certificate of a known patient, from visit 7."""
    numbers.offer(["A-1"], CARD, 7, is_test=False)
    return numbers.offers()[0].id


def ended(staff, patient, **visit):
    """The visit at desk 1 has ended with `patient`."""
    staff.service.desk("1").last = Visit("desk", patient=patient, number=7, **visit)
    staff.display().show(Step.ENDED)


def decide(staff, offer, number, name="佐藤"):
    body = {"question": offer, "answer": number, "name": name}
    return staff.http.post(f"/staff/numbers/{offer}", json=body)


@pytest.mark.parametrize("page", ["/staff", "/staff/desks/1"])
def test_the_number_stands_on_the_desk(staff, page):
    ended(staff, FoundPatient("0012", FoundBy.BOTH))
    assert values(staff.http.get(page), "data-patient") == ["0012"]


def test_what_is_expected_is_shown_and_what_is_missing_stands_out(staff):
    expects = (Expected.WELFARE, Expected.SUBSIDY)
    ended(staff, FoundPatient("0012", FoundBy.BOTH, expects=expects, missing=expects[1:]))
    found = elements(staff.http.get("/staff"), "data-expects")
    assert [(each["data-expects"], each["class"]) for each in found] == [
        ("welfare", "alert info"),
        ("subsidy", "alert warn"),
    ]


def test_two_numbers_are_told_as_a_conflict(staff):
    ended(staff, FoundPatient(conflicting=("0012", "0034")))
    assert "0012, 0034" in staff.http.get("/staff").text


def test_a_new_certificate_is_shown_with_what_the_staff_need_to_decide(staff, offer):
    answer = Eligibility("1", Standing.VALID, (TOLD,))
    ended(staff, FoundPatient("0012", is_new_certificate=True), eligibility=answer)
    page = staff.http.get("/staff/numbers")
    assert values(page, "data-offer") == [str(offer)]
    assert all(text in page.text for text in ("見本　太郎", "1980-01-15", "0012"))


def test_the_name_is_shown_until_the_next_patient_begins(staff, offer):
    answer = Eligibility("1", Standing.VALID, (TOLD,))
    ended(staff, FoundPatient("0012", is_new_certificate=True), eligibility=answer)
    staff.service.desk("1").last = None
    page = staff.http.get("/staff/numbers")
    assert values(page, "data-offer") == [str(offer)]
    assert "見本" not in page.text


def test_the_staff_tie_a_certificate_to_its_patient(staff, numbers, offer):
    assert decide(staff, offer, "0012").status_code == 204
    assert numbers.of([], CARD).number == "0012"
    assert values(staff.http.get("/staff/numbers"), "data-offer") == []


def test_the_staff_type_the_number_of_another_patient(staff, numbers, offer):
    assert decide(staff, offer, " ００３４ ").status_code == 204
    assert numbers.of([], CARD).number == "0034"


def test_the_staff_may_leave_it_untied(staff, numbers, offer):
    assert decide(staff, offer, None).status_code == 204
    assert (numbers.offers(), numbers.of([], CARD).number) == ([], "")


@pytest.mark.parametrize("number", ["", "山田", "123456789012"])
def test_what_is_no_number_is_told_and_ties_nothing(staff, numbers, offer, number):
    answer = decide(staff, offer, number)
    assert (answer.status_code, answer.json()["field"]) == (422, "answer")
    assert len(numbers.offers()) == 1


def test_what_was_decided_already_is_told(staff, offer):
    assert decide(staff, offer, "0012").status_code == 204
    assert decide(staff, offer, "0034").status_code == 409


def test_other_staff_screens_hear_of_it(staff, offer):
    kinds, publish = [], staff.service.events.publish
    staff.service.events.publish = lambda kind, *event: (kinds.append(kind), publish(kind, *event))
    decide(staff, offer, "0012")
    assert kinds == ["numbers"]


def test_a_program_lists_and_decides_too(staff, numbers, offer):
    (told,) = staff.http.get("/api/v1/numbers/offers").json()
    assert (told["id"], told["number"], told["tied"], told["visit"]) == (offer, "0012", None, 7)
    path = f"/api/v1/numbers/offers/{offer}"
    assert staff.http.post(path, json={"number": "-", "name": "佐藤"}).status_code == 422
    assert staff.http.post(path, json={"number": "0012", "name": "佐藤"}).status_code == 204
    assert numbers.of([], CARD).number == "0012"


@pytest.mark.parametrize("name", [" ", "佐\u202e藤", "1234 5678 9018"])
def test_who_decides_has_a_name_that_is_no_my_number(staff, numbers, offer, name):
    told = decide(staff, offer, "0012", name)
    assert (told.status_code, told.json()["field"]) == (422, "name")
    path = f"/api/v1/numbers/offers/{offer}"
    assert staff.http.post(path, json={"number": "0012", "name": name}).status_code == 422
    assert len(numbers.offers()) == 1


@pytest.mark.parametrize("path", ["/staff/numbers/{}", "/api/v1/numbers/offers/{}"])
def test_a_patients_screen_decides_nothing(staff, numbers, offer, path):
    patient = staff.browser(Caller(Role.PATIENT, "1"))
    body = {"number": "0012", "name": "佐藤", "question": offer, "answer": "0012"}
    assert patient.post(path.format(offer), json=body).status_code == 403
    assert patient.get("/staff/numbers").status_code == 403
    assert patient.get("/api/v1/numbers/offers").status_code == 403
    assert len(numbers.offers()) == 1


def test_without_numbers_nothing_of_them_is_shown(tmp_path):
    staff = StaffScreen(tmp_path / "serve", site_of(tmp_path / "journal.db"))
    assert "/staff/numbers" not in staff.http.get("/staff").text
    for path in ("/staff/numbers", "/api/v1/numbers/offers"):
        assert staff.http.get(path).status_code == 404


def test_numbers_that_cannot_be_read_are_an_alert_and_the_screen_goes_on(staff, numbers, offer):
    numbers.path.write_bytes(b"damaged" * 1000)
    for beside in numbers.path.parent.glob("numbers.db-*"):
        beside.unlink()
    page = staff.http.get("/staff")
    assert (page.status_code, values(page, "data-alert")) == (200, ["numbers"])
    assert staff.http.get("/api/v1/numbers/offers").status_code == 503
    assert decide(staff, offer, "0012").status_code == 503


def test_a_new_reference_is_offered_with_the_number_that_the_certificate_tells(staff, numbers):
    numbers.take([Line(2, "0012", certificate=numbers.marks.of(CARD))])
    numbers.offer(["A-2"], CARD, 7, is_test=False)
    page = staff.http.get("/staff/numbers")
    assert "A-2" in page.text
    (told,) = staff.http.get("/api/v1/numbers/offers").json()
    assert (told["reference"], told["number"], told["claims"]) == ("A-2", "0012", [])
    assert decide(staff, told["id"], "0012").status_code == 204
    assert numbers.of(["A-2"], "").number == "0012"


def test_what_desks_said_differently_is_shown_with_a_button_for_each_number(staff, numbers):
    mark = numbers.marks.of(CARD)
    first, other = (said(None, Kind.CERTIFICATE, mark, n, "鈴木", AT) for n in ("0012", "0034"))
    NumbersCopy(numbers).take([], [joined(first, other)], 1)
    page = staff.http.get("/staff/numbers")
    assert values(page, "data-claim") == ["0034"]
    (told,) = staff.http.get("/api/v1/numbers/offers").json()
    assert (told["tied"], told["visit"]) == ("0012", None)
    assert told["claims"] == [{"number": "0034", "name": "鈴木", "at": AT}]
    assert f"claim-{told['id']}-1" in page.text
    assert decide(staff, told["id"], "0034").status_code == 204
    assert numbers.of([], CARD).number == "0034"


@pytest.mark.parametrize(("by", "text"), [("鈴木", "鈴木 さん"), ("list", "一覧")])
def test_who_said_otherwise_is_told(staff, numbers, by, text):
    first, other = (
        said(None, Kind.REFERENCE, "B-1", number, by, AT) for number in ("0012", "0034")
    )
    NumbersCopy(numbers).take([], [joined(first, other)], 1)
    assert text in staff.http.get("/staff/numbers").text


def test_the_staff_screens_hear_of_what_others_decided(staff, numbers, offer):
    kinds, publish = [], staff.service.events.publish
    staff.service.events.publish = lambda kind, *event: (kinds.append(kind), publish(kind, *event))
    with staff.service:
        tie = said(None, Kind.CERTIFICATE, numbers.marks.of(CARD), "0012", "鈴木", AT)
        NumbersCopy(numbers).take([], [tie], 1)
    assert "numbers" in kinds
