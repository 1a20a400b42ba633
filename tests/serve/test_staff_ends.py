"""The staff screen: where a fall-back has led, the declaration on paper, the journal's list."""

from base64 import b64decode
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from itertools import zip_longest

import pytest
from pypdf import PdfReader

from kazashi.health import disk
from kazashi.health.settings import TerminalSettings
from kazashi.reception.fallback import Basis, Step, after
from kazashi.reception.japan import utc_now
from kazashi.reception.journal import Journal
from kazashi.reception.rules import Way
from kazashi.reception.visit import Outcome, Reason, Visit
from kazashi.serve.access import Caller, Role
from kazashi.serve.screen import Step as ScreenStep
from kazashi.serve.staff import kept
from kazashi.serve.staff.path import most_left, path_to
from staff_screen import StaffScreen, elements, site_of, values
from terminal_certificates import certificate, pem, private

DECLARED = {
    "basis": "declared_unknown",
    "card_shown": True,
    "name": "山田 太郎",
    "birth": "S60.4.3",
    "sex": "1",
    "address": "東京都あおば区1-2-3",
    "telephone": "03-1234-5678",
    "employer": "さくら商店",
    "staff": "佐藤",
}


@pytest.fixture
def journal(tmp_path, monkeypatch):
    """Its day does not end in the middle of a test."""
    now = utc_now()
    monkeypatch.setattr(kept, "utc_now", lambda: now)
    with Journal(tmp_path / "journal.db", lambda: now) as journal:
        yield journal


@pytest.fixture
def staff(tmp_path):
    return StaffScreen(tmp_path / "serve", site_of(tmp_path / "journal.db"))


def fallen_back(journal, basis):
    visit = journal.begin("desk", "usb:1")
    visit.step("fall-back", fallback=basis)
    visit.end(Outcome.FELL_BACK)
    return visit.id


def declare(staff, **fields):
    return staff.http.post("/staff/declaration", json=DECLARED | fields)


@pytest.mark.parametrize("basis", Basis)
def test_each_end_says_what_to_do_and_none_asks_for_full_payment(staff, journal, basis):
    page = staff.http.get(f"/staff/visits/{fallen_back(journal, basis)}?lang=en")
    assert values(page, "data-basis")[0] == basis
    assert "full payment" in page.text
    assert bool(elements(page, "data-pdf")) is basis.needs_declaration
    assert ("77777777" in page.text) is bool(basis.numbers)


def test_the_page_of_a_desk_leads_to_the_end_of_its_visit(staff, journal):
    number = fallen_back(journal, Basis.PORTAL)
    desk = staff.service.desk("1")
    desk.last = Visit("desk", fallback=Basis.PORTAL, number=number)
    desk.display.show(ScreenStep.ENDED, outcome=Outcome.FELL_BACK)
    assert staff.http.get("/staff/desks/1").headers["location"] == f"/staff/visits/{number}"
    desk.last.number = None
    page = staff.http.get("/staff/desks/1")
    assert values(page, "data-work") == ["end"]


def test_the_declaration_is_a_pdf_with_the_text_for_the_claim(staff, journal):
    number = fallen_back(journal, Basis.DECLARED_UNKNOWN)
    made = declare(staff, visit=number).json()
    assert (
        made["remarks"] == "不詳 住所:東京都あおば区1-2-3 事業所名:さくら商店 連絡先:03-1234-5678"
    )
    text = PdfReader(BytesIO(b64decode(made["pdf"]))).pages[0].extract_text()
    assert "山田 太郎" in text
    assert "佐藤" in text


@pytest.mark.parametrize(
    ("field", "typed"),
    [("card_shown", False), ("name", ""), ("address", "123456789012"), ("telephone", "12")],
)
def test_what_is_wrong_on_the_declaration_is_said_at_its_field(staff, field, typed):
    refused = declare(staff, **{field: typed})
    assert refused.status_code == 422
    assert refused.json()["field"] == field
    assert not typed or str(typed) not in refused.json()["text"]


def test_a_patient_screen_makes_no_declaration(staff):
    patient = staff.browser(Caller(Role.PATIENT, "1"))
    assert patient.post("/staff/declaration", json=DECLARED).status_code == 403


def test_the_blank_form_has_the_visit_and_the_name_of_the_staff(staff):
    page = staff.http.get("/staff/declaration", params={"visit": 7, "staff": "<佐藤>"})
    assert "受付番号 7" in page.text
    assert "&lt;佐藤&gt;" in page.text


def test_the_journal_lists_todays_visits_the_newest_first(staff, journal):
    numbers = [fallen_back(journal, Basis.PORTAL), fallen_back(journal, Basis.NOTICE)]
    page = staff.http.get("/staff/journal")
    assert values(page, "data-visit") == [str(each) for each in numbers[::-1]]
    assert staff.http.get("/staff/visits/99").status_code == 404


def test_a_journal_that_is_none_is_an_alert(tmp_path):
    (tmp_path / "journal.db").write_bytes(b"no database" * 100)
    staff = StaffScreen(tmp_path / "serve", site_of(tmp_path / "journal.db"))
    assert values(staff.http.get("/staff"), "data-alert") == ["journal"]
    assert values(staff.http.get("/staff/journal"), "data-visit") == []


def test_the_answers_so_far_lead_to_the_question():
    for step in Step:
        steps = [before for before, _ in path_to(step)] + [step]
        answers = [answer for _, answer in path_to(step)]
        assert [after(*each) for each in zip(steps, answers, strict=False)] == steps[1:]
    assert len(path_to(Step.ELDERLY)) == 7
    assert most_left(Step.ELDERLY) == 0
    assert most_left(Step.NUMBERS) == 1


@pytest.mark.parametrize("language", ["ja", "en"])
def test_each_outcome_way_and_reason_can_be_read_in_the_journal(staff, journal, language):
    kinds = list(zip_longest(Outcome, Reason, Way))
    for outcome, why, way in kinds:
        visit = journal.begin("desk", "usb:1")
        facts = {"why": why, "way": way}
        visit.step("a step", **{name: each for name, each in facts.items() if each})
        visit.end(outcome or Outcome.CHECKED_IN)
    page = staff.http.get(f"/staff/journal?lang={language}")
    numbers = values(page, "data-visit")
    assert len(numbers) == len(kinds)
    for number in numbers:
        assert staff.http.get(f"/staff/visits/{number}").status_code == 200


@pytest.mark.parametrize("outcome", Outcome)
def test_a_desk_says_how_its_visit_has_ended(staff, outcome):
    staff.display().show(ScreenStep.ENDED, outcome=outcome)
    assert values(staff.http.get("/staff/desks/1"), "data-work") == ["ended"]


def test_a_disk_that_is_nearly_full_is_an_alert(staff, journal, monkeypatch):
    monkeypatch.setattr(disk, "_LITTLE", 2**62)
    assert values(staff.http.get("/staff"), "data-alert") == ["disk"]


def test_a_certificate_that_ends_is_an_alert_with_the_steps_of_its_renewal(tmp_path):
    path = private(tmp_path / "terminal.pem", pem(certificate(utc_now() + timedelta(days=20))))
    site = site_of(tmp_path / "journal.db")
    terminal = replace(site.terminal, settings=TerminalSettings(path))
    staff = StaffScreen(tmp_path / "serve", replace(site, terminal=terminal))
    page = staff.http.get("/staff")
    assert values(page, "data-alert") == ["terminal-certificate"]
    assert "証明書の更新" in page.text
