"""The map's file, in SQLite: ties, and what the staff are to decide.

Each transaction opens the file for itself, so any thread may make one. Readers do not wait for a
writer (sqlite.org/wal.html); a writer waits for another, such as a list that is
imported, for five seconds.
"""

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from kazashi.reception.journal import location
from kazashi.reception.journal.errors import JournalError
from kazashi.reception.numbers.errors import (
    NumbersBroken,
    NumbersMissing,
    NumbersNewer,
    NumbersRefused,
)
from kazashi.reception.numbers.ties import Kind, Tie

_APPLICATION = 0x4B5A4E4D  # "KZNM"
_VERSION = 1
_WAIT_S = 5.0  # a list of 50,000 lines takes 3 at most
_REFUSED = {
    *(sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM),
    *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR),
}

# `is_unsent`: the site's database has not judged it yet; without a database it stays so.
# `copy`: of the database's map, see copy.py.
_SCHEMA = """
CREATE TABLE tie (
    kind TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, history TEXT NOT NULL,
    told TEXT NOT NULL, claims TEXT NOT NULL, is_unsent INTEGER NOT NULL,
    PRIMARY KEY (kind, name)
) WITHOUT ROWID;
CREATE INDEX tie_value ON tie (value, kind);
CREATE INDEX tie_unsent ON tie (kind, name) WHERE is_unsent;
CREATE INDEX tie_contested ON tie (kind, name) WHERE claims != '[]';
CREATE TABLE offer (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, name TEXT NOT NULL,
    number TEXT NOT NULL, visit INTEGER, at TEXT NOT NULL, is_test INTEGER NOT NULL,
    UNIQUE (kind, name)
);
CREATE TABLE copy (id TEXT NOT NULL, cursor INTEGER NOT NULL);
INSERT INTO copy VALUES (lower(hex(randomblob(16))), 0);
"""

# Before version 1 there was a table for each kind, and no history.
_FROM_0 = """
ALTER TABLE offer RENAME TO offer_0;
{schema}
INSERT INTO tie SELECT 'reference', reference, number, lower(hex(randomblob(8))),
    json_array('list', strftime('%Y-%m-%dT%H:%M:%S+00:00')), '[]', 1 FROM reference;
INSERT INTO tie SELECT 'certificate', mark, number, lower(hex(randomblob(8))),
    json_array(tied_by, tied_at), '[]', 1 FROM certificate;
INSERT INTO tie SELECT 'expected', number,
    trim(iif(welfare, 'welfare', '') || iif(subsidy, ' subsidy', '')), lower(hex(randomblob(8))),
    json_array('list', strftime('%Y-%m-%dT%H:%M:%S+00:00')), '[]', 1 FROM patient;
INSERT INTO offer SELECT id, 'certificate', mark, number, visit, at, is_test FROM offer_0;
DROP TABLE offer_0; DROP TABLE reference; DROP TABLE certificate; DROP TABLE patient;
"""


TIE = "kind, name, value, history, told, claims"  # `Tie.of_row` takes them


class MapFile:
    """The file at `path`. `is_made`: if there is none.

    Raises:
        NumbersError: see errors.py; so from each transaction.
    """

    def __init__(self, path: Path, *, is_made: bool = True) -> None:
        self.path = path
        with _told(path):
            location.check(path)
            if is_made:
                location.make(path)
            elif not path.exists():
                raise NumbersMissing(path)
            with closing(self._connect()) as db:
                _prepare(db, path)
            location.close_to_others(path)

    @contextmanager
    def reading(self) -> Generator[sqlite3.Connection]:
        with self._transaction("DEFERRED") as db:
            yield db

    @contextmanager
    def writing(self) -> Generator[sqlite3.Connection]:
        with self._transaction("IMMEDIATE") as db:
            yield db

    @contextmanager
    def _transaction(self, kind: str) -> Generator[sqlite3.Connection]:
        with _told(self.path), closing(self._connect()) as db:
            db.execute(f"BEGIN {kind}")
            try:
                yield db
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    def _connect(self) -> sqlite3.Connection:
        url = f"{self.path.absolute().as_uri()}?mode=rw"
        return sqlite3.connect(url, uri=True, timeout=_WAIT_S, isolation_level=None)


def tie_of(db: sqlite3.Connection, kind: Kind, name: str) -> Tie | None:
    """The tie of that name; None: there is none."""
    query = f"SELECT {TIE} FROM tie WHERE kind = ? AND name = ?"
    row = db.execute(query, (kind, name)).fetchone()
    return Tie.of_row(*row) if row else None


def value_of(db: sqlite3.Connection, kind: Kind, name: str) -> str | None:
    """What that name is tied to; None: to nothing."""
    query = "SELECT value FROM tie WHERE kind = ? AND name = ?"
    row = db.execute(query, (kind, name)).fetchone()
    return row[0] if row else None


def put(db: sqlite3.Connection, tie: Tie, *, is_unsent: bool) -> None:
    """In place of what was there of that name."""
    db.execute("INSERT OR REPLACE INTO tie VALUES (?, ?, ?, ?, ?, ?, ?)", (*tie.row(), is_unsent))


def _prepare(db: sqlite3.Connection, path: Path) -> None:
    if not db.execute("SELECT 1 FROM sqlite_master").fetchone():
        db.execute("PRAGMA journal_mode = WAL")
    db.execute("BEGIN IMMEDIATE")  # two programs may begin at once
    application, version, is_empty = db.execute(
        "SELECT application_id, user_version, NOT EXISTS (SELECT 1 FROM sqlite_master) "
        "FROM pragma_application_id, pragma_user_version"
    ).fetchone()
    if not is_empty and application != _APPLICATION:
        raise NumbersBroken(path)
    if version > _VERSION:
        raise NumbersNewer(path)
    if version < _VERSION:
        script = _SCHEMA if is_empty else _FROM_0.format(schema=_SCHEMA)
        for statement in script.split(";"):
            db.execute(statement)
        db.execute(f"PRAGMA application_id = {_APPLICATION}")
        db.execute(f"PRAGMA user_version = {_VERSION}")
    db.execute("COMMIT")


@contextmanager
def _told(path: Path) -> Generator[None]:
    """Errors of SQLite and of the system as those of the map at `path`."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        if code in _REFUSED:
            raise NumbersRefused(path, str(error)) from error
        raise NumbersBroken(path) from error
    except (ValueError, TypeError) as error:  # text that is none of ours
        raise NumbersBroken(path) from error
    except OSError as error:
        raise NumbersRefused(path, error.strerror or type(error).__name__) from error
    except JournalError as error:  # of the place where it would stand
        raise NumbersRefused(path, type(error).__name__) from error
