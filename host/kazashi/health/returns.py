"""Readers that keep recovering: how often within an hour each came back, or reset its chip.

The times are kept in a small file, so that `kazashi doctor` sees those of a running service.
"""

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import cast

from kazashi.finding import Finding, doubtful, good
from kazashi.reception.journal import default_path

logger = logging.getLogger(__name__)

_HOUR = timedelta(hours=1)
_MANY = 3  # in an hour: one is a cable that somebody touched
_MOST = 100  # times kept of a reader


def kept_at() -> Path:
    """Where a service keeps them."""
    return default_path().parent / "returns.json"


Write = Callable[[Path, str], None]


class Returns:
    """Times at which the readers of desks came back, or reset their chip, of the last hour.

    `path`: of the file; None: nothing is kept. `write`: into it, whole or not at all.
    """

    def __init__(self, path: Path | None = None, write: Write | None = None) -> None:
        self._path, self._write, self._lock = path, write, Lock()
        self._times: dict[str, list[datetime]] = {}
        self._lost: set[str] = set()
        self._chip_resets: dict[str, int] = {}  # since the board's start, as last seen

    def lost(self, desk: str) -> None:
        """The desk's reader does not answer any more."""
        with self._lock:
            self._lost.add(desk)

    def opened(self, desk: str, now: datetime) -> None:
        """The desk has a reader; it has come back if it was lost."""
        with self._lock:
            self._chip_resets.pop(desk, None)  # it may be another one
            if desk in self._lost:
                self._lost.discard(desk)
                self._add(desk, now, 1)

    def looked(self, desk: str, chip_resets: int, now: datetime) -> None:
        """What the desk's reader says of its chip; resets before the first look do not count."""
        with self._lock:
            before = self._chip_resets.get(desk, chip_resets)
            self._chip_resets[desk] = chip_resets
            if chip_resets > before:
                self._add(desk, now, chip_resets - before)

    def _add(self, desk: str, now: datetime, count: int) -> None:
        times = [*self._times.get(desk, ()), *[now] * min(count, _MOST)]
        self._times[desk] = times[-_MOST:]
        self._keep()

    def within_an_hour(self, now: datetime) -> dict[str, int]:
        """How often the reader of each desk has recovered; desks without any are left out."""
        with self._lock:
            times = self._times or (_read(self._path) if self._path else {})
            counts = {desk: _since(each, now) for desk, each in times.items()}
        return {desk: count for desk, count in sorted(counts.items()) if count}

    def _keep(self) -> None:
        if self._path and self._write:
            try:
                self._write(self._path, _as_json(self._times))
            except OSError as error:  # the desk goes on: its reader is there
                logger.warning("%s: %s", self._path, error.strerror)


def reader_returns(counts: Mapping[str, int]) -> Iterator[Finding]:
    """A finding for each desk whose reader keeps recovering; one if there is none."""
    many = {desk: count for desk, count in counts.items() if count >= _MANY}
    for desk, count in many.items():
        yield doubtful("readers", "returns.many", desk=desk, count=count)
    if not many:
        yield good("readers", "returns", count=sum(counts.values()))


def _since(times: list[datetime], now: datetime) -> int:
    return sum(now - _HOUR <= each <= now for each in times)


def _as_json(times: Mapping[str, list[datetime]]) -> str:
    return json.dumps({desk: [at.isoformat() for at in each] for desk, each in times.items()})


def _read(path: Path) -> dict[str, list[datetime]]:
    """What was kept. A file that is missing or damaged is as none."""
    try:
        kept: object = json.loads(path.read_text("utf-8"))
        found = cast("dict[str, list[str]]", kept) if isinstance(kept, dict) else {}
        return {desk: [_aware(at) for at in each] for desk, each in found.items()}
    except (OSError, ValueError, TypeError):
        return {}


def _aware(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(text)
    return at
