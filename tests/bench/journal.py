"""How long the list of a journal takes: 100,000 visits, or as many as are asked for.

    uv run python tests/bench/journal.py [--visits N]

CPU seconds, after Python's start, the best of five: what the list reads (`View.listed`), the whole
commands, their output thrown away, and what export and stats read (`View.visits`).
"""

import argparse
import os
import sqlite3
from contextlib import closing, redirect_stdout
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from rich.console import Console

from kazashi.cli.journal import list_visits
from kazashi.reception.journal import Journal, View
from kazashi.reception.journal.facts import as_json
from kazashi.reception.journal.listing import LISTED

ITEMS = ("medicines", "checkups", "treatment", "surgery")
AT = "2026-01-01T00:00:00+00:00"


def steps(number):
    """Of a visit: 60 kinds in turn, of 4 to 10 steps."""
    yield "certificate", {"token": "card", "certificate_sha256": f"{number:064x}", "is_test": True}
    for left in range(number % 3):
        yield "pin", {"way": "pin", "error": "wrong", "tries_left": 2 - left}
    yield "face" if number % 5 else "pin", {"way": "face" if number % 5 else "pin"}
    for item in ITEMS[: number % 4 + 1]:
        yield "consent", {"item": item, "state": "given", "given_at": AT}
    yield "eligibility", {"eligibility": "covered", "reference": f"{number:032x}"}
    if number % 4:
        yield "end", {"way": "face"}


def fill(path, visits):
    """Past the journal's own writes, each of which waits for the disk."""
    Journal(path).close()
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    with closing(sqlite3.connect(path)) as db, db:
        for number in range(1, visits + 1):
            at = (begun + timedelta(minutes=number)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
            row = (number, at, "desk", "usb:1")
            db.execute("INSERT INTO visit (id, begun_at, profile, reader) VALUES (?, ?, ?, ?)", row)
            db.executemany(
                "INSERT INTO step (visit, at, name, facts) VALUES (?, ?, ?, ?)",
                [(number, at, name, as_json(facts)) for name, facts in steps(number)],
            )
        db.execute(
            f"UPDATE visit SET outcome = 'checked_in', ended_at = begun_at, listed = {LISTED}"
        )


def seconds(run):
    """CPU seconds, the least of five times."""
    taken = []
    for _ in range(5):
        begun = process_time()
        run()
        taken.append(process_time() - begun)
    return min(taken)


def looked_at(path, read):
    with View(path) as view:
        return sum(1 for _ in read(view))


def measured(path, visits):
    """(what, CPU seconds)."""
    yield "read for the list", seconds(lambda: looked_at(path, View.listed))
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
        page = seconds(lambda: list_visits(journal=path))
        whole = seconds(lambda: list_visits(limit=visits, journal=path))
        as_json = seconds(lambda: list_visits(limit=visits, as_json=True, journal=path))
    yield "journal list, 20 visits", page
    yield f"journal list --limit {visits}", whole
    yield f"journal list --limit {visits} --json", as_json
    yield "read for export and stats", seconds(lambda: looked_at(path, View.visits))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visits", type=int, default=100_000)
    visits = parser.parse_args().visits
    console = Console(highlight=False)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "journal.db"
        fill(path, visits)
        for what, took in measured(path, visits):
            console.print(f"{took:7.2f} s  {what}")


if __name__ == "__main__":
    main()
