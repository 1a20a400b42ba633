"""Write a file whose name was given to a command."""

import errno
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import typer

from kazashi.errors import NotWritten

# The name is wrong: no such file is possible. All else is a failure: permission, space.
_MISNAMED = {
    *(errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EEXIST),
    *(errno.ENAMETOOLONG, errno.EINVAL, errno.ELOOP),
}


@contextmanager
def writing(path: Path) -> Generator[None]:
    """The block writes `path`.

    Raises:
        BadParameter: no such file is possible.
        NotWritten: the system refused it.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        if error.errno in _MISNAMED:
            raise typer.BadParameter(f"cannot write {path}: {reason}: name another") from error
        raise NotWritten(str(path), reason) from error


@contextmanager
def new_file(path: Path) -> Generator[int]:
    """The descriptor of a new file that only its owner can read, for the block to write and close.
    It is deleted if the block fails. Errors as in `writing`.
    """
    with writing(path):
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            yield descriptor
        except BaseException:
            path.unlink()
            raise


@contextmanager
def new_text(path: Path, encoding: str = "utf-8") -> Generator[TextIO]:
    """The same, open for text whose ends of lines stay as they are written."""
    with (
        new_file(path) as descriptor,
        os.fdopen(descriptor, "w", encoding=encoding, newline="") as out,
    ):
        yield out
