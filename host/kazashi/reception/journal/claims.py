"""Claims of people held, each a statement: two programs never ask about the same person at once.

A claim ends by itself, so a killed program does not keep the centre from being asked.
"""

import sqlite3
from datetime import datetime, timedelta

from kazashi.reception.journal.facts import as_text
from kazashi.reception.journal.held import BeingAsked, Claim, Held, NeedsSite

LENGTH = timedelta(minutes=10)  # both questions may take 3 min each, oqs/settings.py
SITE = "site"  # has a claim without an end: the site's database says who asks

_MINE = "visit = :visit AND claimed_by = :token"
_FREE = "(claimed_by IS NULL OR claimed_at NOT BETWEEN :since AND :until)"
_CLAIM = f"""
    UPDATE held SET claimed_by = :token, claimed_at = :now WHERE visit = :visit AND {_FREE}"""
_RENEW = f"UPDATE held SET claimed_at = :now WHERE {_MINE}"
_GIVE_BACK = f"UPDATE held SET claimed_by = NULL, claimed_at = NULL WHERE {_MINE}"
_LET_GO = f"DELETE FROM held WHERE {_MINE}"
_GIVE_SITE = f"""
    UPDATE held SET claimed_by = '{SITE}', claimed_at = NULL
    WHERE visit = :visit AND (claimed_by = '{SITE}' OR {_FREE})"""


def claim(db: sqlite3.Connection, held: Held, now: datetime) -> Claim | None:
    """Of the person. None: they are held no more.

    A claim from the future counts, for as long: the clock may have been put back.

    Raises:
        BeingAsked, NeedsSite
    """
    made = Claim(held)
    if _do(db, _CLAIM, made, {"now": now, **_around(now)}):
        return made
    row = db.execute("SELECT claimed_by FROM held WHERE visit = ?", (held.visit,)).fetchone()
    if row:
        raise NeedsSite if row[0] == SITE else BeingAsked
    return None


def renew(db: sqlite3.Connection, claim: Claim, now: datetime) -> bool:
    """Whether it is still ours; if so, from now on for as long again."""
    return _do(db, _RENEW, claim, {"now": now})


def give_back(db: sqlite3.Connection, claim: Claim) -> None:
    """Another may ask."""
    _do(db, _GIVE_BACK, claim)


def let_go(db: sqlite3.Connection, claim: Claim) -> None:
    """The person is held no more, unless they are held anew."""
    _do(db, _LET_GO, claim)


def give_to_site(db: sqlite3.Connection, visit: int, now: datetime) -> bool:
    """From now on it says who asks about this person. False: they are being asked about."""
    times = {name: as_text(at) for name, at in _around(now).items()}
    return db.execute(_GIVE_SITE, {**times, "visit": visit}).rowcount == 1


def take_from_site(db: sqlite3.Connection) -> None:
    """There is none any more."""
    db.execute("UPDATE held SET claimed_by = NULL WHERE claimed_by = ?", (SITE,))


def _around(now: datetime) -> dict[str, datetime]:
    return {"since": now - LENGTH, "until": now + LENGTH}


def _do(
    db: sqlite3.Connection, statement: str, claim: Claim, times: dict[str, datetime] | None = None
) -> bool:
    values: dict[str, str | int] = {name: as_text(at) for name, at in (times or {}).items()}
    values |= {"visit": claim.held.visit, "token": claim.token}
    return db.execute(statement, values).rowcount == 1
