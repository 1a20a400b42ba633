"""Bring a file into a folder that other programs watch: each of them sees it once, and whole.

It is written and synced in a staging folder outside what they watch, on the same file system, and
moved in under its name without overwriting. 300 ms later its time is set once, for programs that
only notice a change; that never makes a file again which was taken meanwhile.

Source: how chart programs learn of a file: they poll, wait for Created, or wait for a change.
"""

import ctypes
import errno
import os
import stat
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import NamedTuple

from kazashi.oqs.errors import Block, OqsUnpublished
from kazashi.reception.whole_file import sync_folder

TOUCH_S = 0.3
TEST_MARK = "TEST-ONLY"  # a file of this name marks a folder for tests

_NOT_YET = ".new"  # while it is written
_PREPARED = ".prepared"  # the journal decides about it
_READY = ".ready"
_UNTOUCHED = ".untouched"
_OLD_S = 3600.0
_RENAME_NOREPLACE = 1  # rename(2)
_AT_FDCWD = -100
_UNSUPPORTED = (errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP)  # this kernel, this file system


class Prepared(NamedTuple):
    """`is_old`: its program must be gone."""

    name: str
    owner: str
    is_old: bool


@dataclass(frozen=True)
class Folder:
    """`path`: watched by others. `staging`: ours, outside of that, on the same file system.

    Raises:
        OqsUnpublished: from each method; the system, or what is told there, does not allow it.
    """

    path: Path
    staging: Path

    @property
    def is_for_tests(self) -> bool:
        with self._told():
            return (self.path / TEST_MARK).is_file()

    def stage(self, name: str, data: bytes) -> int | None:
        """Keep a file on the disk until it is published; what is staged is whole.

        If the folder is away, that is enough; then the file system's number: when the folder comes
        back, another one may be mounted over what was staged.
        """
        with self._told():
            is_there = self.path.is_dir()
            if is_there:
                self.check()
            else:
                self._make_staging()
            self._keep(name, data, name + _READY)
            return None if is_there else self.device()

    def device(self) -> int:
        """The number of staging's file system."""
        with self._told():
            return self.staging.stat().st_dev

    def prepare(self, name: str, data: bytes, owner: str) -> None:
        """The same, until `owner` releases or discards it. The folder must be there: on a disk that
        is hidden when the folder comes back, nothing is found again.
        """
        self.check()
        self._keep(name, data, f"{name}.{owner}{_PREPARED}")

    def _keep(self, name: str, data: bytes, kept_as: str) -> None:
        new = self.staging / (name + _NOT_YET)
        with self._told():
            try:
                with new.open("wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                new.replace(self.staging / kept_as)
                sync_folder(self.staging)
            except OSError:
                with suppress(OSError):
                    new.unlink(missing_ok=True)
                raise

    def prepared(self) -> list[Prepared]:
        """All that is neither released nor discarded."""
        found: list[Prepared] = []
        with self._told():
            for path in self.staging.glob(f"*{_PREPARED}"):
                name, _, owner = path.name.removesuffix(_PREPARED).rpartition(".")
                with suppress(FileNotFoundError):  # its program lives
                    found.append(Prepared(name, owner, _is_old(path)))
        return found

    def release(self, name: str, owner: str) -> bool:
        """It is staged from now on. False: another program has released it."""
        prepared = self.staging / f"{name}.{owner}{_PREPARED}"
        with self._told():
            try:
                prepared.rename(self.staging / (name + _READY))
            except FileNotFoundError:
                return False
            sync_folder(self.staging)
        return True

    def discard_prepared(self, name: str, owner: str) -> None:
        """It is not to go out."""
        with self._told():
            (self.staging / f"{name}.{owner}{_PREPARED}").unlink(missing_ok=True)

    def staged(self) -> list[str]:
        """Names that were staged and not published, also before a restart; the oldest first."""
        ready: list[tuple[int, str]] = []
        with self._told():
            for path in self.staging.glob(f"*{_READY}"):
                with suppress(FileNotFoundError):  # another program has published it meanwhile
                    status = path.lstat()
                    if not stat.S_ISREG(status.st_mode):
                        continue  # not ours
                    if status.st_nlink > 1:  # it is in the folder: `_move` was interrupted
                        path.unlink()
                    else:
                        ready.append((status.st_mtime_ns, path.name.removesuffix(_READY)))
        return [name for _, name in sorted(ready)]

    def publish(self, staged: str, name: str, *, touches: bool = False) -> bool:
        """Move what was staged into the folder, under this name. False: another program has.

        `touches`: it is `untouched` until `touch`, also after a crash.
        """
        self.check()
        source, target = self.staging / (staged + _READY), self.path / name
        mark = self.staging / (name + _UNTOUCHED)
        with self._told():
            try:
                _open_to_readers(source, self.path)
                if touches:
                    mark.touch()
                    sync_folder(self.staging)
                _move(source, target)
            except OSError as error:
                if not _is_moved(source, target):
                    with suppress(OSError):
                        mark.unlink(missing_ok=True)
                    if isinstance(error, FileExistsError):
                        raise OqsUnpublished(self.path, Block.EXISTS, name) from error
                    if isinstance(error, FileNotFoundError) and not source.exists():
                        return False
                    raise
        with suppress(OSError):  # it is there
            sync_folder(self.path)
        return True

    def discard(self, staged: str) -> None:
        """It is not to be published any more."""
        with suppress(OSError):
            (self.staging / (staged + _READY)).unlink(missing_ok=True)

    def discard_old(self, *, also_ready: bool) -> list[str]:
        """What a program that is gone has left: half written, or `also_ready`. Their names."""
        gone: list[str] = []
        with suppress(OSError):
            for path in self.staging.iterdir():
                is_left = also_ready or path.suffix == _NOT_YET
                if is_left and _is_old(path):
                    path.unlink(missing_ok=True)
                    gone.append(path.name.removesuffix(_READY))
        return gone

    def untouched(self) -> list[str]:
        """Names of files that were published, and whose times are to be set."""
        with self._told():
            marks = list(self.staging.glob(f"*{_UNTOUCHED}"))
        return [each.name.removesuffix(_UNTOUCHED) for each in marks]

    def touch(self, name: str) -> bool:
        """Set its time, if it is still there and ours. False: the folder is away, for now."""
        try:
            with suppress(FileNotFoundError, PermissionError):
                os.utime(self.path / name)
            if not self.path.is_dir():
                return False
        except OSError:
            return False
        with suppress(OSError):
            (self.staging / (name + _UNTOUCHED)).unlink(missing_ok=True)
        return True

    def check(self) -> None:
        """Whether files can be brought there; staging is made."""
        self.look()
        with self._told():
            self._make_staging()

    def look(self) -> None:
        """The same, and nothing is made."""
        with self._told():
            if not self.path.is_dir():
                raise OqsUnpublished(self.path, Block.NO_FOLDER)
            staging = self._real_staging()
            there = next(each for each in (staging, *staging.parents) if each.exists())
            if there.stat().st_dev != self.path.stat().st_dev:
                raise OqsUnpublished(self.path, Block.OTHER_FILE_SYSTEM, str(self.staging))

    def _make_staging(self) -> None:
        self._real_staging()
        self.staging.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _real_staging(self) -> Path:
        folder, staging = (Path(os.path.realpath(each)) for each in (self.path, self.staging))
        if staging.is_relative_to(folder):
            raise OqsUnpublished(self.path, Block.INSIDE, str(self.staging))
        return staging

    @contextmanager
    def _told(self) -> Generator[None]:
        """What the system does not let us do, as OqsUnpublished."""
        try:
            yield
        except OSError as error:
            said = error.strerror or type(error).__name__
            raise OqsUnpublished(self.path, Block.SYSTEM, said) from error


def _is_old(path: Path) -> bool:
    """So old that the program that made it is at work on it no more."""
    return time() - path.stat().st_mtime > _OLD_S


def _open_to_readers(file: Path, folder: Path) -> None:
    """Those who may read the folder may read the file; not every file system has modes."""
    if os.name == "posix":
        like = folder.stat()
        with suppress(PermissionError):
            file.chmod(like.st_mode & 0o666)
        with suppress(PermissionError):
            os.chown(file, -1, like.st_gid)


def _move(source: Path, target: Path) -> None:
    """FileExistsError: there is one of that name. Windows' rename never overwrites."""
    if os.name == "nt":
        source.rename(target)
        return
    if (number := _rename(source, target)) in _UNSUPPORTED:
        os.link(source, target)
        with suppress(OSError):  # it is there; `staged` notices what is left
            source.unlink()
    elif number:
        raise OSError(number, os.strerror(number))


def _is_moved(source: Path, target: Path) -> bool:
    """After an error: it may be there all the same, as on a server whose answer was lost."""
    try:
        return target.exists() and (not source.exists() or source.samefile(target))
    except OSError:
        return False


def _rename(source: Path, target: Path) -> int:
    """renameat2 without overwriting: 0, or the error's number."""
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        return errno.ENOSYS
    done = call(
        *(_AT_FDCWD, os.fsencode(source), _AT_FDCWD, os.fsencode(target), _RENAME_NOREPLACE)
    )
    return 0 if done == 0 else ctypes.get_errno()
