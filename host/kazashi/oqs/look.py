"""Looks at the folders of [oqs] before a visit needs them; nothing is made or changed."""

import errno
import os
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from kazashi.finding import Finding, bad, good
from kazashi.health.disk import disk_of, folder_of, room
from kazashi.oqs.errors import Block, OqsError, OqsUnopened, OqsUnpublished, Unopened
from kazashi.oqs.publish import Folder
from kazashi.oqs.settings import OqsSettings
from kazashi.reception.in_time import in_time

_ANSWER_S = 2.0  # of a folder on another computer
_OF_STAGING = (Block.INSIDE, Block.OTHER_FILE_SYSTEM)


def look(settings: OqsSettings, journal: Path) -> Iterator[Finding]:
    """A finding for each folder, and for each disk of a staging folder but that of the journal."""
    terminal = settings.terminal
    faces = [_whole(each.folder) for each in settings.faces]
    requests = [_whole(terminal.requests)] if terminal else []
    for use, folders in (("faces", faces), ("requests", requests)):
        for folder in folders:
            yield _finding(use, folder.path, partial(_look_at, folder))
    if terminal:
        responses = terminal.responses.absolute()
        yield _finding("responses", responses, partial(_look_into, responses))
    yield from _disks([folder.staging for folder in (*faces, *requests)], journal)


def _whole(folder: Folder) -> Folder:
    """Paths of which a person can say where they are."""
    return Folder(folder.path.absolute(), folder.staging.absolute())


def _finding(use: str, path: Path, work: Callable[[], None]) -> Finding:
    check = f"oqs {use}"
    try:
        in_time(lambda _end: work(), _ANSWER_S, of=path)
    except TimeoutError:
        error: OqsError = OqsUnpublished(path, Block.SLOW)
    except OqsUnopened:
        return bad(check, "oqs-trouble.responses.denied", folder=path)
    except OqsUnpublished as found:
        if found.block in _OF_STAGING:
            return bad(check, "oqs-staging", folder=path, error=found)
        error = found
    except OSError as found:  # of a folder above, or of a server
        error = OqsUnpublished(path, Block.SYSTEM, found.strerror or type(found).__name__)
    else:
        return good(check, f"oqs-folder.{use}", folder=path)
    return bad(check, f"oqs-trouble.{use}", folder=path, error=error)


def _look_at(folder: Folder) -> None:
    folder.look()
    for path in (folder.path, folder_of(folder.staging)):
        if not os.access(path, os.W_OK | os.X_OK):
            raise OqsUnpublished(path, Block.SYSTEM, os.strerror(errno.EACCES))


def _look_into(responses: Path) -> None:
    if not responses.is_dir():
        raise OqsUnpublished(responses, Block.NO_FOLDER)
    if not os.access(responses, os.X_OK):
        raise OqsUnopened(responses, Unopened.DENIED)


def _disks(stagings: Iterable[Path], journal: Path) -> Iterator[Finding]:
    """Of one that cannot be looked at the finding of its folder tells."""
    told: set[int] = set()
    for path in (journal, *stagings):
        try:
            disk = disk_of(path)
        except OSError:
            continue
        if disk.number not in told and path is not journal:
            yield room("oqs-disk", disk.free, folder=path)
        told.add(disk.number)
