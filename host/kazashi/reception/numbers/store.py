"""The map in SQLite: numbers, their 照会番号 and certificates, and what staff are to decide.

Each call opens the file for itself, so any thread may make it. Readers do not wait for a writer
(sqlite.org/wal.html); a writer waits for another for a second.
"""

import sqlite3
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest
from pathlib import Path

from kazashi.reception.japan import utc_now
from kazashi.reception.journal import location
from kazashi.reception.journal.errors import JournalError
from kazashi.reception.numbers.errors import (
    BadLine,
    LineFlaw,
    ListRefused,
    NumbersBroken,
    NumbersRefused,
)
from kazashi.reception.numbers.lists import Line
from kazashi.reception.numbers.marks import Marks
from kazashi.reception.numbers.patient import Expected, FoundBy, FoundPatient

_APPLICATION = 0x4B5A4E4D  # "KZNM"
_WAIT_S = 1.0
_OFFERED = timedelta(days=30)  # for so long the staff may decide
_REFUSED = {
    *(sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM),
    *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR),
}

_SCHEMA = """
CREATE TABLE patient (number TEXT PRIMARY KEY, welfare INTEGER NOT NULL, subsidy INTEGER NOT NULL);
CREATE TABLE reference (
    reference TEXT PRIMARY KEY, number TEXT NOT NULL REFERENCES patient ON DELETE CASCADE
);
CREATE TABLE certificate (
    mark TEXT PRIMARY KEY, number TEXT NOT NULL REFERENCES patient ON DELETE CASCADE,
    tied_at TEXT NOT NULL, tied_by TEXT NOT NULL
);
CREATE TABLE offer (
    id INTEGER PRIMARY KEY AUTOINCREMENT, mark TEXT NOT NULL UNIQUE, number TEXT NOT NULL,
    tied TEXT NOT NULL, visit INTEGER, at TEXT NOT NULL, is_test INTEGER NOT NULL
);
CREATE INDEX reference_number ON reference (number);
CREATE INDEX certificate_number ON certificate (number);
"""


@dataclass(frozen=True)
class Offer:
    """A certificate whose patient the staff are to say.

    `number`: that 照会番号 tells; empty: none. `tied`: to which it is tied up to now; empty: none.
    """

    id: int
    number: str
    tied: str
    visit: int | None
    at: datetime
    is_test: bool


class NumbersFile:
    """The map at `path`, made where there is none. A `PatientNumbers`.

    Raises:
        NumbersError: see errors.py; so from each method.
    """

    def __init__(self, path: Path, marks: Marks, now: Callable[[], datetime] = utc_now) -> None:
        self.path, self.marks, self._now = path, marks, now
        with _told(path):
            location.check(path)
            location.make(path)
            with closing(self._connect()) as db:
                _prepare(db, path)
            location.close_to_others(path)

    # -- for a visit ------------------------------------------------------------------------------

    def of(self, references: Sequence[str], certificate_sha256: str) -> FoundPatient:
        with self._reading() as db:
            of_references = {
                row[0]
                for each in references
                for row in db.execute("SELECT number FROM reference WHERE reference = ?", (each,))
            }
            tied = self._tied(db, certificate_sha256)
            numbers = sorted(of_references | ({tied} if tied else set()))
            is_new = bool(certificate_sha256) and not tied
            if len(numbers) != 1:
                return FoundPatient(is_new_certificate=is_new, conflicting=tuple(numbers))
            found_by = FoundBy.REFERENCE if not tied else FoundBy.CERTIFICATE
            if tied and of_references:
                found_by = FoundBy.BOTH
            expects = _expects(db, numbers[0])
            return FoundPatient(numbers[0], found_by, is_new, expects=expects)

    def offer(
        self, found: FoundPatient, certificate_sha256: str, visit: int | None, *, is_test: bool
    ) -> None:
        with self._writing() as db:
            tied = self._tied(db, certificate_sha256)
            others = [each for each in (found.number, *found.conflicting) if each not in ("", tied)]
            number = others[0] if len(others) == 1 else ""
            now = self._now()
            db.execute("DELETE FROM offer WHERE at < ?", ((now - _OFFERED).isoformat(),))
            db.execute(
                "INSERT OR REPLACE INTO offer (mark, number, tied, visit, at, is_test) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (
                    *(self.marks.of(certificate_sha256), number, tied, visit),
                    *(now.isoformat(), is_test),
                ),
            )

    # -- for the staff ----------------------------------------------------------------------------

    def offers(self) -> list[Offer]:
        """The certificates that the staff are to decide about, the oldest first."""
        query = "SELECT id, number, tied, visit, at, is_test FROM offer ORDER BY id"
        with self._reading() as db:
            return [
                Offer(id_, number, tied, visit, datetime.fromisoformat(at), bool(is_test))
                for id_, number, tied, visit, at, is_test in db.execute(query)
            ]

    def tie(self, offer: int, number: str, staff: str) -> bool:
        """The certificate is this patient's, as `staff` say. False: it was decided already."""
        with self._writing() as db:
            row = db.execute("DELETE FROM offer WHERE id = ? RETURNING mark", (offer,)).fetchone()
            if row is None:
                return False
            db.execute("INSERT OR IGNORE INTO patient VALUES (?, 0, 0)", (number,))
            tied = (row[0], number, self._now().isoformat(), staff)
            db.execute("INSERT OR REPLACE INTO certificate VALUES (?, ?, ?, ?)", tied)
            return True

    def leave(self, offer: int) -> bool:
        """It stays as it is; the next visit with it asks again. False: it was decided already."""
        with self._writing() as db:
            return db.execute("DELETE FROM offer WHERE id = ?", (offer,)).rowcount == 1

    # -- for lists --------------------------------------------------------------------------------

    def lines(self) -> list[Line]:
        """All that the map knows, by number; a certificate and a 照会番号 share a line."""
        with self._reading() as db:
            patients = db.execute("SELECT number, welfare, subsidy FROM patient ORDER BY 1")
            return [each for row in patients.fetchall() for each in _lines(db, *row)]

    def take(self, lines: Sequence[Line], *, moves: bool = False) -> None:
        """Add them, all or none. `moves`: what another patient has is this one's from now on.

        Raises:
            ListRefused: another patient has it, and `moves` is false.
        """
        with self._writing() as db:
            troubles = [] if moves else [bad for line in lines for bad in _taken(db, line)]
            if troubles:
                raise ListRefused(tuple(troubles))
            for line in lines:
                _take(db, line, self._now().isoformat())

    # -- inside -----------------------------------------------------------------------------------

    def _tied(self, db: sqlite3.Connection, certificate_sha256: str) -> str:
        if not certificate_sha256:
            return ""
        query = "SELECT number FROM certificate WHERE mark = ?"
        row = db.execute(query, (self.marks.of(certificate_sha256),)).fetchone()
        return row[0] if row else ""

    @contextmanager
    def _reading(self) -> Generator[sqlite3.Connection]:
        with self._transaction("DEFERRED") as db:
            yield db

    @contextmanager
    def _writing(self) -> Generator[sqlite3.Connection]:
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
        db = sqlite3.connect(url, uri=True, timeout=_WAIT_S, isolation_level=None)
        db.execute("PRAGMA foreign_keys = ON")
        return db


def _prepare(db: sqlite3.Connection, path: Path) -> None:
    application = db.execute("PRAGMA application_id").fetchone()[0]
    tables = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if application == 0 and tables == 0:
        db.execute("PRAGMA journal_mode = WAL")
        script = f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA application_id = {_APPLICATION}; COMMIT"
        db.executescript(script)
    elif application != _APPLICATION:
        raise NumbersBroken(path)


def _lines(db: sqlite3.Connection, number: str, welfare: int, subsidy: int) -> list[Line]:
    references = _values(db, "SELECT reference FROM reference WHERE number = ? ORDER BY 1", number)
    marks = _values(db, "SELECT mark FROM certificate WHERE number = ? ORDER BY 1", number)
    flags = (bool(welfare), bool(subsidy))
    pairs = list(zip_longest(references, marks, fillvalue="")) or [("", "")]
    return [Line(0, number, *pair, *flags) for pair in pairs]


def _values(db: sqlite3.Connection, query: str, number: str) -> list[str]:
    return [row[0] for row in db.execute(query, (number,))]


def _taken(db: sqlite3.Connection, line: Line) -> Generator[BadLine]:
    """What of `line` another patient has."""
    for table, column, value, flaw in (
        ("reference", "reference", line.reference, LineFlaw.REFERENCE_TAKEN),
        ("certificate", "mark", line.certificate, LineFlaw.CERTIFICATE_TAKEN),
    ):
        query = f"SELECT number FROM {table} WHERE {column} = ? AND number != ?"
        if row := db.execute(query, (value, line.number)).fetchone():
            yield BadLine(line.line, flaw, row[0])


def _take(db: sqlite3.Connection, line: Line, now: str) -> None:
    db.execute("INSERT OR IGNORE INTO patient VALUES (?, 0, 0)", (line.number,))
    for column, flag in (("welfare", line.welfare), ("subsidy", line.subsidy)):
        if flag is not None:
            db.execute(f"UPDATE patient SET {column} = ? WHERE number = ?", (flag, line.number))
    if line.reference:
        row = (line.reference, line.number)
        db.execute("INSERT OR REPLACE INTO reference VALUES (?, ?)", row)
    if line.certificate:
        row = (line.certificate, line.number, now, "list")
        db.execute("INSERT OR REPLACE INTO certificate VALUES (?, ?, ?, ?)", row)
        db.execute("DELETE FROM offer WHERE mark = ?", (line.certificate,))


def _expects(db: sqlite3.Connection, number: str) -> tuple[Expected, ...]:
    query = "SELECT welfare, subsidy FROM patient WHERE number = ?"
    flags = db.execute(query, (number,)).fetchone()
    return tuple(each for each, flag in zip(Expected, flags, strict=True) if flag)


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
    except UnicodeDecodeError as error:
        raise NumbersBroken(path) from error
    except OSError as error:
        raise NumbersRefused(path, error.strerror or type(error).__name__) from error
    except JournalError as error:  # of the place where it would stand
        raise NumbersRefused(path, type(error).__name__) from error
