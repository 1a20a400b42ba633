"""The journal as a copy elsewhere follows it: its steps in order, by their numbers.

Numbers of steps are never used twice, so the copy's last number tells what it lacks. The journal
keeps that number, too, as its cursor: what lies after it is not pruned.
"""

import sqlite3
import uuid
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from kazashi.reception.journal import claims
from kazashi.reception.journal.file import JournalFile
from kazashi.reception.journal.held import Held, held_in

_ALL = 2**63 - 1
_HELD = """
    SELECT held.visit, claimed_by IS ? FROM held JOIN visit ON visit.id = held.visit
    WHERE outcome IS NOT NULL AND NOT EXISTS (SELECT 1 FROM step
        WHERE step.visit = held.visit AND step.id > (SELECT cursor FROM followed))"""


@dataclass(frozen=True)
class FollowedVisit:
    """A visit as it stands now. Times are ISO 8601 in UTC. `outcome`: None while it runs."""

    number: int
    begun_at: str
    profile: str
    reader: str
    ended_at: str | None
    outcome: str | None


@dataclass(frozen=True)
class FollowedStep:
    """`sequence`: its number, over all visits. `facts`: JSON, see facts.py."""

    sequence: int
    visit: int
    at: str
    name: str
    facts: str


@dataclass(frozen=True)
class FollowedHeld:
    """A person held. `is_given`: the site says who asks about them."""

    held: Held
    is_given: bool


class Followed:
    """The journal at `path`, which is there; for one thread.

    Raises:
        JournalError: see errors.py; so from each method.
    """

    def __init__(self, path: Path) -> None:
        JournalFile(path, is_writer=False).close()  # JournalMissing: it is for Journal to make it
        self._file = JournalFile(path, is_writer=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def name(self) -> str:
        """Of this journal among all others, a UUID: given at the first call, and then kept."""
        with self._file.transaction() as db:
            row = db.execute("SELECT journal FROM followed").fetchone()
            if row is None:
                row = (str(uuid.uuid4()),)
                db.execute("INSERT INTO followed (journal, cursor) VALUES (?, 0)", row)
        return row[0]

    def rename(self, old: str, new: str) -> None:
        """It went back to an older state, so its next numbers mean other steps: another journal.
        Nothing happens if it has not the `old` name: another process was first.
        """
        with self._file.transaction() as db:
            db.execute("UPDATE followed SET journal = ? WHERE journal = ?", (new, old))

    def keep_cursor(self, sequence: int) -> None:
        """The copy has the steps up to this one."""
        with self._file.transaction() as db:
            db.execute("UPDATE followed SET cursor = ? WHERE cursor <> ?", (sequence, sequence))

    def newest(self) -> int:
        """The highest number that a step has had; 0: none."""
        with self._file.snapshot() as db:
            row = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'step'").fetchone()
        return row[0] if row else 0

    def after(self, sequence: int, most: int) -> tuple[list[FollowedVisit], list[FollowedStep]]:
        """The next `most` steps after that number, and their visits."""
        with self._file.snapshot() as db:
            query = "SELECT id, visit, at, name, facts FROM step WHERE id > ? ORDER BY id LIMIT ?"
            steps = [FollowedStep(*row) for row in db.execute(query, (sequence, most))]
            visits = [_visit(db, number) for number in dict.fromkeys(s.visit for s in steps)]
        return [visit for visit in visits if visit], steps

    def oldest(self) -> int | None:
        """Number of the oldest visit that is kept; None: none is."""
        with self._file.snapshot() as db:
            return db.execute("SELECT min(id) FROM visit").fetchone()[0]

    def visits(self, numbers: Iterable[int]) -> list[FollowedVisit]:
        """Those of them that are still kept."""
        with self._file.snapshot() as db:
            visits = [_visit(db, number) for number in numbers]
        return [visit for visit in visits if visit]

    def held(self) -> list[FollowedHeld]:
        """Those whose visit has ended, and is in the copy as a whole; in the order of visits."""
        with self._file.snapshot() as db:
            is_given = dict(db.execute(_HELD, (claims.SITE,)).fetchall())
            return [
                FollowedHeld(held, bool(is_given[held.visit]))
                for held in held_in(db)
                if held.visit in is_given
            ]

    def give_to_site(self, visit: int, now: datetime) -> bool:
        """From now on it says who asks about this person. False: another does, just now."""
        with self._file.transaction() as db:
            return claims.give_to_site(db, visit, now)

    def let_go(self, visits: Iterable[int]) -> None:
        """The site has answers about these people."""
        with self._file.transaction() as db:
            db.executemany("DELETE FROM held WHERE visit = ?", [(visit,) for visit in visits])
        self._file.forget()


def unfollow(path: Path) -> None:
    """No copy follows the journal at `path` now: nothing stays for one, and who is held is asked
    about here. One that comes again knows by itself what it has.

    Raises:
        JournalError
    """
    with closing(JournalFile(path, is_writer=True)) as file, file.transaction() as db:
        db.execute("UPDATE followed SET cursor = ?", (_ALL,))
        claims.take_from_site(db)


def _visit(db: sqlite3.Connection, number: int) -> FollowedVisit | None:
    query = "SELECT id, begun_at, profile, reader, ended_at, outcome FROM visit WHERE id = ?"
    row = db.execute(query, (number,)).fetchone()
    return FollowedVisit(*row) if row else None
