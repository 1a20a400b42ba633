"""Whether the disk has room for the journal."""

from pathlib import Path
from shutil import disk_usage

from kazashi.finding import Finding, bad, doubtful, good

_LITTLE, _LEAST = 500_000_000, 50_000_000  # bytes


def disk_space(journal: Path) -> Finding:
    """Of the disk on which the journal stands, or will stand."""
    folder = next((each for each in journal.absolute().parents if each.is_dir()), Path("/"))
    try:
        free = disk_usage(folder).free
    except OSError as error:
        return bad("disk", "disk.unreadable", reason=error.strerror or "")
    megabytes = free // 1_000_000
    if free < _LEAST:
        return bad("disk", "disk.full", megabytes=megabytes)
    if free < _LITTLE:
        return doubtful("disk", "disk.short", megabytes=megabytes)
    return good("disk", "disk", megabytes=megabytes)
