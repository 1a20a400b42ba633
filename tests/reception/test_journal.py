"""What the journal keeps, refuses, shows and forgets."""

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from kazashi.cards.birth import PartialDate
from kazashi.reception.journal import (
    INTERRUPTED,
    Journal,
    JournalBroken,
    JournalBusy,
    JournalError,
    JournalFull,
    JournalMissing,
    JournalNewer,
    JournalRefused,
    View,
    default_path,
)
from said import line_of, raises, screen_of

POSIX = pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX")
PERSON = {
    "name": "カザシ タロウ",
    "address": "東京都千代田区霞が関一丁目",
    "birth": date(1956, 2, 29),
    "sex": 9,
    "reason": "the centre is down",
}


class Clock:
    """Stands where it was put."""

    def __init__(self):
        self.at = datetime(2026, 11, 21, 3, tzinfo=UTC)

    def __call__(self):
        return self.at


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "kept" / "journal.db"


@pytest.fixture
def journal(path, clock):
    with Journal(path, clock) as journal:
        yield journal


def visit_on(journal, *days):
    """A visit on each of the days of Japan."""
    for day in days:
        journal._now.at = datetime.fromisoformat(f"{day}T09:00+09:00")
        journal.begin("desk", "usb:1").end("checked_in")


def ids(journal):
    return [visit.id for visit in journal.visits()]


def test_a_visit_is_kept_with_its_steps_in_their_order(journal, clock):
    entry = journal.begin("desk", "usb:1")
    entry.step("certificate", token="card", is_test=True)
    clock.at += timedelta(seconds=2.5)
    entry.step("pin", way="pin", error="wrong", tries_left=2)
    entry.end("checked_in", way="visual", staff="佐藤", reason="暗証番号を\nお忘れ", score=0.5)
    (visit,) = journal.visits()
    assert (visit.profile, visit.reader, visit.outcome) == ("desk", "usb:1", "checked_in")
    assert visit.begun_at == datetime(2026, 11, 21, 3, tzinfo=UTC)
    assert visit.ended_at == visit.begun_at + timedelta(seconds=2.5)
    assert [(step.name, step.facts) for step in visit.steps] == [
        ("certificate", {"token": "card", "is_test": True}),
        ("pin", {"way": "pin", "error": "wrong", "tries_left": 2}),
        ("end", {"way": "visual", "staff": "佐藤", "reason": "暗証番号を\nお忘れ", "score": 0.5}),
    ]
    assert visit.fact("way") == "visual"
    assert visit.fact("tries_left") == 2
    assert visit.fact("item") is None


@pytest.mark.parametrize(
    "facts",
    [
        {"pin": "1234"},
        {"my_number": "123456789018"},
        {"pupi": b"\x01\x02\x03\x04"},
        {"reason": b"bytes"},
        {"reason": "x" * 1001},
        {"reason": "\ud800"},
        {"way": "two\nlines"},
        {"way": ""},
        {"tries_left": 1234},
        {"tries_left": True},
        {"score": float("nan")},
        {"score": 123456789018},
        {"is_test": 1},
        {"given_at": "2026-11-21T09:00"},
        {"given_at": "soon"},
        {"certificate_sha256": "1234"},
        {"certificate_sha256": None},
    ],
)
def test_what_has_no_place_in_the_journal_is_refused_untold_and_leaves_nothing(journal, facts):
    entry = journal.begin("desk", "usb:1")
    (name, value), *_ = facts.items()
    for write in (entry.step, entry.end):
        with pytest.raises(ValueError, match=name) as refused:
            write("certificate", **facts)
        assert not value or str(value) not in str(refused.value)
    (visit,) = journal.visits()
    assert visit.steps == ()
    assert visit.outcome is None


@pytest.mark.parametrize("word", ["", "a\x1b[31m", "x" * 201, b"desk"])
def test_names_are_printable_words(journal, word):
    entry = journal.begin("desk", "usb:1")
    for write in (
        lambda: journal.begin(word, "usb:1"),
        lambda: journal.begin("desk", word),
        lambda: entry.step(word),
        lambda: entry.end(word),
    ):
        with pytest.raises(ValueError, match="as a word only"):
            write()


def test_nothing_is_written_after_the_end_of_a_visit(journal):
    entry = journal.begin("desk", "usb:1")
    entry.end("checked_in")
    with pytest.raises(ValueError, match="has ended"):
        entry.step("late")
    with pytest.raises(ValueError, match="has ended"):
        entry.end("gone")
    (visit,) = journal.visits()
    assert visit.outcome == "checked_in"
    assert len(visit.steps) == 1


def test_a_closed_journal_says_so(path):
    journal = Journal(path)
    journal.close()
    with pytest.raises(ValueError, match="after its end"):
        journal.begin("desk", "usb:1")


def test_a_visit_without_an_end_is_interrupted_by_the_next_at_its_reader_alone(journal):
    journal.begin("desk", "usb:1")
    journal.begin("phone", "usb:2")
    journal.begin("desk", "usb:1")
    assert [visit.outcome for visit in journal.visits()] == [INTERRUPTED, None, None]


def test_a_visit_runs_as_long_as_its_process_and_was_interrupted_after_that(path):
    journal = Journal(path)
    journal.begin("desk", "usb:1")
    with View(path) as view, Journal(path) as other:
        assert [visit.outcome for visit in view.visits()] == [None]
        assert [visit.outcome for visit in other.visits()] == [None]
        journal.close()
        assert [visit.outcome for visit in view.visits()] == [None]  # the other is still there
    with View(path) as view:
        assert [visit.outcome for visit in view.visits()] == [INTERRUPTED]
    with Journal(path) as journal:
        assert [visit.outcome for visit in journal.visits()] == [INTERRUPTED]


def test_days_are_those_of_japan_and_a_limit_takes_the_last(journal, clock):
    for hour in (14, 15):  # 23:59 and 00:59 in Japan
        clock.at = datetime(2026, 11, 20, hour, 59, tzinfo=UTC)
        journal.begin("desk", "usb:1").end("checked_in")
    before, after = date(2026, 11, 20), date(2026, 11, 21)
    assert [visit.id for visit in journal.visits(since=after)] == [2]
    assert [visit.id for visit in journal.visits(until=before)] == [1]
    assert [visit.id for visit in journal.visits(since=before, until=after)] == [1, 2]
    assert [visit.id for visit in journal.visits(limit=1)] == [2]
    assert [visit.id for visit in journal.visits(until=before, limit=5)] == [1]
    assert journal.count() == 2


def test_many_visits_come_all_and_in_order(journal):
    for _ in range(1001):
        journal.begin("desk", "usb:1")
    assert ids(journal) == list(range(1, 1002))
    assert [visit.id for visit in journal.visits(limit=700)] == list(range(302, 1002))


@pytest.mark.parametrize("jump", [timedelta(days=3650), timedelta(days=-20000)])
def test_a_clock_that_jumps_leaves_the_order_as_it_was(journal, clock, jump):
    journal.begin("desk", "usb:1").end("first")
    clock.at += jump
    entry = journal.begin("desk", "usb:1")
    entry.step("one")
    clock.at -= jump
    entry.step("two")
    entry.end("second")
    journal.begin("desk", "usb:1").end("third")
    visits = list(journal.visits())
    assert [visit.outcome for visit in visits] == ["first", "second", "third"]
    assert [step.name for step in visits[1].steps] == ["one", "two", "end"]


def test_visits_are_kept_for_as_many_days_and_not_longer(journal):
    visit_on(journal, "2026-01-01", "2026-01-02", "2026-01-30", "2026-01-31", "2026-02-01")
    assert journal.prune(29) == 0
    assert journal.prune(28) == 1
    assert ids(journal) == [2, 3, 4, 5]
    assert journal.prune(1) == 1
    assert journal.prune(1) == 0
    assert journal.prune(10**9) == 0
    with pytest.raises(ValueError, match="a day"):
        journal.prune(0)


def test_a_number_is_never_given_again(path):
    with Journal(path, Clock()) as journal:
        visit_on(journal, "2026-01-01", "2026-06-01", "2026-06-02", "2026-06-03")
        journal.prune(1)
    with Journal(path) as journal:
        assert journal.begin("desk", "usb:1").id == 5


def test_a_clock_ahead_for_a_moment_deletes_nothing_and_its_visits_go_in_their_turn(journal):
    visit_on(journal, "2026-01-01", "2026-01-02", "2026-01-03", "2036-01-01", "2036-01-02")
    assert journal.prune(90) == 0
    visit_on(journal, "2026-01-04", "2026-01-05")
    assert journal.prune(90) == 0
    visit_on(journal, "2026-05-01", "2026-05-02", "2026-05-03")
    assert journal.prune(90) == 7
    assert ids(journal) == [8, 9, 10]


def test_a_clock_behind_for_a_moment_deletes_nothing_and_holds_nothing_up(journal):
    visit_on(journal, "2026-01-01", "1970-01-01", "1970-01-02", "1970-01-03", "1970-01-04")
    assert journal.prune(90) == 0
    visit_on(journal, "2026-01-02", "2026-01-03")
    assert journal.prune(90) == 0
    visit_on(journal, "2026-05-01", "2026-05-02", "2026-05-03")
    assert journal.prune(90) == 7


def test_a_clock_that_is_not_set_yet_deletes_nothing(journal, clock):
    visit_on(journal, "2026-01-01", "2026-05-01", "2026-05-02", "2026-05-03")
    clock.at = datetime(1970, 1, 1, tzinfo=UTC)
    assert journal.prune(1) == 0
    clock.at = datetime(2046, 1, 1, tzinfo=UTC)
    assert journal.prune(90) == 1


def test_a_visit_of_a_person_held_and_one_that_runs_are_not_deleted(journal, clock):
    journal._now.at = datetime(2026, 1, 1, tzinfo=UTC)
    journal.begin("phone", "usb:2")
    held = journal.begin("desk", "usb:1")
    journal.hold(held.id, **PERSON)
    held.end("held")
    visit_on(journal, "2026-01-02", "2026-05-01", "2026-05-02", "2026-05-03")
    assert journal.prune(90) == 1
    assert ids(journal) == [1, 2, 4, 5, 6]
    journal.release(held.id)
    assert journal.prune(90) == 1
    assert ids(journal) == [1, 4, 5, 6]


def test_a_person_is_held_until_released_and_shown_nowhere_else(path, clock):
    with Journal(path, clock) as journal:
        entry = journal.begin("desk", "usb:1")
        journal.hold(entry.id, **{**PERSON, "name": "mistyped"})
        journal.hold(entry.id, **PERSON)
        entry.end("held")
    with Journal(path) as journal:
        (held,) = journal.held()
        told = {name: getattr(held, name) for name in PERSON}
        assert told == PERSON
        assert (held.visit, held.held_at) == (entry.id, clock.at)
        for item in ("カザシ", "東京", "1956", "9)"):
            assert item not in repr(held)
        journal.release(held.visit)
        journal.release(held.visit)
        assert journal.held() == []


def test_a_birth_that_is_not_known_in_part_is_held_as_it_stands(journal):
    entry = journal.begin("desk", "usb:1")
    journal.hold(entry.id, **PERSON | {"birth": PartialDate(1960, 0, 0)})
    assert journal.held()[0].birth == PartialDate(1960, 0, 0)


def test_of_a_birth_with_a_time_the_day_is_held(journal):
    entry = journal.begin("desk", "usb:1")
    journal.hold(entry.id, **PERSON | {"birth": datetime(1956, 2, 29, 12)})
    assert journal.held()[0].birth == date(1956, 2, 29)


@pytest.mark.parametrize(
    "wrong", [{"sex": 3}, {"name": b"\x00"}, {"address": "x" * 1001}, {"reason": "\ud800"}]
)
def test_a_person_is_held_with_what_a_card_has_alone(journal, wrong):
    entry = journal.begin("desk", "usb:1")
    with pytest.raises(ValueError, match="a person is held with"):
        journal.hold(entry.id, **(PERSON | wrong))
    with pytest.raises(ValueError, match="no visit 7"):
        journal.hold(7, **PERSON)
    assert journal.held() == []


def test_who_was_released_and_what_was_pruned_is_in_no_file_any_more(path):
    with Journal(path, Clock()) as journal:
        for number in range(50):
            entry = journal.begin("desk", f"usb:{number}")
            journal.hold(entry.id, **(PERSON | {"name": f"REMEMBERED {number}"}))
            entry.end("held", reason="FORGOTTEN")
        for held in journal.held():
            journal.release(held.visit)
        visit_on(journal, "2027-05-01", "2027-05-02", "2027-05-03")
        assert journal.prune(1) == 50
        files = [file.read_bytes() for file in path.parent.iterdir()]
    assert len(files) == 4
    for word in (b"REMEMBERED", b"FORGOTTEN", "霞が関".encode()):
        assert not any(word in file for file in files)


@POSIX
def test_only_its_owner_may_read_the_journal(path):
    old = os.umask(0)
    try:
        with Journal(path) as journal:
            journal.begin("desk", "usb:1")
            assert {file.name for file in path.parent.iterdir()} == {
                *("journal.db", "journal.db-wal", "journal.db-shm", "journal.db-lock"),
            }
            for file in path.parent.iterdir():
                assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        path.chmod(0o644)
        with Journal(path) as journal:
            journal.begin("desk", "usb:1")
            for file in path.parent.iterdir():
                assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    finally:
        os.umask(old)


def test_commits_are_synced_and_what_is_deleted_is_overwritten(journal):
    db = journal._file._db
    names = ("journal_mode", "synchronous", "secure_delete", "foreign_keys")
    settings = [db.execute(f"PRAGMA {name}").fetchone()[0] for name in names]
    full = 2  # sqlite.org/pragma.html#pragma_synchronous
    assert settings == ["wal", full, 1, 1]


def test_without_space_it_says_so_and_goes_on_by_itself_once_there_is(journal):
    entry = journal.begin("desk", "usb:1")
    db = journal._file._db
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    db.execute(f"PRAGMA max_page_count = {pages}")
    kept = 0
    with pytest.raises(JournalFull) as full:  # noqa: PT012
        for number in range(1000):
            entry.step("consent", reason="x" * 1000)
            kept = number + 1
    assert "free some" in line_of(full.value)
    assert "空き容量" in screen_of(full.value)
    with pytest.raises(JournalFull):
        entry.end("checked_in", reason="x" * 1000)
    (visit,) = journal.visits()
    assert (len(visit.steps), visit.outcome) == (kept, None)
    db.execute(f"PRAGMA max_page_count = {pages + 100}")
    entry.end("checked_in", reason="x" * 1000)
    (visit,) = journal.visits()
    assert (len(visit.steps), visit.outcome) == (kept + 1, "checked_in")


def test_two_write_at_once_and_one_that_waits_for_too_long_is_told(journal, path):
    with Journal(path) as other:
        first, second = journal.begin("desk", "usb:1"), other.begin("phone", "usb:2")
        first.step("one")
        second.step("two")
        assert [len(visit.steps) for visit in other.visits()] == [1, 1]
        other._file._db.execute("PRAGMA busy_timeout = 0")
        with journal._file.transaction(), raises(JournalBusy, match="in use"):
            second.step("three")
        second.end("checked_in")


WRITER = """
import sys
from pathlib import Path
from kazashi.reception.journal import Journal
print("ready", flush=True)
sys.stdin.readline()
with Journal(Path(sys.argv[1])) as journal:
    for _ in range(50):
        visit = journal.begin("desk", sys.argv[2])
        visit.step("pin")
        visit.end("checked_in")
"""


def test_two_processes_make_a_journal_and_write_it_at_once(path):
    readers = ("usb:1", "usb:2")
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), reader],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for reader in readers
    ]
    for writer in writers:
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.stdin.write("\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate(timeout=60)
        assert writer.returncode == 0
    with View(path) as view:
        visits = list(view.visits())
    assert {visit.outcome for visit in visits} == {"checked_in"}
    for reader in readers:
        assert sum(len(visit.steps) for visit in visits if visit.reader == reader) == 100


def test_a_newer_journal_is_refused_and_left_alone(path):
    Journal(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA user_version = 2")
    for opened in (Journal, View):
        with raises(JournalNewer, match="update kazashi") as newer:
            opened(path)
        assert (newer.value.theirs, newer.value.ours) == (2, 1)


def test_another_programs_database_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "theirs.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("CREATE TABLE patient (id)")
    before = path.read_bytes()
    for opened in (Journal, View):
        with raises(JournalBroken, match="another program's"):
            opened(path)
    assert path.read_bytes() == before


def test_where_there_is_no_journal_a_view_makes_none(tmp_path):
    path = tmp_path / "journal.db"
    with raises(JournalMissing, match="check in"):
        View(path)
    assert list(tmp_path.iterdir()) == []
    path.touch()
    with pytest.raises(JournalMissing):
        View(path)


def test_where_the_system_refuses_the_reason_is_told(tmp_path):
    (tmp_path / "file").touch()
    for path in (
        tmp_path,
        tmp_path / "file" / "journal.db",
        tmp_path / "file" / "a" / "journal.db",
    ):
        with raises(JournalRefused, match="cannot be opened"):
            Journal(path)


def test_every_error_has_words_for_the_staff():
    for error in (JournalMissing(Path("a")), JournalFull(Path("a")), JournalBusy(Path("a"))):
        assert screen_of(error) != screen_of(JournalError(Path("a")))
        assert screen_of(error).endswith("。")


def test_the_journal_stands_in_the_state_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert default_path() == tmp_path / "state" / "kazashi" / "journal.db"
    for unset in ("", "relative"):
        monkeypatch.setenv("XDG_STATE_HOME", unset)
        assert default_path() == tmp_path / ".local" / "state" / "kazashi" / "journal.db"
