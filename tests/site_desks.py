"""Desks that keep visits in journals, and what a database has of them."""

import json
from threading import Event, Thread

from psycopg.errors import UndefinedTable

from kazashi.reception.journal import Journal, View
from kazashi.site.database import Database
from kazashi.site.follower import Follower
from kazashi.site.settings import DatabaseSettings

LOOK_S = 0.02


def on(server, *parts):
    """A computer with these parts; it tries soon again."""
    return Database(DatabaseSettings(server.url, "of no part"), parts, pause_s=LOOK_S)


def follower(path, server, desk="desk"):
    return on(server, Follower(path, desk, look_s=LOOK_S))


def visit(journal, reader="none"):
    """One that ends; three steps."""
    entry = journal.begin("desk", reader)
    entry.step("pin", way="pin", tries_left=3)
    entry.step("certificate", certificate_sha256="ab" * 32)
    entry.end("checked_in", way="pin", is_test=True)


class Writer:
    """Keeps one visit after the other in a journal of its own, in a thread, until `with` ends."""

    def __init__(self, path):
        self.path = path
        Journal(path).close()
        self._stop = Event()
        self._thread = Thread(target=self._write)

    def _write(self):
        with Journal(self.path) as journal:
            while not self._stop.wait(0.002):
                visit(journal)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._stop.set()
        self._thread.join()


def kept(path):
    """[(visit, its outcome, at, name, facts)] of the journal, in order."""
    with View(path) as view:
        rows = [
            (v.id, v.outcome, step.at, step.name, dict(step.facts))
            for v in view.visits()
            for step in v.steps
        ]
    return sorted(rows, key=lambda row: (row[2], row[0]))


_COPY = """
    SELECT visit.number, outcome, at, name, facts::text FROM kazashi.entry
    JOIN kazashi.visit ON visit.journal = entry.journal AND visit.number = entry.visit
    JOIN kazashi.journal ON journal.id = entry.journal WHERE desk = %s ORDER BY sequence"""


def copied(server, desk="desk"):
    """The same of the database."""
    try:
        found = server.rows(_COPY, desk)
    except UndefinedTable:  # not made yet
        return []
    rows = [(*row, json.loads(facts)) for *row, facts in found]
    return sorted(rows, key=lambda row: (row[2], row[0]))


def is_same(path, server, desk="desk"):
    return copied(server, desk) == kept(path)
