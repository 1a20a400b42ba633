"""Brings into the database what it lacks of a journal. The database's own last number decides."""

from collections.abc import Iterable
from datetime import datetime

from kazashi.reception.journal.followed import Followed, FollowedVisit
from kazashi.site.held import leave, release_answered
from kazashi.site.line import Connection

BATCH = 500  # steps in a transaction

_VISIT = """
    INSERT INTO visit (journal, number, begun_at, profile, reader, ended_at, outcome)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (journal, number) DO UPDATE
    SET ended_at = excluded.ended_at, outcome = excluded.outcome"""
_ENTRY = """
    INSERT INTO entry (journal, sequence, visit, at, name, facts)
    VALUES (%s, %s, %s, %s, %s, %s)"""

_KNOWN = """
    INSERT INTO journal (id, desk, last) VALUES (%s, %s, %s)
    ON CONFLICT (id) DO UPDATE SET desk = excluded.desk WHERE journal.desk <> excluded.desk"""
_NEWEST = """
    SELECT last, visit, at, name FROM journal
    LEFT JOIN entry ON entry.journal = journal.id AND entry.sequence = journal.last
    WHERE journal.id = %s FOR UPDATE OF journal"""

_PRUNE = (
    "DELETE FROM entry WHERE journal = %s AND visit < %s",
    "DELETE FROM visit WHERE journal = %s AND number < %s",
)


def bring(connection: Connection, followed: Followed, desk: str) -> int:
    """The next steps, 500 at most, in one transaction. Returns how many steps are still missing.

    A database that lost something has a lower last number than the journal's cursor: the steps
    after it are brought again. If the journal has not reached that number, or has another step
    there, it went back to an older state: it goes on under another name, from its own cursor.

    Raises:
        psycopg.Error: nothing of it was written.
        JournalError
    """
    with connection.transaction():
        name, last = _last(connection, followed, desk)
        visits, steps = followed.after(last, BATCH)
        _write(connection, name, visits)
        release_answered(connection, visits)
        with connection.cursor() as cursor:
            rows = [(name, s.sequence, s.visit, s.at, s.name, s.facts) for s in steps]
            cursor.executemany(_ENTRY, rows)
        if steps:
            last = steps[-1].sequence
            query = "UPDATE journal SET last = %s, written_at = now() WHERE id = %s"
            connection.execute(query, (last, name))
    followed.keep_cursor(last)
    return max(0, followed.newest() - last) if len(steps) == BATCH else 0


def prune(connection: Connection, followed: Followed) -> None:
    """Delete visits before the oldest one of the journal, which has pruned them. What it pruned
    after one that stays goes with that one. Raises as `bring` does.
    """
    oldest = followed.oldest()
    with connection.transaction():
        for query in _PRUNE if oldest is not None else ():
            connection.execute(query, (followed.name(), oldest))


def bring_ends(connection: Connection, followed: Followed) -> None:
    """Ends of visits that no step tells: those that were interrupted. Raises as `bring` does."""
    name = followed.name()
    query = "SELECT number FROM visit WHERE journal = %s AND outcome IS NULL"
    with connection.transaction():
        open_ones = [number for (number,) in connection.execute(query, (name,))]
        ended = [visit for visit in followed.visits(open_ones) if visit.outcome]
        _write(connection, name, ended)


def _last(connection: Connection, followed: Followed, desk: str) -> tuple[str, int]:
    """Name of the journal, and its last number here; other writers of it wait until the end."""
    name = followed.name()
    connection.execute(_KNOWN, (name, desk, 0))
    last, *newest = connection.execute(_NEWEST, (name,)).fetchone() or (0, None, None, None)
    if last <= followed.newest() and _agrees(followed, last, *newest):
        return name, last
    followed.rename()
    leave(connection, name, followed)
    name, last = followed.name(), followed.cursor()
    connection.execute(_KNOWN, (name, desk, last))
    return name, last


def _agrees(
    followed: Followed, last: int, visit: int | None, at: datetime | None, name: str | None
) -> bool:
    """Whether the journal's step with the number `last` is the one that is here."""
    _, steps = followed.after(last - 1, 1)
    if visit is None or not steps or steps[0].sequence != last:  # none, or pruned
        return True
    step = steps[0]
    return (step.visit, datetime.fromisoformat(step.at), step.name) == (visit, at, name)


def _write(connection: Connection, name: str, visits: Iterable[FollowedVisit]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            _VISIT,
            [
                (name, v.number, v.begun_at, v.profile, v.reader, v.ended_at, v.outcome)
                for v in visits
            ],
        )
