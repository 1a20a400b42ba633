"""Journals that older releases wrote."""

import sqlite3
from contextlib import closing

import pytest

from kazashi.reception.journal import Journal, JournalBroken, View
from kazashi.reception.journal.schema import VERSION, VERSIONS
from said import raises

OLDER = pytest.mark.parametrize("version", range(1, VERSION))
VISITS = [
    (1, "2026-01-01T00:00:00.000Z", "desk", "usb:1", "2026-01-01T00:01:00.000Z", "checked_in"),
    (2, "2026-01-02T00:00:00.000Z", "desk", "usb:1", None, "interrupted"),
    (3, "2026-01-03T00:00:00.000Z", "desk", "usb:1", None, None),
]
STEPS = [
    (1, "2026-01-01T00:00:30.000Z", "pin", '{"way": "pin", "error": "wrong", "tries_left": 2}'),
    (1, "2026-01-01T00:01:00.000Z", "end", '{"way": "visual", "is_test": true}'),
    (2, "2026-01-02T00:00:30.000Z", "face", '{"way": "face"}'),
    (3, "2026-01-03T00:00:30.000Z", "face", '{"way": "face"}'),
]


def write(path, version, steps=STEPS):
    """As that release did."""
    path.parent.mkdir(exist_ok=True)
    with closing(sqlite3.connect(path)) as db, db:
        for statements in VERSIONS[:version]:
            for statement in statements:
                db.execute(statement)
        db.execute(f"PRAGMA user_version = {version}")
        columns = "id, begun_at, profile, reader, ended_at, outcome"
        db.executemany(f"INSERT INTO visit ({columns}) VALUES (?, ?, ?, ?, ?, ?)", VISITS)
        db.executemany("INSERT INTO step (visit, at, name, facts) VALUES (?, ?, ?, ?)", steps)


def tables(path):
    with closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()


def told(path):
    with View(path) as view:
        return list(view.visits()), list(view.listed())


@OLDER
def test_an_older_journal_is_read_as_it_is_and_tells_the_same_once_it_is_of_today(path, version):
    write(path, version)
    before = told(path)
    assert [visit.way for visit in before[1]] == ["visual", "face", "face"]
    assert [visit.is_test for visit in before[1]] == [True, False, False]
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (version,)
    Journal(path).close()
    assert told(path) == before
    with Journal(path.with_name("new.db")):
        assert tables(path) == tables(path.with_name("new.db"))
    with Journal(path) as journal:
        visit = journal.begin("desk", "usb:1")
        visit.end("checked_in")
        assert visit.id == 4


@OLDER
@pytest.mark.parametrize(("name", "facts"), [("pin", "{"), ("pin", b"\xff"), (b"\xff", "{}")])
def test_damage_in_an_older_journal_keeps_no_visit_from_being_written(path, version, name, facts):
    write(path, version, [(1, "2026-01-01T00:00:30.000Z", name, facts), *STEPS])
    with Journal(path) as journal:
        journal.begin("desk", "usb:1").end("checked_in")
        assert journal.visit(4).outcome == "checked_in"
        with raises(JournalBroken, match="damaged"):
            list(journal.listed())
