"""What was asked by file, so that nothing is asked twice and a late answer finds its question.

A folder of ours: for each request a file that holds it, there before the request is, and emptied
once it was answered. The name of either is never used again that day.
"""

import os
import secrets
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from kazashi.oqs.errors import OqsUnkept, OqsUnreadable
from kazashi.oqs.message import XmlMsg, read
from kazashi.oqs.names import Kind
from kazashi.reception.whole_file import sync_folder

_NUMBERS = 10_000  # of a day: yyyyMMdd and four digits, as chart programs name requests
_OPEN, _DONE = ".asked", ".answered"
_DAYS_OPEN = 31
_DAYS_CONFIRMING = 3


class Asked(NamedTuple):
    """A request that was sent, or may have been."""

    kind: Kind
    suffix: str
    request: XmlMsg

    @property
    def name(self) -> str:
        """Of its file."""
        return self.kind.request(self.suffix)

    @property
    def day(self) -> date:
        return datetime.strptime(self.suffix[:8], "%Y%m%d").date()


class Ledger:
    """In `folder`, which is made if it is not there. Several programs may share it.

    Raises:
        OqsUnkept: from each method.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def reserve(self, kind: Kind, day: str, is_taken: Callable[[str], bool]) -> str:
        """A suffix that is free: neither we use it, nor others, as `is_taken` says."""
        with self._told():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._forget_before(day)
            start = secrets.randbelow(_NUMBERS)
            for step in range(_NUMBERS):
                suffix = f"{day}{(start + step) % _NUMBERS:04}"
                if (self._folder / f"{kind}-{suffix}{_DONE}").exists() or is_taken(suffix):
                    continue
                flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
                with suppress(FileExistsError):
                    os.close(os.open(self._open(kind, suffix), flags, 0o600))
                    return suffix
        raise OqsUnkept(self._folder, f"all {_NUMBERS} names of {day} are used")

    def keep(self, kind: Kind, suffix: str, request: bytes) -> None:
        """From now on it counts as sent, also after a power cut."""
        with self._told():
            with self._open(kind, suffix).open("wb") as file:
                file.write(request)
                file.flush()
                os.fsync(file.fileno())
            sync_folder(self._folder)

    def close(self, kind: Kind, suffix: str) -> bool:
        """It was answered, or never sent. False: another program has taken its answer."""
        done = self._folder / f"{kind}-{suffix}{_DONE}"
        with self._told():
            try:
                self._open(kind, suffix).rename(done)
            except FileNotFoundError:
                return False
            done.write_bytes(b"")
        return True

    def open_ones(self, kind: Kind) -> list[Asked]:
        """What was not answered yet, the oldest first."""
        found: list[Asked] = []
        with self._told():
            for path in sorted(self._folder.glob(f"{kind}-*{_OPEN}")):
                suffix = path.name.removeprefix(f"{kind}-").removesuffix(_OPEN)
                with suppress(OqsUnreadable, FileNotFoundError):  # reserved; answered meanwhile
                    found.append(Asked(kind, suffix, read(path.read_bytes())))
        return found

    def _open(self, kind: Kind, suffix: str) -> Path:
        return self._folder / f"{kind}-{suffix}{_OPEN}"

    def _forget_before(self, day: str) -> None:
        """Names of old days; what was never answered stays for a month.

        Counted from the third newest day with requests, as the journal does: a clock that is ahead
        for two days makes nothing forgotten.
        """
        paths = [*self._folder.glob(f"*-{'[0-9]' * 12}.*")]
        days = sorted({day, *filter(day.__ge__, map(_day_of, paths))})
        if len(days) < _DAYS_CONFIRMING:
            return
        since = days[-_DAYS_CONFIRMING]
        month_ago = f"{datetime.strptime(since, '%Y%m%d') - timedelta(days=_DAYS_OPEN):%Y%m%d}"
        for path in paths:
            if _day_of(path) < (since if path.suffix == _DONE else month_ago):
                path.unlink(missing_ok=True)

    @contextmanager
    def _told(self) -> Generator[None]:
        """What the system does not let us do, as OqsUnkept."""
        try:
            yield
        except OSError as error:
            raise OqsUnkept(self._folder, error.strerror or type(error).__name__) from error


def _day_of(path: Path) -> str:
    return path.name.partition("-")[2][:8]
