"""The journal when its process is killed anywhere, and when there is no space anywhere."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from shutil import disk_usage
from tempfile import TemporaryDirectory

import pytest

import journal_child
from kazashi.reception.journal import INTERRUPTED, Journal, View

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and limits are POSIX")

EPOCH = datetime.min
IN_MEMORY = Path("/dev/shm")


@pytest.fixture
def folder():
    """In memory if there is room for all journals: a kill leaves the system's buffers alone."""
    has_room = IN_MEMORY.is_dir() and disk_usage(IN_MEMORY).free > 200_000_000
    with TemporaryDirectory(dir=IN_MEMORY if has_room else None) as name:
        yield Path(name)


def state(path, *, with_times=True):
    """All that a journal tells once its process is gone."""
    with Journal(path) as journal:
        visits, held = list(journal.visits()), journal.held()
    visits = [replace(visit, outcome=visit.outcome or INTERRUPTED) for visit in visits]
    if not with_times:
        visits = [
            replace(
                visit,
                begun_at=EPOCH,
                ended_at=visit.ended_at and EPOCH,
                steps=[replace(step, at=EPOCH) for step in visit.steps],
            )
            for visit in visits
        ]
    return visits, held


@pytest.fixture(scope="module")
def states(tmp_path_factory):
    """What is kept after so many calls, where nothing is in the way."""
    folder = tmp_path_factory.mktemp("undisturbed")
    states = [([], [])]

    def look():
        with View(folder / "journal.db") as view:
            visits = [
                replace(visit, outcome=visit.outcome or INTERRUPTED) for visit in view.visits()
            ]
        with closing(sqlite3.connect(folder / "journal.db", isolation_level=None)) as db:
            held = db.execute("SELECT visit FROM held").fetchall()
        states.append((visits, held))

    journal_child.run(folder, look)
    return states


def disturbed(how: str, folder: Path, step: int) -> list[Path]:
    child = [sys.executable, journal_child.__file__, how, str(folder), str(step)]
    done = subprocess.run(child, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return sorted(folder.iterdir())


def told(folder: Path) -> int:
    file = folder / "told"
    return len(file.read_bytes()) if file.exists() else 0


def is_sound(path: Path) -> bool:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        return db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.parametrize(("how", "step", "at_least"), [("kill", 1, 200), ("cut", 499, 200)])
def test_a_journal_whose_process_is_killed_anywhere_has_all_that_was_told_and_nothing_half(
    states, folder, how, step, at_least
):
    *killed, finished = disturbed(how, folder, step)
    assert len(killed) >= at_least
    for place in killed:
        calls = told(place)
        visits, held = state(place / "journal.db")
        found = (visits, [(person.visit,) for person in held])
        assert found in states[calls : calls + 2], place
        assert is_sound(place / "journal.db"), place
    assert told(finished) == len(states) - 1


def test_between_a_kill_and_the_next_start_visits_show_as_interrupted(folder):
    killed = disturbed("kill", folder, 150)[2]
    with View(killed / "journal.db") as view:
        assert [visit.outcome for visit in view.visits()][-1] == INTERRUPTED


def test_a_journal_without_space_anywhere_goes_on_where_it_stopped_once_there_is(states, folder):
    *full, _ = disturbed("full", folder, 1999)
    visits, held = states[-1]
    expected = None
    seen = set()
    for place in full:
        seen |= set(json.loads((place / "errors").read_text()))
        found = state(place / "journal.db", with_times=False)
        expected = expected or found
        assert found == expected, place
        assert is_sound(place / "journal.db"), place
    assert [visit.id for visit in expected[0]] == [visit.id for visit in visits]
    assert len(expected[1]) == len(held)
    assert {"open", 3, 4, 5, 6, 7, 8, 9} <= seen
