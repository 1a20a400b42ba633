"""The tables of the journal, version by version: a new journal goes through all of them."""

from kazashi.reception.journal.listing import LISTED

APPLICATION = 0x4B5A4A4C  # "KZJL", says that a file is a journal

_FIRST = (
    # AUTOINCREMENT: a number is never used twice, so numbers are the order, whatever the clock.
    """CREATE TABLE visit (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        begun_at TEXT NOT NULL,
        profile TEXT NOT NULL,
        reader TEXT NOT NULL,
        ended_at TEXT,
        outcome TEXT
    )""",
    "CREATE INDEX open_visit ON visit (reader) WHERE outcome IS NULL",
    """CREATE TABLE step (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        visit INTEGER NOT NULL REFERENCES visit ON DELETE CASCADE,
        at TEXT NOT NULL,
        name TEXT NOT NULL,
        facts TEXT NOT NULL
    )""",
    "CREATE INDEX step_visit ON step (visit)",
    """CREATE TABLE held (
        visit INTEGER PRIMARY KEY REFERENCES visit,
        held_at TEXT NOT NULL,
        name TEXT NOT NULL,
        address TEXT NOT NULL,
        birth TEXT NOT NULL,
        sex INTEGER NOT NULL,
        reason TEXT NOT NULL
    )""",
    f"PRAGMA application_id = {APPLICATION}",
)
# A row if a copy follows elsewhere, followed.py: it has the steps up to `cursor`.
_FOLLOWED = ("CREATE TABLE followed (journal TEXT NOT NULL, cursor INTEGER NOT NULL)",)
# Of a visit with an outcome: what a list shows of its steps, listing.py.
_LISTED = (
    "ALTER TABLE visit ADD COLUMN listed TEXT",
    f"UPDATE visit SET listed = {LISTED} WHERE outcome IS NOT NULL",
)
# Who asks about a person held, and since when, claims.py.
_CLAIMED = (
    "ALTER TABLE held ADD COLUMN claimed_by TEXT",
    "ALTER TABLE held ADD COLUMN claimed_at TEXT",
)

VERSIONS = (_FIRST, _FOLLOWED, _LISTED, _CLAIMED)
VERSION = len(VERSIONS)
LISTED_SINCE = VERSIONS.index(_LISTED) + 1


def statements_from(version: int) -> list[str]:
    """What brings the tables of `version` to VERSION; 0: there are none yet."""
    later = [statement for statements in VERSIONS[version:] for statement in statements]
    return [*later, f"PRAGMA user_version = {VERSION}"]
