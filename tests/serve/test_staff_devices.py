"""The staff screen: readers, their faults, and which is whose."""

import stat
from dataclasses import replace
from threading import Event

import pytest

from kazashi.errors import ReaderUnplugged, SeveralReaders
from kazashi.reports import ReaderInfo
from kazashi.serve import reader_search
from kazashi.serve.access import Caller, Role
from kazashi.serve.assigned import Assigned, NoReaderAssigned
from kazashi.serve.equipment import ReaderState
from kazashi.serve.reader_search import ReaderSearch
from kazashi.serve.screen import Step
from kazashi.usb.ports import Attached
from served_desks import UnhurriedTable
from site_waits import LIMIT_S
from staff_screen import StaffScreen, elements, site_of, values

ONE, TWO = (Attached(f"usb:{name}", f"/dev/{name}", name, "Pico") for name in ("ONE", "TWO"))
INFO = ReaderInfo("1.0", "3-1", "pico", "PN532 1.6", "micropython", "ONE")


@pytest.fixture
def assigned(tmp_path):
    return Assigned(tmp_path / "readers.json")


@pytest.fixture
def staff(tmp_path, assigned):
    """Two readers are attached."""
    site = replace(site_of(tmp_path / "journal.db"), assigned=assigned)
    staff = StaffScreen(tmp_path / "serve", site)
    look(staff, [ONE, TWO])
    return staff


def look(staff, attached):
    service = staff.service
    changed = staff.service.events.publish
    service.search = ReaderSearch(
        service._taken, service.assign, lambda: changed("readers", "", {}), lambda: attached
    )


class Taps:
    """A search at simulated readers, by URL."""

    def __init__(self, monkeypatch, *attached):
        monkeypatch.setattr(reader_search, "_LOOK_S", 0.01)
        monkeypatch.setattr(reader_search, "_PERIOD_S", 0.01)
        self.tables = {each.url: UnhurriedTable("sim:?speed=20") for each in attached}
        self.assigned = []
        self._changed = Event()
        self.search = ReaderSearch(
            set,
            lambda desk, url: self.assigned.append((desk, url)),
            self._changed.set,
            lambda: list(attached),
            lambda url, cancel: self.tables[url].open(cancel),
        )

    def wait_until(self, is_so):
        while not is_so(self.search):
            assert self._changed.wait(LIMIT_S)
            self._changed.clear()


def test_the_reader_that_is_tapped_is_the_desks_once_the_card_was_taken(monkeypatch):
    taps = Taps(monkeypatch, ONE, TWO)
    taps.search.begin("2")
    taps.tables[TWO.url].lay("mynumber")
    taps.wait_until(lambda search: search.found)
    assert not taps.assigned
    taps.tables[TWO.url].take_away()
    taps.wait_until(lambda search: not search.desk)
    assert taps.assigned == [("2", TWO.url)]


def test_a_search_is_ended_without_a_reader(monkeypatch):
    taps = Taps(monkeypatch, ONE)
    taps.search.begin("1")
    with pytest.raises(reader_search.AlreadySearching):
        taps.search.begin("2")
    taps.search.cancel()
    assert not taps.search.desk
    assert not taps.assigned


def test_a_reader_that_cannot_be_opened_says_why(monkeypatch):
    taps = Taps(monkeypatch, ONE)

    def refuse(_url, _cancel):
        raise ReaderUnplugged

    taps.search._open = refuse
    taps.search.begin("1")
    taps.wait_until(lambda search: search.free()[0].trouble)
    taps.search.cancel()
    assert isinstance(taps.search.free()[0].trouble, ReaderUnplugged)


def test_readers_that_desks_have_are_not_free(staff, assigned):
    assert values(staff.http.get("/staff/devices"), "data-free") == [ONE.url, TWO.url]
    assigned.assign("2", TWO.port)
    staff.service.desk("1").reader = ReaderState(INFO)
    assert values(staff.http.get("/staff/devices"), "data-free") == []


def test_what_the_staff_choose_is_kept_for_this_user_alone(staff, assigned, tmp_path):
    chosen = staff.http.put("/api/v1/desks/1/reader", json={"url": ONE.url})
    assert chosen.status_code == 204
    assert {name: desk.equipment.url for name, desk in staff.service.desks.items()} == {
        "1": ONE.url,
        "2": None,
    }
    file = tmp_path / "readers.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert Assigned(file).of("1") == ONE.url
    assert staff.http.delete("/api/v1/desks/1/reader").status_code == 204
    assert Assigned(file).of("1") is None


@pytest.mark.parametrize("url", ["socket://elsewhere:1", "usb:TWO"])
def test_a_desk_is_given_no_reader_that_is_not_free(staff, assigned, url):
    assigned.assign("2", TWO.url)
    refused = staff.http.put("/api/v1/desks/1/reader", json={"url": url})
    assert refused.status_code == 422
    assert assigned.of("1") is None


def test_a_reader_belongs_to_one_desk(assigned):
    assigned.assign("1", ONE.url)
    assigned.assign("2", ONE.url)
    assert (assigned.of("1"), assigned.of("2")) == (None, ONE.url)


def test_a_damaged_file_is_as_none(tmp_path):
    file = tmp_path / "readers.json"
    for text in ("", "[1]", '{"1": 2}'):
        file.write_text(text)
        assert Assigned(file).of("1") is None


def test_a_desk_whose_reader_was_not_open_yet_waits_for_it(staff):
    devices, desks = staff.http.get("/staff/devices"), staff.http.get("/staff")
    assert values(devices, "data-state") == ["opening", "opening"]
    assert "ケーブルを抜いて差し直し" in devices.text
    assert values(desks, "data-who") == ["machine", "machine"]
    assert not elements(desks, "data-due-list")
    patient = staff.browser(Caller(Role.PATIENT, "1"))
    assert values(patient.get("/patient/1/screen"), "data-state")[0] == "waiting"


def test_desks_without_a_reader_are_unassigned_until_the_staff_choose(staff):
    changed, publish = Event(), staff.service.events.publish

    def published(*event):
        publish(*event)
        changed.set()

    staff.service.events.publish = published
    with staff.service:
        desks = staff.service.desks.values()
        while not all(desk.display.screen.step is Step.UNASSIGNED for desk in desks):
            assert changed.wait(LIMIT_S)
            changed.clear()
        page = staff.http.get("/staff/devices")
        assert values(page, "data-state") == ["unassigned", "unassigned"]
        assert staff.http.post("/api/v1/desks/1/check").status_code == 202


@pytest.mark.parametrize(
    ("fault", "step", "state"),
    [
        (ReaderUnplugged(), Step.OUT_OF_ORDER, "out-of-order"),
        (NoReaderAssigned(), Step.UNASSIGNED, "unassigned"),
        (SeveralReaders(["usb:ONE", "usb:TWO"]), Step.UNASSIGNED, "unassigned"),
        (None, Step.IDLE, "works"),
    ],
)
def test_a_reader_shows_its_state_and_the_remedy(staff, fault, step, state):
    staff.display().show(step, fault=fault)
    page = staff.http.get("/staff/devices")
    assert values(page, "data-state")[0] == state
    assert ("<ol" in page.text) is bool(fault)


def test_a_patient_screen_reaches_no_reader(staff):
    patient = staff.browser(Caller(Role.PATIENT, "1"))
    assert patient.get("/api/v1/readers/free").status_code == 403
    for method, path in [
        ("put", "/desks/1/reader"),
        ("delete", "/desks/1/reader"),
        ("post", "/desks/1/reader/search"),
        ("delete", "/readers/search"),
        ("post", "/desks/1/check"),
    ]:
        assert patient.request(method.upper(), f"/api/v1{path}").status_code == 403
    assert not elements(staff.http.get("/staff/devices"), "data-trouble")
