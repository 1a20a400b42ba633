"""Whether disks have room: that of the journal, and others that visits need."""

from pathlib import Path
from shutil import disk_usage
from threading import Event
from typing import NamedTuple

from kazashi.finding import Finding, Level, bad
from kazashi.reception.in_time import in_time

_LITTLE, _LEAST = 500_000_000, 50_000_000  # bytes
_ANSWER_S = 2.0


class Disk(NamedTuple):
    """`number`: another one for each disk. `free`: bytes."""

    number: int
    free: int


def disk_space(journal: Path) -> Finding:
    """Of the disk on which the journal stands, or will stand."""
    try:
        return room("disk", disk_of(journal).free)
    except OSError as error:
        return bad("disk", "disk.unreadable", reason=error.strerror or "")


def disk_of(path: Path) -> Disk:
    """On which `path` stands, or will stand. Raises OSError."""

    def look(_end: Event) -> Disk:
        folder = folder_of(path)
        return Disk(folder.stat().st_dev, disk_usage(folder).free)

    return in_time(look, _ANSWER_S, of=("disk", path))


def folder_of(path: Path) -> Path:
    """The folder, or the next one above that is there."""
    whole = path.absolute()
    return next((each for each in (whole, *whole.parents) if each.is_dir()), Path("/"))


def room(key: str, free: int, **fields: object) -> Finding:
    """Whether that is enough. `key`: of the words, with these fields."""
    level, end = Level.OK, ""
    if free < _LITTLE:
        level, end = (Level.FAILURE, ".full") if free < _LEAST else (Level.WARNING, ".short")
    return Finding("disk", level, key + end, {**fields, "megabytes": free // 1_000_000})
