"""Visits under way, on disk: a service that was killed tells the staff which it broke off.

Of a visit it keeps the desk, its number in the journal and when it began: nothing of the patient.
"""

import json
import logging
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import cast

from kazashi.reception.japan import utc_now
from kazashi.reception.journal import Entry, Journal
from kazashi.reception.whole_file import write_private

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Begun:
    """A visit. `entry`: its number in the journal; None: that has it not."""

    since: datetime
    entry: int | None = None

    def to_json(self) -> dict[str, object]:
        return {"since": self.since.isoformat(), "entry": self.entry}

    @classmethod
    def of(cls, kept: object) -> "Begun":
        """Raises KeyError, TypeError, ValueError: it is not what `to_json` made."""
        table = cast("Mapping[str, object]", kept)
        entry = table.get("entry")
        since = datetime.fromisoformat(str(table["since"]))
        return cls(since, entry if isinstance(entry, int) else None)


class UnderWay:
    """`path`: of the file, mode 0600; None: nothing is kept.

    `broken_off`: by desk, the visit that a service before this one did not end. It stays until the
    staff have seen it.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path, self._lock = path, Lock()
        self._now: dict[str, Begun] = {}
        kept = _read(path) if path else {}
        self.broken_off = kept.get("broken_off", {}) | kept.get("under_way", {})
        if self.broken_off:
            self._write()

    @contextmanager
    def kept(self, desk: str) -> Generator[None]:
        """A visit is under way at `desk` until this ends, however it ends."""
        with self._lock:
            self._now[desk] = Begun(utc_now())
            self._write()
        try:
            yield
        finally:
            with self._lock:
                del self._now[desk]
                self._write()

    def entered(self, desk: str, entry: int) -> None:
        """The journal has the visit under way at `desk`."""
        with self._lock:
            self._now[desk] = replace(self._now[desk], entry=entry)
            self._write()

    def forget(self, desk: str) -> None:
        """The staff have seen that a visit was broken off there."""
        with self._lock:
            self.broken_off = {name: b for name, b in self.broken_off.items() if name != desk}
            self._write()

    def _write(self) -> None:
        if self._path is None:
            return
        kept = {"under_way": self._now, "broken_off": self.broken_off}
        text = json.dumps({k: {d: b.to_json() for d, b in v.items()} for k, v in kept.items()})
        try:
            write_private(self._path, text)
        except OSError as error:  # the visit goes on without
            logger.error("%s: %s", self._path, error.strerror)


class NotedJournal(Journal):
    """A journal that tells the number of each visit as it begins."""

    def __init__(self, path: Path, entered: Callable[[int], None]) -> None:
        super().__init__(path)
        self._entered = entered

    def begin(self, profile: str, reader: str) -> Entry:
        entry = super().begin(profile, reader)
        self._entered(entry.id)
        return entry


def _read(path: Path) -> dict[str, dict[str, Begun]]:
    """What was kept. A file that is missing or damaged is as none."""
    try:
        kept: object = json.loads(path.read_text("utf-8"))
        tables = cast("Mapping[str, Mapping[str, object]]", kept)
        return {
            name: {desk: Begun.of(each) for desk, each in tables[name].items()}
            for name in ("under_way", "broken_off")
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
