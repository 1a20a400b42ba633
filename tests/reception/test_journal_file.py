"""The file of the journal: who may read it, who writes at once, what is no journal."""

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from kazashi.reception.journal import (
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
from kazashi.reception.journal.schema import VERSION
from said import line_of, raises, screen_of

POSIX = pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX")


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
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    for opened in (Journal, View):
        with raises(JournalNewer, match="update kazashi") as newer:
            opened(path)
        assert (newer.value.theirs, newer.value.ours) == (VERSION + 1, VERSION)


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
