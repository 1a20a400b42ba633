"""Results that the journal decides about: a file goes out if the journal has its name.

The answer about a person held is asked for again until it is kept. So its file is written first;
if it cannot be, the person stays held, and the journal never has its name. Then the answer and the
file's name go into the journal, in one transaction, and only then the file goes out: if a program
is killed in between, one file comes, and it is the one that the journal names.

After a restart, files that the journal has go out. If this computer's journal does not have one,
the person is still held, and the file is deleted once it is an hour old: before, another program
may be at work on it.
"""

import platform
from concurrent.futures import Future
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from kazashi.oqs.names import face_name
from kazashi.oqs.publish import Folder
from kazashi.reception.journal import JournalMissing, View

TEST = "test-"  # begins the staged name of a result that is of no value


def parts_of(staged: str) -> tuple[str, str]:
    """(identifier, time) of a staged name; the time is empty if it has none."""
    identifier, _, time = staged.removeprefix(TEST).partition("_")
    return identifier, time


@dataclass(eq=False)
class Undecided:
    """`on_disk`: set once it is. `out`: the name under which it went out; empty: it did not."""

    staged: str
    data: bytes = field(repr=False)
    on_disk: Future[None] = field(default_factory=Future[None])
    out: Future[str] = field(default_factory=Future[str])
    is_on_disk: bool = False
    is_settled: bool = False

    @property
    def name(self) -> str:
        return face_name(*parts_of(self.staged))


class Decisions:
    """Of the journal at `path`, about files of one folder.

    Raises:
        JournalError, OqsUnpublished: so from each method.
    """

    def __init__(self, path: Path, folder: Folder) -> None:
        self._path, self._folder = path, folder
        place = f"{platform.node()} {path.absolute()}"  # computers may share the folder
        self._owner = sha256(place.encode()).hexdigest()[:16]
        self._is_recovered = False

    def keep(self, result: Undecided) -> None:
        """Put it on the disk, for this journal."""
        self._folder.prepare(result.staged, result.data, self._owner)
        result.is_on_disk = True

    def decide(self, result: Undecided) -> bool | None:
        """Whether it goes out: then it is staged. None: another program has seen to it."""
        if not self._has(result.staged):
            self._folder.discard_prepared(result.staged, self._owner)
            return False
        return self._folder.release(result.staged, self._owner) or None

    def recover(self) -> None:
        """Once: of what programs that are gone have left."""
        if self._is_recovered:
            return
        for left in self._folder.prepared():
            if self._has(left.name):
                self._folder.release(left.name, left.owner)
            elif left.is_old and left.owner == self._owner:
                self._folder.discard_prepared(left.name, left.owner)
        self._is_recovered = True

    def _has(self, staged: str) -> bool:
        try:
            with View(self._path) as view:
                return view.has_result(face_name(*parts_of(staged)))
        except JournalMissing:
            return False
