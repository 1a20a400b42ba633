"""The staff screen: people held, and asking about them."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from threading import Event

import pytest

from kazashi.reception.centre import CentreBusy, CentreFailed, CentreUnreachable
from kazashi.reception.journal import Claim, Held, Journal
from kazashi.serve.access import Caller, Role
from kazashi.testing.centre import SimulatedCentre
from kazashi.words import Language, words_of
from site_waits import LIMIT_S
from staff_screen import StaffScreen, elements, site_of, values

HELD = {"address": "東京都", "birth": date(1985, 4, 3), "sex": 1, "reason": "CentreUnreachable"}
HELD_AT = datetime(2026, 11, 29, 3, tzinfo=UTC)
JOURNAL = "00000000-0000-4000-8000-000000000001"


class Real(SimulatedCentre):
    """A centre whose answers count."""

    def identify(self, reference, who):
        return replace(super().identify(reference, who), is_simulated=False)

    def complete(self, completion):
        return replace(super().complete(completion), is_simulated=False)


@pytest.fixture
def journal(tmp_path):
    """Three people are held: visits 1, 2, 3."""
    with Journal(tmp_path / "journal.db") as kept:
        for name in ("山田 一郎", "佐藤　二郎", "田中三郎"):
            entry = kept.begin("desk", "reader")
            kept.hold(entry.id, name=name, **HELD)
            entry.end("held")
        yield kept


class Elsewhere:
    """A person is held at another computer too."""

    others = (
        Held(7, HELD_AT, "鈴木 四郎", "東京都", date(1985, 4, 3), 1, "", False, JOURNAL, "東館"),
    )

    def __init__(self, path):
        self._path, self.is_away = path, False

    def tell(self, changed):
        """Nothing changes."""

    @contextmanager
    def people(self):
        with People(self._path, self.others) as people:
            yield people


class People(Journal):
    """Those of the journal, and others, who are asked about without a claim."""

    def __init__(self, path, others):
        super().__init__(path)
        self._others = others

    def held(self):
        return [*super().held(), *self._others]

    def visit_of(self, held):
        return None if held.journal else super().visit_of(held)

    def claim(self, held):
        return Claim(held) if held.journal else super().claim(held)

    def renew(self, claim):
        return bool(claim.held.journal) or super().renew(claim)


@pytest.fixture
def screen(tmp_path):
    """A staff screen beside the centre that it is given."""

    def made(centre):
        return StaffScreen(tmp_path / "serve", site_of(tmp_path / "journal.db", centre))

    return made


class AwaitsTheEnd:
    """Follows the events of a service until it has asked about held people."""

    sees_past = True

    def __init__(self, people):
        self._people = people
        self.has_ended = Event()

    def wants(self, event):
        return event.kind == "held"

    def put(self, event):
        if self.wants(event) and not self._people.is_asking:
            self.has_ended.set()


def ask(staff, person=None):
    """Ask, and wait until the event of the end."""
    service = staff.service
    follower = AwaitsTheEnd(service.held)
    with service.events.followed(follower, None):
        asked = staff.http.post("/api/v1/held/ask", json={"id": person})
        assert asked.status_code == 202
        assert follower.has_ended.wait(LIMIT_S)


def test_the_list_has_family_names_alone_until_somebody_looks(screen, journal):
    staff = screen(Real())
    page = staff.http.get("/staff/held")
    assert values(page, "data-held") == ["1", "2", "3"]
    assert "一郎" not in page.text
    assert "佐藤" in page.text
    assert "田中" not in page.text  # no blank says where the family name ends
    opened = staff.http.get("/staff/held?shows=1")
    assert values(opened, "data-items") == ["1"]
    assert "山田 一郎" in opened.text
    assert "二郎" not in opened.text


def test_people_who_were_answered_about_are_gone_from_the_page(screen, journal):
    staff = screen(Real())
    ask(staff)
    page = staff.http.get("/staff/held?shows=1")
    assert values(page, "data-held") == []
    assert values(page, "data-answered") == ["1", "2", "3"]
    assert "一郎" not in page.text
    assert staff.http.get("/api/v1/held").json()["answered"][0] == {
        "id": "1",
        "visit": 1,
        "computer": None,
        "eligibility": "valid",
    }


def test_one_person_is_asked_about_alone(screen, journal):
    staff = screen(Real())
    ask(staff, "2")
    assert values(staff.http.get("/staff/held"), "data-held") == ["1", "3"]


def test_a_refused_one_shows_why_and_keeps_no_other_waiting(screen, journal):
    staff = screen(Real(fails=[CentreFailed("E1234")]))
    ask(staff)
    page = staff.http.get("/staff/held")
    assert values(page, "data-held") == ["1"]
    assert "E1234" in page.text
    (told,) = staff.http.get("/api/v1/held").json()["held"]
    assert "E1234" in told["refused"]
    assert told["reason"] == "CentreUnreachable"
    assert not elements(page, "data-trouble")


@pytest.mark.parametrize("trouble", [CentreUnreachable(), CentreBusy()])
def test_a_centre_that_is_still_down_is_said(screen, journal, trouble):
    staff = screen(Real(fails=[trouble]))
    ask(staff)
    page = staff.http.get("/staff/held")
    assert values(page, "data-held") == ["1", "2", "3"]
    assert elements(page, "data-trouble")
    assert words_of(trouble, Language.JAPANESE).line in page.text
    ask(staff)  # it is there again
    assert not elements(staff.http.get("/staff/held"), "data-trouble")


def test_the_latest_answers_are_remembered_and_no_more(screen, journal, monkeypatch):
    monkeypatch.setattr("kazashi.serve.held._MOST_ANSWERS", 2)
    staff = screen(Real(fails=[CentreFailed("E1234")]))
    for person in ("1", "2", "1", "3"):  # the first is refused once
        ask(staff, person)
    assert values(staff.http.get("/staff/held"), "data-answered") == ["1", "3"]


def test_whatever_goes_wrong_it_is_said_and_nothing_of_a_person_is_logged(
    tmp_path, journal, monkeypatch, caplog
):
    def breaks(_self):
        raise RuntimeError("山田 一郎")

    staff = with_others(tmp_path, Real())
    monkeypatch.setattr(Elsewhere, "people", breaks)
    ask(staff)
    assert elements(staff.http.get("/staff/held"), "data-trouble")
    assert "RuntimeError" in caplog.text
    assert "山田" not in caplog.text


def test_without_a_centre_no_person_is_asked_about(screen, journal):
    staff = screen(None)
    assert staff.http.post("/api/v1/held/ask", json={}).status_code == 409
    assert "disabled" in elements(staff.http.get("/staff/held"), "data-path")[0]


def test_it_is_asked_once_at_a_time(screen, journal):
    may_answer = Event()
    staff = screen(Real(delay_s=1.0, sleep=lambda _seconds: may_answer.wait(LIMIT_S)))
    try:
        assert staff.http.post("/api/v1/held/ask", json={}).status_code == 202
        assert staff.http.post("/api/v1/held/ask", json={}).status_code == 409
        assert values(staff.http.get("/staff/held"), "data-asking") == ["true"]
    finally:
        may_answer.set()


def test_programs_are_told_nothing_of_the_persons(screen, journal):
    told = screen(Real()).http.get("/api/v1/held")
    assert [each["visit"] for each in told.json()["held"]] == [1, 2, 3]
    assert not [each for each in ("山田", "東京都", "1985") if each in told.text]


@pytest.mark.parametrize("call", ["get", "post"])
def test_a_patient_screen_reaches_no_held_people(screen, journal, call):
    patient = screen(Real()).browser(Caller(Role.PATIENT, "1"))
    path = "/api/v1/held" + ("/ask" if call == "post" else "")
    assert getattr(patient, call)(path).status_code == 403


def with_others(tmp_path, centre):
    path = tmp_path / "journal.db"
    site = replace(site_of(path, centre), held_elsewhere=Elsewhere(path))
    return StaffScreen(tmp_path / "serve", site)


def test_people_held_at_another_computer_are_listed_with_its_name(tmp_path, journal):
    staff = with_others(tmp_path, Real())
    page = staff.http.get(f"/staff/held?shows={JOURNAL}/7")
    assert values(page, "data-held") == ["1", "2", "3", f"{JOURNAL}/7"]
    assert values(page, "data-items") == [f"{JOURNAL}/7"]
    assert "東館" in page.text
    *_, other = staff.http.get("/api/v1/held").json()["held"]
    assert (other["visit"], other["computer"]) == (7, "東館")


def test_a_person_held_at_another_computer_is_asked_about_alone(tmp_path, journal):
    staff = with_others(tmp_path, Real())
    ask(staff, f"{JOURNAL}/7")
    (answered,) = staff.http.get("/api/v1/held").json()["answered"]
    assert (answered["computer"], answered["eligibility"]) == ("東館", "valid")
    assert len(journal.held()) == 3
    (kept,) = (visit for visit in journal.visits() if visit.profile == "held")
    assert kept.reader == f"held {JOURNAL}/7"


@pytest.mark.parametrize("is_away", [False, True])
def test_staff_are_told_if_it_is_not_known_who_is_held_elsewhere(tmp_path, journal, is_away):
    staff = with_others(tmp_path, Real())
    staff.service.site.held_elsewhere.is_away = is_away
    assert bool(elements(staff.http.get("/staff/held"), "data-away")) is is_away
    assert staff.http.get("/api/v1/held").json()["is_away"] is is_away


@pytest.mark.parametrize("name", ["x", "../1", f"{JOURNAL}/", "1'", "1" * 30])
def test_what_is_no_visit_is_refused(screen, journal, name):
    staff = screen(Real())
    assert staff.http.post("/api/v1/held/ask", json={"id": name}).status_code == 422
    assert staff.http.get("/staff/held", params={"shows": name}).status_code == 422
