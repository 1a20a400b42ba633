"""Write a file whose name was given to a command."""

import errno
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

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
