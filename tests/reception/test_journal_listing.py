"""The journal's list: what it tells of a visit, and that it reads the row of the visit alone."""

import sqlite3
from contextlib import closing

import pytest

from kazashi.reception.journal import INTERRUPTED, Journal, JournalBroken, View
from kazashi.reports import SIMULATED_SERIAL
from said import raises


def write(journal):
    """A visit that ended, one that was interrupted, one that runs: each with the same steps."""
    for reader in ("usb:1", "usb:2", "usb:3"):
        visit = journal.begin("desk", reader)
        visit.step("pin", way="pin", error="wrong\x1f日本", is_test=True)
        visit.step("note", reason='"way": "error"', staff="is_test")
        visit.steps("consent", [{"item": "tests"}] * 12)
        visit.step("visual check", way="visual", is_test=False, fallback="portal")
        if reader == "usb:1":
            visit.end("checked_in")
    journal.begin("phone", "usb:2")


STEPS = [("pin", "wrong\x1f日本", 1), ("note", None, 1), ("consent", None, 12)]
STEPS += [("visual check", None, 1)]


def test_a_list_tells_of_each_visit_what_its_steps_tell(journal):
    write(journal)
    ended, broken_off, running, empty = journal.listed()
    assert [*ended.steps] == [*STEPS, ("end", None, 1)]
    for visit in (broken_off, running):
        assert [*visit.steps] == STEPS
    for visit in (ended, broken_off, running):
        assert (visit.way, visit.fallback, visit.is_test) == ("visual", "portal", True)
    assert (empty.way, empty.fallback, empty.is_test, empty.steps) == (None, None, False, ())
    for told, kept in zip(journal.listed(), journal.visits(), strict=True):
        for name in ("id", "begun_at", "profile", "reader", "outcome", "ended_at", "is_test"):
            assert getattr(told, name) == getattr(kept, name)
    assert [visit.id for visit in journal.listed(limit=2)] == [3, 4]


def test_a_list_marks_simulated_readers_and_tells_interrupted_visits_once_nobody_works(path):
    with Journal(path) as journal:
        journal.begin("desk", SIMULATED_SERIAL)
    with View(path) as view:
        (visit,) = view.listed()
    assert (visit.is_test, visit.outcome) == (True, INTERRUPTED)


def looked_up(path):
    """So many hundred instructions SQLite carries out for the list."""
    hundreds = 0

    def count():
        nonlocal hundreds
        hundreds += 1

    with View(path) as view:
        view._file._db.set_progress_handler(count, 100)
        assert len(list(view.listed())) == 200
    return hundreds


def test_a_list_of_ended_visits_looks_at_no_step(tmp_path):
    took = []
    for steps in (0, 30):
        path = tmp_path / f"{steps}.db"
        with Journal(path) as journal:
            for _ in range(200):
                visit = journal.begin("desk", "usb:1")
                visit.steps("consent", [{"item": "tests"}] * steps)
                visit.end("checked_in")
        took.append(looked_up(path))
    assert took[0] == took[1] <= 200 * 40 / 100


@pytest.mark.parametrize(
    "told",
    [
        *("", "5", "{}", "[1]", "[" * 100_000, b"\xff", '[["pin"]]', '[["pin", []]]'),
        *('[["pin", ["pin", null, null, []]]]', "[[5, [null, null, null, null]]]"),
    ],
)
def test_what_we_never_kept_of_the_steps_is_told_as_damage(path, told):
    with Journal(path) as journal:
        journal.begin("desk", "usb:1").end("checked_in")
    change(path, "UPDATE visit SET listed = ?", told)
    with View(path) as view, raises(JournalBroken, match="damaged"):
        list(view.listed())


@pytest.mark.parametrize("column", ["begun_at", "ended_at", "profile", "reader", "outcome"])
def test_rows_that_we_never_wrote_are_told_as_damage(path, column):
    with Journal(path) as journal:
        journal.begin("desk", "usb:1").end("checked_in")
    change(path, f"UPDATE visit SET {column} = ?", b"\xff")
    with View(path) as view, raises(JournalBroken, match="damaged"):
        list(view.listed())


@pytest.mark.parametrize("facts", ["[" * 100_000, "", "{", '{"way": "\\ud800"}'])
def test_a_visit_whose_steps_are_damaged_ends_and_is_told_as_damage(path, facts):
    with Journal(path) as journal:
        visit = journal.begin("desk", "usb:1")
        visit.step("pin")
        change(path, "UPDATE step SET facts = ?", facts)
        visit.end("checked_in")
        assert journal.begin("desk", "usb:1").id == 2
        with raises(JournalBroken, match="damaged"):
            list(journal.listed())


def change(path, statement, value):
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute(statement, (value,))
