"""The program that uses a port, as Linux shows it in /proc (proc_pid_fd(5), proc_pid_fdinfo(5))."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_PROC = Path("/proc")


class Holder(NamedTuple):
    """A running program."""

    program: str
    pid: int


def holder(port: str, proc: Path = _PROC) -> Holder | None:
    """The program that has `port` open; None if the system does not tell.

    If several have it open, the one that locked it: an emulated reader has its own port open, too.
    Processes of other users are seen by root alone.
    """
    found: Holder | None = None
    for folder in proc.glob("[0-9]*"):
        for number in _descriptors(folder, os.path.realpath(port)):
            found = Holder(_text(folder / "comm").strip(), int(folder.name))
            if "lock:" in _text(folder / "fdinfo" / number):
                return found
    return found


def _descriptors(process: Path, path: str) -> Iterator[str]:
    """The numbers under which a process has `path` open."""
    try:
        numbers = os.listdir(process / "fd")  # noqa: PTH208  # many of them: no Path for each
    except OSError:  # another user's, or it has ended
        return
    for number in numbers:
        try:
            if os.readlink(process / "fd" / number) == path:  # noqa: PTH115
                yield number
        except OSError:  # closed meanwhile
            pass


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
