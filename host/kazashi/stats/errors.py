"""What can go wrong with figures: a CSV file is not as documented."""

from dataclasses import dataclass
from enum import Enum, auto, unique
from pathlib import Path

from kazashi.errors import KazashiError


@unique
class CsvFlaw(Enum):
    """What is wrong with a CSV file. `detail` is in brackets; no cell is repeated in it."""

    UNREADABLE = auto()  # (why, in the system's words)
    NOT_DECODED = auto()  # neither UTF-8 nor cp932
    NOT_CSV = auto()  # (what the parser says)
    NO_HEADER = auto()
    UNKNOWN_COLUMN = auto()  # (its place, and the columns that there are)
    OTHER_SEPARATOR = auto()  # semicolons or tabs, no commas
    COLUMN_TWICE = auto()  # (its name)
    NO_COLUMN = auto()  # (its name)
    CELL_COUNT = auto()  # (how many cells there are, how many columns)
    NOT_ONE_OF = auto()  # (column, and what there is to choose of)
    NOT_A_MONTH = auto()  # (column)
    NOT_A_COUNT = auto()  # (column)
    NOT_AN_AGE = auto()  # (column)
    NOT_A_NAME = auto()  # (column)
    MY_NUMBER = auto()  # (column)
    TWICE = auto()  # (file and line where the same stands)
    IN_JOURNAL = auto()  # (what is counted)
    TOTAL = auto()  # (the column whose name says so)
    TOTAL_AND_PARTS = auto()  # (file and line where the other stands)
    AGES_OVERLAP = auto()  # (file and line where the other group stands)


@dataclass(eq=False)
class CountsBroken(KazashiError):
    """`path` is the file, `line` its line, from 1; 0: all of it."""

    path: Path
    line: int
    flaw: CsvFlaw
    detail: str = ""
