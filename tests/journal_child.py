"""The same visits in the journal again and again, each time in a process that is killed elsewhere.

    python journal_child.py kill|cut|full FOLDER STEP

kill  SIGKILL at each STEPth place: before each statement, and in it before each fifth instruction
cut   the system ends it when a file of its own would grow beyond N, for each STEPth N: mid-write
full  as cut, but the write fails; then there is space again, and the same calls are made again

Each time in FOLDER/N: journal.db, and `told`, a line for each call that returned; in `errors`, the
class of each error. Stops when nothing happens any more. Forks: nothing is imported twice.
"""

import json
import os
import resource
import signal
import sqlite3
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path

from kazashi.reception.journal import Journal, JournalFull

_INSTRUCTIONS = 5
_EPOCH = datetime(2026, 11, 21, tzinfo=UTC)


class Clock:
    """A day later each time that it is read."""

    def __init__(self) -> None:
        self._reads = count()

    def __call__(self) -> datetime:
        return _EPOCH + timedelta(days=next(self._reads))


def calls(path: Path, now: Callable[[], datetime]):
    """What is done to the journal, call by call; each is made again by calling it again."""
    journal = Journal(path, now)
    yield lambda: None
    visits = []
    yield lambda: visits.append(journal.begin("desk", "usb:1"))
    yield lambda: visits[0].step("certificate", token="card", is_test=True)
    yield lambda: visits[0].step("pin", way="pin", error="wrong", tries_left=2)
    yield lambda: visits[0].end("checked_in", way="pin", reason="文字" * 400)
    yield lambda: visits.append(journal.begin("desk", "usb:1"))
    yield lambda: journal.hold(
        visits[1].id, name="NAME", address="ADDRESS", birth=date(1990, 2, 3), sex=2, reason="down"
    )
    yield lambda: visits[1].end("held")
    yield lambda: visits.append(journal.begin("phone", "usb:2"))
    yield lambda: journal.release(visits[1].id)
    yield lambda: visits.append(journal.begin("desk", "usb:1"))
    yield lambda: journal.prune(1)
    yield lambda: visits[3].step("face", way="face", score=0.25, threshold=0.363)
    yield journal.close


def run(folder: Path, watch: Callable[[], None] = lambda: None) -> None:
    """Makes all calls; `watch` is called after each that returned."""
    told = os.open(folder / "told", os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    for call in calls(folder / "journal.db", Clock()):
        call()
        os.write(told, b"\n")
        watch()


def kill_at(place: int) -> None:
    places = count()

    def here(*_: object) -> None:
        if next(places) == place:
            os.kill(os.getpid(), signal.SIGKILL)

    connect = sqlite3.connect

    def watched(*arguments, **options):
        connection = connect(*arguments, **options)
        connection.set_trace_callback(here)
        connection.set_progress_handler(here, _INSTRUCTIONS)
        return connection

    sqlite3.connect = watched


def cut_at(size: int, action: signal.Handlers) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGXFSZ, action)
    _limit(size)


def _limit(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def run_full(folder: Path, size: int) -> int:
    """Makes all calls; if one finds no space, it is made again when there is. Returns 1 then."""
    errors = []
    steps = calls(folder / "journal.db", Clock())
    _limit(size)
    try:
        call = next(steps)
    except JournalFull:
        errors.append("open")
        _limit(resource.RLIM_INFINITY)
        steps = calls(folder / "journal.db", Clock())
        call = next(steps)
    for number in count():
        try:
            call()
        except JournalFull:
            errors.append(number)
            _limit(resource.RLIM_INFINITY)
            call()
            _limit(size)
        call = next(steps, None)
        if call is None:
            break
    _limit(resource.RLIM_INFINITY)
    (folder / "errors").write_text(json.dumps(errors))
    return 1 if errors else 0


def main(how: str, folder: Path, step: int) -> None:
    for place in count(0, step):
        here = folder / f"{place:06}"
        here.mkdir()
        if not (child := os.fork()):
            match how:
                case "kill":
                    kill_at(place)
                    run(here)
                case "cut":
                    cut_at(place, signal.SIG_DFL)
                    run(here)
                case _:
                    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                    os._exit(run_full(here, place))
            os._exit(0)
        if os.waitpid(child, 0)[1] == 0:
            return


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
