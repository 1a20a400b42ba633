"""Where a journal may stand: on a local disk, in files of its own, that only its owner may read.

Ref: sqlite.org/useovernet.html: the write-ahead log needs shared memory, which no network has;
sqlite.org/howtocorrupt.html §2.2: to close a file that SQLite has open in this process drops its
locks, so files that are there are looked at by name alone.
"""

import os
import stat
from pathlib import Path, PurePath

from kazashi.reception.journal.errors import JournalNotLocal, JournalRefused, Obstacle

_OF_SQLITE = ("", "-wal", "-shm")  # SQLite gives the latter two the mode of the first


def check(path: Path) -> None:
    """Whether a journal may stand at `path`, so far as can be told before it is opened.

    Raises:
        JournalNotLocal: it would be on another machine.
        JournalRefused: no file can have this name, or what has it is a link or no file.
    """
    if is_on_a_share(path.absolute()):
        raise JournalNotLocal(path)
    if "\0" in str(path):
        raise JournalRefused(path, Obstacle.BAD_NAME)
    for name in (*_OF_SQLITE, "-lock"):
        _check_file(path.parent / (path.name + name))


def is_on_a_share(path: PurePath) -> bool:
    r"""Whether `path` is \\server\share of Windows. A drive letter is not seen through."""
    return path.drive.startswith("\\\\")


def make(path: Path) -> None:
    """Make an empty file that only its owner may read, and the folders above it, if missing."""
    _make_folder(path.parent)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))  # follows no link
    except FileExistsError:
        pass


def close_to_others(path: Path) -> None:
    """Let only the owner read the journal, whatever mode its files had."""
    for name in _OF_SQLITE:
        file = path.parent / (path.name + name)
        if file.exists():
            file.chmod(0o600)


def _make_folder(folder: Path) -> None:
    """`mkdir(parents=True)` would let others into all but the last."""
    missing: list[Path] = []
    while not folder.exists() and folder != folder.parent:  # the drive may be missing, too
        missing.append(folder)
        folder = folder.parent
    if folder.exists() and not folder.is_dir():
        raise JournalRefused(folder, Obstacle.FOLDER_IS_FILE)
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)


def _check_file(path: Path) -> None:
    try:
        mode = path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return
    except ValueError as error:  # a character that no name has
        raise JournalRefused(path, Obstacle.BAD_NAME) from error
    if stat.S_ISLNK(mode):
        raise JournalRefused(path, Obstacle.LINK)
    if not stat.S_ISREG(mode):
        raise JournalRefused(path, Obstacle.NO_FILE)
