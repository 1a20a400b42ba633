"""Brings into the database what it lacks of a journal. The database's own last number decides."""

from collections.abc import Iterable, Sequence, Set
from datetime import datetime
from uuid import uuid4

from kazashi.reception.journal.followed import Followed, FollowedStep, FollowedVisit
from kazashi.site.held import leave, release_answered
from kazashi.site.line import Connection

BATCH = 500  # steps in a transaction, at most
_PRUNED = 1_000  # visits in a transaction, at most

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
_HAS = "SELECT last FROM journal WHERE id = %s AND desk = %s"
_LAST = "SELECT last FROM journal WHERE id = %s FOR UPDATE"
_THERE = """
    SELECT sequence, visit, at, name FROM entry
    WHERE journal = ANY(%s) AND sequence BETWEEN %s AND %s"""
_NAMES = "SELECT array_agg(id) FROM journal WHERE desk = %s"

_OLDEST = "SELECT min(number) FROM visit WHERE journal = %s"
_PRUNE = (
    "DELETE FROM entry WHERE journal = %s AND visit < %s",
    "DELETE FROM visit WHERE journal = %s AND number < %s",
)


def bring(connection: Connection, followed: Followed, desk: str, most: int = BATCH) -> int:
    """The next `most` steps, in one transaction. Returns how many steps are still missing.

    A database that lost something has a lower last number than the journal's cursor: the steps
    after it are brought again. If the journal has not reached that number, or has another step
    there, it went back to an older state: it goes on under another name.

    Raises:
        psycopg.Error: nothing of it was written.
        JournalError
    """
    name = followed.name()
    if _has_all(connection, followed, name, desk):
        return 0
    with connection.transaction():
        connection.execute(_KNOWN, (name, desk, 0))
        (last,) = connection.execute(_LAST, (name,)).fetchone() or (0,)
        is_older = _is_older(connection, followed, name, last)
        steps = [] if is_older else _bring_after(connection, followed, name, last, most)
    if is_older:
        last = _renamed(connection, followed, name, desk)
    elif steps:
        last = steps[-1].sequence
    followed.keep_cursor(last)
    return max(0, followed.newest() - last) if is_older or len(steps) == most else 0


def prune(connection: Connection, followed: Followed) -> bool:
    """Delete visits before the oldest one of the journal, which has pruned them; not all at once.
    What it pruned after one that stays goes with that one. True: there are more.

    Raises as `bring` does.
    """
    name, stays_from = followed.name(), followed.oldest()
    with connection.transaction():
        (oldest,) = connection.execute(_OLDEST, (name,)).fetchone() or (None,)
        if oldest is None or stays_from is None:
            return False
        end = min(stays_from, int(oldest) + _PRUNED)
        for query in _PRUNE:
            connection.execute(query, (name, end))
    return end < stays_from


def bring_ends(connection: Connection, followed: Followed) -> None:
    """Ends of visits that no step tells: those that were interrupted. Raises as `bring` does."""
    name = followed.name()
    query = "SELECT number FROM visit WHERE journal = %s AND outcome IS NULL"
    with connection.transaction():
        open_ones = [number for (number,) in connection.execute(query, (name,))]
        ended = [visit for visit in followed.visits(open_ones) if visit.outcome]
        _write(connection, name, ended)


def _has_all(connection: Connection, followed: Followed, name: str, desk: str) -> bool:
    """Most turns end here: a lock would be a write to the database's disk, each second."""
    (last,) = connection.execute(_HAS, (name, desk)).fetchone() or (-1,)
    if last != followed.newest() or _is_older(connection, followed, name, last):
        return False
    followed.keep_cursor(last)
    return True


def _bring_after(
    connection: Connection, followed: Followed, name: str, last: int, most: int
) -> list[FollowedStep]:
    visits, steps = followed.after(last, most)
    _write(connection, name, visits)
    release_answered(connection, visits)
    with connection.cursor() as cursor:
        rows = [(name, s.sequence, s.visit, s.at, s.name, s.facts) for s in steps]
        cursor.executemany(_ENTRY, rows)
    if steps:
        query = "UPDATE journal SET last = %s, written_at = now() WHERE id = %s"
        connection.execute(query, (steps[-1].sequence, name))
    return steps


def _is_older(connection: Connection, followed: Followed, name: str, last: int) -> bool:
    """Whether the journal's step with the number `last` is another one, or is not made yet."""
    if last > followed.newest():
        return True
    _, steps = followed.after(last - 1, 1)
    there = _there(connection, [name], last, last)
    # Either may have pruned it.
    return bool(there and steps and steps[0].sequence == last and not _is_in(steps[0], there))


def _renamed(connection: Connection, followed: Followed, name: str, desk: str) -> int:
    """Go on under another name, from the newest step that is here under an older one. Returns its
    number. The database knows the new name first: else it would begin with the first step.
    """
    new, last = str(uuid4()), _shared(connection, followed, desk)
    with connection.transaction():
        connection.execute(_KNOWN, (new, desk, last))
        leave(connection, name, followed)
    followed.rename(name, new)
    return last


def _shared(connection: Connection, followed: Followed, desk: str) -> int:
    (names,) = connection.execute(_NAMES, (desk,)).fetchone() or ([],)
    for end in range(followed.newest(), 0, -BATCH):
        _, steps = followed.after(end - BATCH, BATCH)
        there = _there(connection, names, end - BATCH + 1, end)
        for step in reversed(steps):
            if _is_in(step, there):
                return step.sequence
    return 0


def _there(
    connection: Connection, names: Sequence[object], first: int, last: int
) -> set[tuple[object, ...]]:
    return {*connection.execute(_THERE, (names, first, last)).fetchall()}


def _is_in(step: FollowedStep, there: Set[tuple[object, ...]]) -> bool:
    return (step.sequence, step.visit, datetime.fromisoformat(step.at), step.name) in there


def _write(connection: Connection, name: str, visits: Iterable[FollowedVisit]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            _VISIT,
            [
                (name, v.number, v.begun_at, v.profile, v.reader, v.ended_at, v.outcome)
                for v in visits
            ],
        )
