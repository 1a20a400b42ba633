"""Visits that the journals of all computers have brought into the database, as they were kept."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from kazashi.reception.journal import KeptStep, KeptVisit
from kazashi.reception.journal.facts import from_json
from kazashi.site.line import Connection
from kazashi.site.reached import DatabaseAway, Reached
from kazashi.site.trouble import Trouble

_PAGE = 500  # visits read at a time

_ONE_MOMENT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"  # also if visits are pruned
_VISITS = """
    SELECT number, begun_at, profile, reader, outcome, ended_at FROM visit
    WHERE journal = %s AND number > %s ORDER BY number LIMIT %s"""
_STEPS = """
    SELECT visit, at, name, facts::text FROM entry
    WHERE journal = %s AND visit BETWEEN %s AND %s ORDER BY sequence"""


class Visits(Reached):
    """Reads them; use it as a context manager.

    Raises:
        DatabaseAway: so from each method.
    """

    def journals(self) -> list[UUID]:
        """One a computer; several if it has had several."""
        query = "SELECT id FROM journal ORDER BY desk, id"
        rows = self.do(lambda connection: connection.execute(query).fetchall())
        return [journal for (journal,) in rows]

    def of(self, journal: UUID) -> Iterator[KeptVisit]:
        """In the order in which they were begun; `id` is a visit's number in its journal."""
        after = 0
        while page := self._page(journal, after):
            yield from page
            after = page[-1].id

    def _page(self, journal: UUID, after: int) -> list[KeptVisit]:
        try:
            return self.do(lambda connection: visits_after(connection, journal, after, _PAGE))
        except ValueError as error:
            raise DatabaseAway(Trouble.OTHER) from error


def visits_after(connection: Connection, journal: UUID, after: int, most: int) -> list[KeptVisit]:
    """The next `most` of the journal after that number.

    Raises:
        psycopg.Error
        ValueError: no journal has kept them so.
    """
    with connection.transaction():
        connection.execute(_ONE_MOMENT)
        rows = connection.execute(_VISITS, (journal, after, most)).fetchall()
        ends = (journal, rows[0][0], rows[-1][0]) if rows else (journal, 0, 0)
        kept: dict[int, list[KeptStep]] = {row[0]: [] for row in rows}
        for visit, *step in connection.execute(_STEPS, ends):
            if visit in kept:
                kept[visit].append(_step(*step))
    return [_visit(*row, steps=tuple(kept[row[0]])) for row in rows]


def _step(at: datetime, name: str, facts: str) -> KeptStep:
    return KeptStep(at.astimezone(UTC), name, from_json(facts))


def _visit(number: int, begun_at: datetime, *row: Any, steps: tuple[KeptStep, ...]) -> KeptVisit:
    profile, reader, outcome, ended_at = row
    ended = ended_at and ended_at.astimezone(UTC)
    return KeptVisit(number, begun_at.astimezone(UTC), profile, reader, outcome, ended, steps)
