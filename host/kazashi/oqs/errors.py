"""What can go wrong with files of オンライン資格確認.

    OqsError                base; catch it to catch everything below
    ├── OqsUnreadable       a file is none of ours, broken, or in another encoding: see `flaw`
    ├── OqsUnwritable       a text that the encoding or the layout has no place for: see `element`
    ├── OqsUnpublished      the file could not be brought into its folder, for now: see `block`
    │   └── OqsUnstaged         nor onto the disk: it is lost when the program ends
    ├── OqsLost             the program has ended before results were on the disk
    ├── OqsUnkept           what was asked is not known, or cannot be kept: nothing is sent
    ├── OqsUnopened         an answer's file cannot be opened: see `flaw`; also a CentreError
    ├── OqsBroken           an answer's file stays half, or is none: see `reason`; as well
    ├── OqsUnanswered       a 照会番号 was sent, and has no answer yet; also a CentreUnreachable
    ├── OqsUnsent           a 照会番号 could not be sent, for now: see `reason`; as well
    └── OqsTestOnly         a simulated answer, and the folder is not marked for tests

None of them repeats a value that stands in a file.
"""

from dataclasses import dataclass
from datetime import date
from enum import Enum, auto, unique
from pathlib import Path

from kazashi.oqs.names import Kind
from kazashi.reception.centre import CentreError, CentreUnreachable
from kazashi.reception.errors import ReceptionError


class OqsError(ReceptionError):
    """Base of everything that goes wrong with these files."""


@unique
class Unread(Enum):
    """Why a file is not read."""

    TOO_LARGE = auto()
    ENCODING = auto()  # `detail`: the name that it declares
    NOT_DECODED = auto()  # `detail`: its encoding
    DOCTYPE = auto()  # no such file has a DTD
    NOT_XML = auto()
    OTHER_ROOT = auto()  # `detail`: its root
    MISSING = auto()  # of `detail`, something
    TWICE = auto()  # `detail`: the element
    MISPLACED = auto()  # text where elements belong, or the reverse; `detail`: the element


@dataclass(eq=False)
class OqsUnreadable(OqsError):
    """`flaw`: why. `detail`: see there; never a value that stands in the file."""

    flaw: Unread
    detail: str = ""


@unique
class Unwritten(Enum):
    """Why a text cannot stand in an element."""

    LETTER = auto()  # the encoding lacks `detail`, as in U+20BB7
    FORM = auto()  # the layout has another form for it


@dataclass(eq=False)
class OqsUnwritable(OqsError):
    """`element`: its name."""

    element: str
    flaw: Unwritten
    detail: str = ""


@unique
class Block(Enum):
    """Why a file does not get into its folder."""

    SYSTEM = auto()  # the system does not let us: `detail` in its words
    NO_FOLDER = auto()
    OTHER_FILE_SYSTEM = auto()  # folder and staging: then no file can be moved whole
    INSIDE = auto()  # staging lies in the folder, and its files would be seen
    EXISTS = auto()  # a file of this name is there: it is never overwritten
    SLOW = auto()  # the folder does not answer; it goes on by itself


@dataclass(eq=False)
class OqsUnpublished(OqsError):
    """`folder`: where the file belongs. What is tried again goes there by itself."""

    folder: Path
    block: Block
    detail: str = ""


class OqsUnstaged(OqsUnpublished):
    """It is in memory alone, and tried again while the program runs."""


@dataclass(eq=False)
class OqsLost(OqsError):
    """`count` results are in no file. `folder`: where they belong."""

    folder: Path
    count: int


@dataclass(eq=False)
class OqsUnkept(OqsError):
    """`folder`: of what was asked. `reason`: in the system's words."""

    folder: Path
    reason: str


@unique
class Unopened(Enum):
    """Why an answer's file is not opened."""

    DENIED = auto()  # by the system: no right to it, or another program has it open
    NO_FILE = auto()  # a folder of that name, or a pipe


@dataclass(eq=False)
class OqsUnopened(OqsError, CentreError):
    """`file`: of an answer. The request stays open; its answer counts once it can be read."""

    file: Path
    flaw: Unopened


@dataclass(eq=False)
class OqsBroken(OqsError, CentreError):
    """`file`: of an answer. The request stays open; its answer counts once it is whole."""

    file: Path
    kind: Kind
    reason: OqsUnreadable


@dataclass(eq=False)
class OqsUnanswered(OqsError, CentreUnreachable):
    """`request`: a file that was sent on `day`. It stays open; its answer may be found later."""

    request: Path
    day: date


@dataclass(eq=False)
class OqsUnsent(OqsError, CentreUnreachable):
    """It is not open, and never will be sent by itself."""

    reason: OqsError


@dataclass(eq=False)
class OqsTestOnly(OqsError):
    """An answer of a test belongs into folders that have the file TEST-ONLY, and no others."""

    folder: Path
