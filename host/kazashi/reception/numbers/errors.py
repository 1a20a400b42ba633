"""What can go wrong with the clinic's numbers. No visit fails by any of it.

NumbersError         base; catch it to catch everything below
├── NumbersRefused   the system does not let us read or write the map
├── NumbersBroken    damaged, or no map at all: move it away
├── NumbersNewer     a newer release made the map: update this one
├── NumbersMissing   there is no map yet, and it is only looked at
├── NumbersKeyUnusable  the key of certificates: see `flaw`
├── BadList          a CSV as a whole: see `flaw`
├── BadLine          a line of it: see `line`, `flaw`
└── ListRefused      several of them: see `troubles`; nothing of the list was imported
"""

from dataclasses import dataclass
from enum import Enum, auto, unique
from pathlib import Path

from kazashi.errors import KazashiError
from kazashi.reception.errors import ReceptionError


class NumbersError(ReceptionError):
    """Base: the map of the clinic's numbers, or a list for it, cannot be used."""


@dataclass(eq=False)
class NumbersRefused(NumbersError):
    """`reason`: in the system's words."""

    path: Path
    reason: str


@dataclass(eq=False)
class NumbersBroken(NumbersError):
    """`path` is damaged, or a file of another program."""

    path: Path


@dataclass(eq=False)
class NumbersNewer(NumbersError):
    """A newer release made the file at `path`."""

    path: Path


@dataclass(eq=False)
class NumbersMissing(NumbersError):
    """Nothing is at `path`: no list was imported, and no visit was made with it."""

    path: Path


@unique
class KeyFlaw(Enum):
    """Why the key cannot be used."""

    MISSING = auto()
    OPEN_TO_OTHERS = auto()
    UNREADABLE = auto()
    NO_KEY = auto()  # not what `kazashi numbers key` writes


@dataclass(eq=False)
class NumbersKeyUnusable(NumbersError):
    """`path`: of the key with which certificates are hashed."""

    path: Path
    flaw: KeyFlaw


@unique
class ListFlaw(Enum):
    """What is wrong with a list as a whole. `detail` is in brackets."""

    UNREADABLE = auto()  # (why, in the system's words)
    NOT_DECODED = auto()  # (the encoding)
    NO_HEADER = auto()
    NO_COLUMN = auto()  # (its name)
    UNKNOWN_COLUMN = auto()  # (its place, and the columns that there may be)
    OTHER_SEPARATOR = auto()  # semicolons or tabs, no commas
    COLUMN_TWICE = auto()  # (its name)


@dataclass(eq=False)
class BadList(NumbersError):
    """`line`: of its header, from 1; 0: all of the list. `detail`: see `ListFlaw`."""

    line: int
    flaw: ListFlaw
    detail: str = ""


@unique
class LineFlaw(Enum):
    """What is wrong with a line. `detail` is in brackets."""

    CELL_COUNT = auto()
    NOT_CSV = auto()
    NO_NUMBER = auto()
    BAD_NUMBER = auto()
    BAD_REFERENCE = auto()
    BAD_CERTIFICATE = auto()  # not as `kazashi numbers export` writes it
    OTHER_KEY = auto()  # the certificate was hashed with another
    BAD_FLAG = auto()  # (the column)
    BAD_INSURANCE = auto()  # (the column)
    INSURANCE_TAKEN = auto()  # (the line with the same, and another 照会番号)
    REPEATED = auto()  # (the line with the same)
    REFERENCE_TAKEN = auto()  # (the number that it has in the map)
    CERTIFICATE_TAKEN = auto()  # (the number that it has in the map)
    REFERENCE_TWICE = auto()  # (the line that has it with another number)
    CERTIFICATE_TWICE = auto()  # (the line that has it with another number)
    EXPECTS_OTHERWISE = auto()  # (the line that says otherwise of this patient)


@dataclass(eq=False)
class BadLine(NumbersError):
    """`line`: of the file, from 1."""

    line: int
    flaw: LineFlaw
    detail: str = ""


@dataclass(eq=False)
class ListRefused(NumbersError):
    """`troubles`: each `BadLine`, in the order of the file."""

    troubles: tuple[KazashiError, ...]
