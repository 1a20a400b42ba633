"""Which reader each desk has been given at the staff screen: kept over restarts."""

import json
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import cast

from kazashi.errors import ReaderError
from kazashi.reception.whole_file import write_private


@dataclass(eq=False)
class NoReaderAssigned(ReaderError):
    """Several desks, or several readers: the staff choose this desk's."""


class Assigned:
    """URLs of readers, by desk. `path`: of the file, mode 0600; None: nothing is kept."""

    def __init__(self, path: Path | None = None) -> None:
        self._path, self._lock = path, Lock()
        self._urls = _read(path) if path else {}

    def of(self, desk: str) -> str | None:
        return self._urls.get(desk)

    @property
    def urls(self) -> tuple[str, ...]:
        return tuple(self._urls.values())

    def assign(self, desk: str, url: str) -> None:
        """This desk has it from now on, and no other. Raises OSError: it cannot be kept."""
        with self._lock:
            others = {name: each for name, each in self._urls.items() if each != url}
            self._keep(others | {desk: url})

    def take_away(self, desk: str) -> None:
        """It is no desk's. Raises OSError: that cannot be kept."""
        with self._lock:
            self._keep({name: each for name, each in self._urls.items() if name != desk})

    def _keep(self, urls: dict[str, str]) -> None:
        if self._path:
            write_private(self._path, json.dumps(urls))
        self._urls = urls


def _read(path: Path) -> dict[str, str]:
    """What was kept. A file that is missing or damaged is as none: readers are chosen anew."""
    try:
        kept: object = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    found = cast("dict[str, object]", kept) if isinstance(kept, dict) else {}
    return {desk: url for desk, url in found.items() if isinstance(url, str)}
