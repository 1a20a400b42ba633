"""What can go wrong with the journal, sorted by what a person can do about it.

    JournalError         base; catch it to catch everything below
    ├── JournalMissing   there is none to read: see `path`
    ├── JournalFull      no space: free some; it goes on by itself
    ├── JournalBusy      another program has it for too long: try again
    ├── JournalRefused   the system does not let us read or write it
    ├── JournalNotLocal  on a network: name a file on a local disk
    ├── JournalBroken    damaged, or no journal at all: move it away
    └── JournalNewer     written by a newer release: update this one

What was told as kept before stays kept. A patient may go on without a journal; whoever asked for
the entry decides that, and tells the staff.
"""

from dataclasses import dataclass
from enum import Enum, auto, unique
from pathlib import Path

from kazashi.reception.errors import ReceptionError


@dataclass(eq=False)
class JournalError(ReceptionError):
    """`path` is the journal's file."""

    path: Path


class JournalMissing(JournalError):
    """No visit was kept yet, or the journal is another file."""


class JournalFull(JournalError):
    """This entry was not kept; those before it were."""


class JournalBusy(JournalError):
    """It was locked for longer than the wait."""


@unique
class Obstacle(Enum):
    """Why a journal cannot be opened or written."""

    SYSTEM = auto()  # the system does not let us
    BAD_NAME = auto()  # no file can have this name
    LINK = auto()  # it is a symbolic link
    NO_FILE = auto()  # it is a folder or a device
    FOLDER_IS_FILE = auto()  # what should be its folder


@dataclass(eq=False)
class JournalRefused(JournalError):
    """`reason`: in the system's words; empty unless `obstacle` is SYSTEM."""

    obstacle: Obstacle
    reason: str = ""


class JournalNotLocal(JournalError):
    """It would be on another machine, where SQLite cannot keep it safely."""


@unique
class Damage(Enum):
    """What of a journal is not what it should be."""

    FILE = auto()  # SQLite cannot read it
    OTHER_PROGRAM = auto()  # a database that this program has not made
    ROW = auto()  # a row that this program would not write


@dataclass(eq=False)
class JournalBroken(JournalError):
    """`said`: by SQLite or Python, for engineers. The file was left as it is."""

    damage: Damage
    said: str = ""


@dataclass(eq=False)
class JournalNewer(JournalError):
    """`theirs`: the revision of its tables; `ours`: the newest that we know."""

    theirs: int
    ours: int
