"""The map as a copy of the one that many computers share: what it has to send, and what comes.

A change and its mark "unsent" are one transaction, so none is lost and none is sent for nothing.
What is sent is judged there (`ties.joined`); the copy takes that judgement in place of its own, so
it may be sent twice. What is unsent here is not touched by what comes: it is judged first.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from kazashi.reception.numbers.file import TIE, put, tie_of
from kazashi.reception.numbers.store import NumbersFile
from kazashi.reception.numbers.ties import Tie

# Marks by another key stay here: no other computer could find them.
_UNSENT = "is_unsent AND (kind != 'certificate' OR name GLOB ?)"


@dataclass(frozen=True)
class CopyState:
    """`waiting`: ties to send. `conflicts`: names of which desks say different numbers."""

    waiting: int
    conflicts: int


class NumbersCopy:
    """Of the map in the file of `numbers`.

    Raises:
        NumbersError: see errors.py; so from each method.
    """

    def __init__(self, numbers: NumbersFile) -> None:
        self._numbers, self._file = numbers, numbers.file
        self.key_mark = numbers.marks.key_mark
        self._ours = f"{self.key_mark}-*"

    def place(self) -> tuple[str, int]:
        """(name of this copy among all others, a UUID; number of the newest tie that has come)."""
        with self._file.reading() as db:
            return db.execute("SELECT id, cursor FROM copy").fetchone()

    def begin_anew(self) -> None:
        """The shared map has less than it had: all is sent, and all comes again."""
        with self._file.writing() as db:
            db.execute("UPDATE tie SET is_unsent = 1 WHERE NOT is_unsent")
            db.execute("UPDATE copy SET cursor = 0")

    def unsent(self, most: int) -> list[Tie]:
        query = f"SELECT {TIE} FROM tie WHERE {_UNSENT} LIMIT ?"
        with self._file.reading() as db:
            return [Tie.of_row(*row) for row in db.execute(query, (self._ours, most))]

    def take(self, judged: Iterable[tuple[Tie, Tie]], news: Iterable[Tie], cursor: int) -> None:
        """`judged`: what was sent, and what the shared map has of it now."""
        is_changed = False
        with self._file.writing() as db:
            for sent, theirs in judged:
                if tie_of(db, sent.kind, sent.name) == sent:  # else it was changed meanwhile
                    is_changed |= _adopt(db, sent, theirs)
            for theirs in news:
                if not _is_unsent(db, theirs):
                    ours = tie_of(db, theirs.kind, theirs.name)
                    is_changed |= _adopt(db, ours, theirs)
            db.execute("UPDATE copy SET cursor = ?", (cursor,))
        if is_changed:
            self._numbers.changed()

    def state(self) -> CopyState:
        with self._file.reading() as db:
            query = f"SELECT count(*) FROM tie WHERE {_UNSENT}"
            (waiting,) = db.execute(query, (self._ours,)).fetchone()
            query = "SELECT count(*) FROM tie WHERE claims != '[]'"
            (conflicts,) = db.execute(query).fetchone()
        return CopyState(waiting, conflicts)


def _is_unsent(db: sqlite3.Connection, tie: Tie) -> bool:
    query = "SELECT is_unsent FROM tie WHERE kind = ? AND name = ?"
    row = db.execute(query, (tie.kind, tie.name)).fetchone()
    return bool(row and row[0])


def _adopt(db: sqlite3.Connection, ours: Tie | None, theirs: Tie) -> bool:
    """`theirs` in place of ours; what is decided there is decided here. Returns whether the staff
    have to decide something else now.
    """
    put(db, theirs, is_unsent=False)
    if ours == theirs:
        return False
    if not theirs.claims:
        query = "DELETE FROM offer WHERE kind = ? AND name = ?"
        return db.execute(query, (theirs.kind, theirs.name)).rowcount > 0
    query = (
        "INSERT OR IGNORE INTO offer (kind, name, number, visit, at, is_test) "
        "VALUES (?, ?, '', NULL, ?, 0)"
    )
    db.execute(query, (theirs.kind, theirs.name, theirs.claims[0].at))
    return True
