"""The journal's file, in SQLite: a kill, a power cut or a full disk takes nothing that was kept.

Ref: sqlite.org/wal.html, sqlite.org/pragma.html, sqlite.org/rescode.html.

Write-ahead log, synced at each commit. What is deleted is overwritten, and leaves the log as well.
Nothing of sqlite3 leaves this room but a Row; its errors become those of errors.py.
"""

import errno
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from kazashi.reception.journal import location
from kazashi.reception.journal.errors import (
    Damage,
    JournalBroken,
    JournalBusy,
    JournalError,
    JournalFull,
    JournalMissing,
    JournalNewer,
    JournalRefused,
    Obstacle,
)
from kazashi.reception.journal.schema import APPLICATION, VERSION, statements_from

_WAIT_S = 5.0  # for another program's write

# Where SQLite could not write, by its primary and by its extended codes. Beyond a limit or a quota
# the system's word is not "no space", and SQLite's is not FULL.
_FULL = {
    *(sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE),
    *(sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_TRUNCATE, sqlite3.SQLITE_IOERR_SHMMAP),
}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_REFUSED = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}
_FULL_ERRNO = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}


class JournalFile:
    """The open file. `is_writer`: make it where there is none; otherwise it is only read.

    Raises:
        JournalError: any of them. A file that is no journal is left as it is.
    """

    def __init__(self, path: Path, *, is_writer: bool) -> None:
        self.path = path
        with _told(path):
            location.check(path)
            if is_writer:
                location.make(path)
            if not path.exists():
                raise JournalMissing(path)
            self._db = _connect(path, _WAIT_S)
        try:
            with _told(path):
                self._prepare(is_writer)
        except BaseException:
            self.close()
            raise

    def _prepare(self, is_writer: bool) -> None:
        is_new = self._is_new()
        if not is_writer:
            self._db.execute("PRAGMA query_only = ON")
            if is_new:
                raise JournalMissing(self.path)
            return
        location.close_to_others(self.path)
        for setting in ("journal_mode = WAL", "synchronous = FULL"):
            self._db.execute(f"PRAGMA {setting}")
        for setting in ("foreign_keys = ON", "secure_delete = ON"):
            self._db.execute(f"PRAGMA {setting}")
        if self.version < VERSION:
            with self.transaction() as db:
                for statement in statements_from(self.version):  # another may have done it
                    db.execute(statement)

    def _is_new(self) -> bool:
        """Whether it is empty still; JournalError where it is not ours, or newer than we are."""
        application, version = self._pragma("application_id"), self.version
        tables = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if (application, version, tables) == (0, 0, 0):
            if self.path.stat().st_size == 1:  # SQLite takes that for empty, its ticket 3260
                raise JournalBroken(self.path, Damage.FILE)
            return True
        if application != APPLICATION:
            raise JournalBroken(self.path, Damage.OTHER_PROGRAM)
        if version > VERSION:
            raise JournalNewer(self.path, version, VERSION)
        return False

    @property
    def version(self) -> int:
        """Of its tables; an older one than ours where nothing was written since."""
        return self._pragma("user_version")

    def _pragma(self, name: str) -> int:
        return self._db.execute(f"PRAGMA {name}").fetchone()[0]

    @contextmanager
    def transaction(self) -> Generator[sqlite3.Connection]:
        """All of it or nothing: kept on the disk at the end of the block."""
        with self._transaction("IMMEDIATE") as db:
            yield db

    @contextmanager
    def snapshot(self) -> Generator[sqlite3.Connection]:
        """What is kept at one moment, read alone."""
        with self._transaction("DEFERRED") as db:
            yield db

    @contextmanager
    def _transaction(self, kind: str) -> Generator[sqlite3.Connection]:
        with _told(self.path):
            self._db.execute(f"BEGIN {kind}")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:  # SQLite ends some by itself: a full disk
                    self._db.execute("ROLLBACK")
                raise

    def forget(self) -> None:
        """Take out of the log what was deleted; what another program is reading just now, later."""
        with _told(self.path):
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        with _told(self.path):
            self._db.close()


class Presence:
    """Who works on a journal just now: a lock that the system drops with its process.

    It is SQLite's lock on an empty file beside the journal, the same on every system.
    """

    def __init__(self, path: Path) -> None:
        self._journal = path
        self._path = path.parent / (path.name + "-lock")
        self._stay: sqlite3.Connection | None = None

    @contextmanager
    def is_nobody(self, wait_s: float) -> Generator[bool]:
        """Whether nobody works on it; where so, nobody begins to before the end of the block."""
        with _told(self._path):
            if not self._path.exists():  # nobody ever did
                yield True
                return
            db = _connect(self._path, wait_s)
            try:
                yield _is_granted(db)
            finally:
                db.close()

    def make(self) -> None:
        """Make the empty file, beside a journal that may stand where it does."""
        with _told(self._journal):
            location.check(self._journal)
            location.make(self._path)

    def stay(self) -> None:
        """Be present until `leave`; wait for who is alone with it."""
        if self._stay is None:
            with _told(self._path):
                self._stay = _connect(self._path, _WAIT_S)
                self._stay.execute("BEGIN")
                self._stay.execute("SELECT count(*) FROM sqlite_master")

    def leave(self) -> None:
        if self._stay is not None:
            self._stay.close()


def _is_granted(db: sqlite3.Connection) -> bool:
    try:
        db.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF in _BUSY:
            return False
        raise
    return True


def _connect(path: Path, wait_s: float) -> sqlite3.Connection:
    """Opens what is there; makes nothing."""
    url = f"{path.absolute().as_uri()}?mode=rw"
    return sqlite3.connect(url, uri=True, timeout=wait_s, isolation_level=None)


@contextmanager
def _told(path: Path) -> Generator[None]:
    """Errors of SQLite and of the system as those of the journal at `path`."""
    try:
        yield
    except sqlite3.Error as error:
        raise _of_sqlite(error, path) from error
    except UnicodeDecodeError as error:  # sqlite3 tells of damage in the damaged words themselves
        raise JournalBroken(path, Damage.FILE) from error
    except OSError as error:
        raise _of_system(error, path) from error


def _of_sqlite(error: sqlite3.Error, path: Path) -> Exception:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)  # none: text that is no UTF-8
    if isinstance(error, sqlite3.ProgrammingError):
        return ValueError(f"the journal was used after its end, or by another thread ({error})")
    if {code, code & 0xFF} & _FULL:
        return JournalFull(path)
    if code & 0xFF in _BUSY:
        return JournalBusy(path)
    if code & 0xFF in _REFUSED:
        return JournalRefused(path, Obstacle.SYSTEM, str(error))
    return JournalBroken(path, Damage.FILE, str(error))


def _of_system(error: OSError, path: Path) -> JournalError:
    if error.errno in _FULL_ERRNO:
        return JournalFull(path)
    return JournalRefused(path, Obstacle.SYSTEM, error.strerror or type(error).__name__)
