"""What the journal kept, read alone: from another process, too, while visits are written.

Visits and steps stand in the order in which they were written, whatever the clock said meanwhile.
"""

import os
import sqlite3
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Self

from kazashi.reception.japan import HOURS_AHEAD
from kazashi.reception.journal.errors import Damage, JournalBroken
from kazashi.reception.journal.facts import Fact, from_json
from kazashi.reception.journal.file import JournalFile, Presence
from kazashi.reception.journal.held import Held, held_in
from kazashi.reception.journal.listing import LISTED, ListedVisit, listed
from kazashi.reception.journal.schema import LISTED_SINCE
from kazashi.reports import is_simulated_serial

INTERRUPTED = "interrupted"  # outcome of a visit whose end is missing: a power cut, a kill

_PAGE = 500  # visits read at a time, so that a long export holds up no one
_LISTED_PAGE = 5_000  # the same of a list
_LATEST = 10_000  # steps, among which the latest of one kind are looked for
_MOST_PASSCODES = 7  # 2**6 s is more than the longest wait, reception/passcode.py
_COLUMNS = "id, begun_at, profile, reader, outcome, ended_at"
DAY = f"date(begun_at, '+{HOURS_AHEAD} hours')"  # Japan's
_IN_DAYS = f"({DAY} BETWEEN :since AND :until) IS NOT 0"  # no date at all: told as damage


def default_path() -> Path:
    """$XDG_STATE_HOME/kazashi/journal.db, or in ~/.local/state.

    Source: XDG Base Directory Specification 0.8; a path that is not absolute counts as none.
    """
    state = Path(os.environ.get("XDG_STATE_HOME", ""))
    if not state.is_absolute():
        state = Path.home() / ".local" / "state"
    return state / "kazashi" / "journal.db"


@dataclass(frozen=True)
class KeptStep:
    """What happened in a visit. `at`: UTC, by the machine's clock."""

    at: datetime
    name: str
    facts: Mapping[str, Fact]


@dataclass(frozen=True)
class KeptVisit:
    """`outcome`: None while it runs; INTERRUPTED if its end was never written. Times are UTC."""

    id: int
    begun_at: datetime
    profile: str
    reader: str
    outcome: str | None
    ended_at: datetime | None
    steps: tuple[KeptStep, ...]

    def fact(self, name: str) -> Fact | None:
        """The latest word on `name`, of any step."""
        return next((step.facts[name] for step in self.steps[::-1] if name in step.facts), None)

    def facts_of(self, step: str) -> list[Mapping[str, Fact]]:
        """Of each step of this name, in their order."""
        return [each.facts for each in self.steps if each.name == step]

    @property
    def is_test(self) -> bool:
        """Whether test anchors, a simulated centre or a simulated reader had a part in it.

        It is of no value then. The reader is told by its serial number alone, so a visit that was
        interrupted is marked, too.
        """
        if is_simulated_serial(self.reader):
            return True
        return any(step.facts.get("is_test") is True for step in self.steps)


@dataclass(frozen=True)
class FacesRefused:
    """Faces in a row that did not match, at one reader: `count` since the last match.

    `last`, `at`: number and time of the latest comparison, whatever came of it.
    """

    count: int
    last: int
    at: datetime


class View:
    """The journal at `path`, where there is one.

    Raises:
        JournalError: see errors.py; so from each method.
    """

    def __init__(self, path: Path) -> None:
        self._presence = Presence(path)
        self._file = JournalFile(path, is_writer=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: object
    ) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()

    def count(self) -> int:
        """How many visits there are."""
        with self._file.snapshot() as db:
            return db.execute("SELECT count(*) FROM visit").fetchone()[0]

    def has_result(self, file: str) -> bool:
        """Whether a file of this name was handed over; the latest one is found soonest."""
        with self._file.snapshot() as db:
            query = (
                "SELECT 1 FROM step WHERE name = 'result' AND instr(facts, ?) "
                "ORDER BY id DESC LIMIT 1"
            )
            return db.execute(query, (f'"{file}"',)).fetchone() is not None

    def wrong_passcodes(self) -> tuple[int, datetime | None]:
        """How many wrong passcodes were typed since a right one, and when the last of them was.

        Seven at most, of the last 10,000 steps: the wait is at its longest then.
        """
        with self._file.snapshot() as db:
            query = (
                "SELECT at, facts FROM step WHERE name = 'passcode' "
                f"AND id > (SELECT max(id) FROM step) - {_LATEST} ORDER BY id DESC"
            )
            rows = db.execute(query).fetchall()
        wrong: list[datetime] = []
        with self._understood():
            for at, facts in rows:
                error = from_json(facts).get("error")
                if error is None or len(wrong) == _MOST_PASSCODES:
                    break
                if error == "wrong":
                    wrong.append(datetime.fromisoformat(at))
        return len(wrong), wrong[0] if wrong else None

    def faces_refused(self, reader: str) -> FacesRefused | None:
        """What face matching said at `reader`, of the last 10,000 steps; None: nothing."""
        with self._file.snapshot() as db:
            query = (
                "SELECT step.id, at, facts FROM step JOIN visit ON visit.id = step.visit "
                f"WHERE step.id > (SELECT max(id) FROM step) - {_LATEST} "
                "AND step.name = 'face' AND reader = ? ORDER BY step.id DESC"
            )
            rows = db.execute(query, (reader,)).fetchall()
        count = 0
        latest: tuple[int, datetime] | None = None
        with self._understood():
            for number, at, facts in rows:
                is_match = from_json(facts).get("is_match")
                if is_match is None:  # a frame that could not be used, an engine that failed
                    continue
                latest = latest or (number, datetime.fromisoformat(at))
                if is_match:
                    break
                count += 1
        return FacesRefused(count, *latest) if latest else None

    def visits(
        self, since: date = date.min, until: date = date.max, limit: int | None = None
    ) -> Iterator[KeptVisit]:
        """Visits begun on Japan's days `since` to `until`, both included; the last `limit` of them.

        What is written meanwhile may come as well.
        """
        days = {"since": since.isoformat(), "until": until.isoformat()}
        after = 0 if limit is None else self._before_last(limit, days)
        while page := self._page(after, days):
            yield from page
            after = page[-1].id

    def listed(
        self, since: date = date.min, until: date = date.max, limit: int | None = None
    ) -> Iterator[ListedVisit]:
        """The same visits as a list shows them, read of one table."""
        days = {"since": since.isoformat(), "until": until.isoformat()}
        after = 0 if limit is None else self._before_last(limit, days)
        while page := self._listed_page(after, days):
            yield from page
            after = page[-1].id

    def _listed_page(self, after: int, days: dict[str, str]) -> list[ListedVisit]:
        where = f"id > :after AND {_IN_DAYS} ORDER BY id LIMIT :page"
        values = days | {"after": after, "page": _LISTED_PAGE}
        with self._is_idle() as is_idle, self._file.snapshot() as db:
            told = f"coalesce(listed, {LISTED})" if self._file.version >= LISTED_SINCE else LISTED
            query = f"SELECT {_COLUMNS}, {told} FROM visit WHERE {where}"
            rows = db.execute(query, values).fetchall()
        with self._understood():
            found = [listed(row) for row in rows]
        if not is_idle:
            return found
        return [each if each.outcome else each._replace(outcome=INTERRUPTED) for each in found]

    def _before_last(self, limit: int, days: dict[str, str]) -> int:
        with self._file.snapshot() as db:
            query = f"SELECT id FROM visit WHERE {_IN_DAYS} ORDER BY id DESC LIMIT 1 OFFSET :limit"
            row = db.execute(query, days | {"limit": limit}).fetchone()
        return row[0] if row else 0

    def visit(self, number: int) -> KeptVisit | None:
        """The visit with this number."""
        return next(iter(self._read("id = :number", {"number": number})), None)

    def held(self) -> list[Held]:
        """The people for whom the centre is yet to be asked, in the order of their visits."""
        with self._understood(), self._file.snapshot() as db:
            return held_in(db)

    def visit_of(self, held: Held) -> KeptVisit | None:
        """The visit in which they were there."""
        return self.visit(held.visit)

    def visits_at(self, reader: str) -> list[KeptVisit]:
        """All visits at `reader`, in their order. Looks through the whole journal."""
        return self._read("reader = :reader", {"reader": reader})

    def _page(self, after: int, days: dict[str, str]) -> list[KeptVisit]:
        where = {"after": after, "page": _PAGE}
        return self._read(f"id > :after AND {_IN_DAYS} ORDER BY id LIMIT :page", days | where)

    def _read(self, where: str, values: Mapping[str, str | int]) -> list[KeptVisit]:
        with self._is_idle() as is_idle, self._file.snapshot() as db:
            rows = db.execute(f"SELECT {_COLUMNS} FROM visit WHERE {where}", values).fetchall()
            query = (
                "SELECT visit, at, name, facts FROM step "
                f"WHERE visit IN (SELECT id FROM visit WHERE {where}) ORDER BY visit, id"
            )
            found = db.execute(query, values).fetchall()
        with self._understood():
            steps = {number: [*each] for number, each in groupby(found, itemgetter(0))}
            return [_visit(row, steps.get(row[0], []), is_idle) for row in rows]

    @contextmanager
    def _is_idle(self) -> Generator[bool]:
        """Whether no visit can be running."""
        with self._presence.is_nobody(wait_s=0) as is_nobody:
            yield is_nobody

    @contextmanager
    def _understood(self) -> Generator[None]:
        """Makes something of rows; JournalBroken where they are not what we wrote."""
        try:
            yield
        except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
            raise JournalBroken(self._file.path, Damage.ROW, str(error)) from error


def _visit(row: sqlite3.Row, steps: list[Any], is_idle: bool) -> KeptVisit:
    number, begun_at, profile, reader, outcome, ended_at = row
    if outcome is None and is_idle:
        outcome = INTERRUPTED
    ended = datetime.fromisoformat(ended_at) if ended_at else None
    kept = tuple(
        KeptStep(datetime.fromisoformat(at), name, from_json(facts)) for _, at, name, facts in steps
    )
    begun = datetime.fromisoformat(begun_at)
    return KeptVisit(number, begun, profile, reader, outcome, ended, kept)
