"""People held, in the site's database: a claim is one statement, of one computer.

Their own computer brings them, and from then on the database says who asks. A claim ends by itself,
ten minutes after the database was away at the earliest: its owner could not tell of an answer.

The answer is a visit of the computer that asked. With it, or when that is followed, names go; the
person's own computer sees that, and lets go of them.
"""

import json
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from kazashi.reception.japan import utc_now
from kazashi.reception.journal import Claim, Held, KeptVisit
from kazashi.reception.journal.claims import LENGTH
from kazashi.reception.journal.followed import Followed, FollowedHeld, FollowedVisit
from kazashi.reception.journal.held import person
from kazashi.reception.outage import PROFILE
from kazashi.reception.visit import Outcome
from kazashi.site.line import Connection
from kazashi.site.visits import visits_after

CHANNEL = "kazashi_held"

_OURS = "SELECT visit, person IS NULL FROM held WHERE journal = %s"
# One that the database has lost may be asked about just now: no other computer begins to.
_BRING = """
    INSERT INTO held (journal, visit, held_at, is_test, person, claim, claimed_at)
    VALUES (%s, %s, %s, %s, %s, CASE WHEN %s THEN 'lost' END, now()) ON CONFLICT DO NOTHING"""
_GONE = "DELETE FROM held WHERE journal = %s AND visit = ANY(%s)"
_LEAVE = "DELETE FROM held WHERE journal = %s AND visit = %s AND held_at = %s"
_OTHERS = """
    SELECT held.journal::text, held.visit, held_at, is_test, person::text, desk
    FROM held JOIN journal ON journal.id = held.journal
    WHERE person IS NOT NULL AND held.journal <> %s ORDER BY held_at"""

_FREE = "claim IS NULL OR greatest(claimed_at, pg_postmaster_start_time()) < now() - %(length)s"
_PERSON = "journal = %(journal)s AND visit = %(visit)s AND person IS NOT NULL"
_CLAIM = f"""
    UPDATE held SET claim = %(token)s, claimed_at = now()
    WHERE {_PERSON} AND (claim = %(token)s OR {_FREE})"""
_IS_HELD = f"SELECT FROM held WHERE {_PERSON}"
_RENEW = f"""
    UPDATE held SET claim = %(token)s, claimed_at = now()
    WHERE {_PERSON} AND claim IN (%(token)s, 'lost')"""
_GIVE_BACK = f"UPDATE held SET claim = NULL WHERE {_PERSON} AND claim = %(token)s"
# Also if the database has lost the person: their own computer may bring them again.
_ANSWERED = """
    INSERT INTO held (journal, visit) VALUES (%s, %s)
    ON CONFLICT (journal, visit) DO UPDATE SET person = NULL, claim = NULL"""

_ELSEWHERE = re.compile(rf"{PROFILE} ([0-9a-f-]{{36}})/([0-9]{{1,18}})")


def bring_held(connection: Connection, followed: Followed) -> None:
    """The people of this journal; whom the site has answers about, it lets go.

    Raises:
        psycopg.Error: nothing of it was written here.
        JournalError
    """
    journal = followed.name()
    with connection.transaction():
        theirs = dict(connection.execute(_OURS, (journal,)).fetchall())
        answered = [visit for visit, is_answered in theirs.items() if is_answered]
        if answered:
            followed.let_go(answered)
        ours = followed.held()
        missing = [
            each
            for each in ours
            if (each.is_given or followed.give_to_site(each.held.visit, utc_now()))
            and each.held.visit not in theirs
        ]
        for each in missing:
            connection.execute(_BRING, _row(journal, each))
        if gone := [*theirs.keys() - {each.held.visit for each in ours}]:
            connection.execute(_GONE, (journal, gone))
        if missing or gone:
            connection.execute(f"NOTIFY {CHANNEL}".encode())


def leave(connection: Connection, journal: str, followed: Followed) -> None:
    """The journal had that name until now: its people are to come under its new one."""
    for each in followed.held():
        connection.execute(_LEAVE, (journal, each.held.visit, each.held.held_at))


def release_answered(connection: Connection, visits: Iterable[FollowedVisit]) -> None:
    """Among `visits`, answers about people of other journals: they are held no more."""
    for visit in visits:
        found = _ELSEWHERE.fullmatch(visit.reader) if visit.profile == PROFILE else None
        if found and visit.outcome != Outcome.HELD:  # by a simulated centre
            release(connection, found[1], int(found[2]))


def release(connection: Connection, journal: str, visit: int) -> None:
    """The centre has answered about the person of that visit."""
    connection.execute(_ANSWERED, (journal, visit))
    connection.execute(f"NOTIFY {CHANNEL}".encode())


def others(connection: Connection, journal: str) -> list[Held]:
    """The people of all other journals than that one, the oldest first."""
    rows = connection.execute(_OTHERS, (journal,)).fetchall()
    return [each for row in rows if (each := _person(*row))]


def claim(connection: Connection, claim: Claim) -> bool | None:
    """Whether it is granted. None: the person is held no more."""
    values = _values(claim) | {"length": LENGTH}
    if connection.execute(_CLAIM, values).rowcount:
        return True
    return False if connection.execute(_IS_HELD, values).fetchone() is not None else None


def renew(connection: Connection, claim: Claim) -> bool:
    """Whether it is still ours, or was when the database lost it; from now on for as long again."""
    return connection.execute(_RENEW, _values(claim)).rowcount == 1


def give_back(connection: Connection, claim: Claim) -> None:
    """Another may ask."""
    connection.execute(_GIVE_BACK, _values(claim))


def visit_of(connection: Connection, held: Held) -> KeptVisit | None:
    """The visit in which they were there. Raises as `visits_after` does."""
    found = visits_after(connection, UUID(held.journal), held.visit - 1, 1)
    return next((visit for visit in found if visit.id == held.visit), None)


def _row(journal: str, brought: FollowedHeld) -> tuple[object, ...]:
    held = brought.held
    items = {"name": held.name, "address": held.address, "birth": held.birth.isoformat()}
    items |= {"sex": held.sex, "reason": held.reason}
    told = json.dumps(items, ensure_ascii=False)
    return journal, held.visit, held.held_at, held.is_test, told, brought.is_given


def _person(
    journal: str, visit: int, held_at: datetime, is_test: bool, told: str, computer: str
) -> Held | None:
    """None: their computer has not written this."""
    try:
        items: Any = json.loads(told)
        return person(visit, held_at, **items, is_test=is_test, journal=journal, computer=computer)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None


def _values(claim: Claim) -> dict[str, object]:
    held = claim.held
    return {"journal": held.journal, "visit": held.visit, "token": claim.token}
