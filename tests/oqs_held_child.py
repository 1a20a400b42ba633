"""Asks about people held, whose results go into a folder; killed elsewhere each time.

    python oqs_held_child.py FOLDER STEP

Each time in FOLDER/N: journal.db, `face` and `staging`; it is killed at the Nth place, for each
STEPth N: before each statement of the journal, and before and after each call that changes files.
Then the folder is emptied, as by a program that takes files, and the next start asks again. In
`taken`, the names of all files that were found. Stops when nothing happens any more. Forks: nothing
is imported twice.
"""

import os
import signal
import sqlite3
import sys
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path

from kazashi.oqs import faces, outbox, publish
from kazashi.oqs.faces import FaceFiles, FaceFolder
from kazashi.oqs.publish import TEST_MARK, Folder
from kazashi.reception.journal import Journal
from kazashi.reception.outage import ask_held
from kazashi.testing.centre import SimulatedCentre

PEOPLE = 3
_MORNING = datetime(2026, 11, 21, tzinfo=UTC)
_LATER = _MORNING + timedelta(hours=1)  # the claims of who was killed have ended


def hold(path: Path) -> None:
    with Journal(path, lambda: _MORNING) as journal:
        for number in range(PEOPLE):
            entry = journal.begin("desk", "none")
            items = {"name": f"仮名 {number}", "address": "架空町", "birth": date(1950, 4, 3)}
            journal.hold(entry.id, **items, sex=1, reason="down")
            entry.end("held", is_test=True)


def ask(here: Path, now: datetime) -> None:
    face = FaceFolder(Folder(here / "face", here / "staging"))
    path = here / "journal.db"
    with (
        FaceFiles("1319999996", [face], path, lambda: now) as results,
        Journal(path, lambda: now) as journal,
    ):
        for _ in ask_held(journal, SimulatedCentre(), is_test=True, results=results):
            pass


def take(here: Path) -> None:
    """As a program that takes files."""
    with (here / "taken").open("a") as taken:
        for path in (here / "face").glob("*.xml"):
            taken.write(f"{path.name}\n")
            path.unlink()


def kill_at(place: int) -> None:
    places = count()

    def here(*_: object) -> None:
        if next(places) == place:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(call):
        def watched(*arguments, **options):
            here()
            done = call(*arguments, **options)
            here()
            return done

        return watched

    connect = sqlite3.connect

    def connected(*arguments, **options):
        connection = connect(*arguments, **options)
        connection.set_trace_callback(here)
        return connection

    sqlite3.connect = connected
    for name in ("_move", "sync_folder"):
        setattr(publish, name, around(getattr(publish, name)))
    for name in ("replace", "rename", "unlink"):
        setattr(Path, name, around(getattr(Path, name)))
    for name in ("fsync", "utime"):
        setattr(os, name, around(getattr(os, name)))


def started(here: Path, now: datetime, kill: int | None = None) -> bool:
    """Whether it came to its end."""
    if not (child := os.fork()):
        if kill is not None:
            kill_at(kill)
        ask(here, now)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def main(folder: Path, step: int) -> None:
    outbox.TOUCH_S = 0.0
    faces._PATIENCE_S = 60.0  # no folder is slow
    for place in count(0, step):
        here = folder / f"{place:06}"
        (here / "face").mkdir(parents=True)
        (here / "face" / TEST_MARK).touch()
        hold(here / "journal.db")
        is_whole = started(here, _MORNING, place)
        take(here)
        started(here, _LATER)
        take(here)
        if is_whole:
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
