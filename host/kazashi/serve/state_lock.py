"""One service for each state folder: two would overwrite each other's readers and visits."""

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kazashi.errors import KazashiError

_NAME = "lock"


@dataclass(eq=False)
class StateInUse(KazashiError):
    """Another service uses the state folder."""

    folder: str


@contextmanager
def locked(folder: Path) -> Generator[None]:
    """Keep `folder` for this process; the system frees it if the process is killed.

    Raises:
        StateInUse: another process has it.
        OSError: it cannot be made or opened.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(folder / _NAME, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            _lock(file)
        except OSError as error:
            raise StateInUse(str(folder)) from error
        yield
    finally:
        os.close(file)


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        """Raises OSError: it is locked already."""
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: int) -> None:
        """Raises OSError: it is locked already."""
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
