"""The reception's configuration: one TOML file, a table for each part, each read by that part.

    [face]
    detector = "face_detection_yunet_2023mar.onnx"

Paths are relative to the file. All that is wrong is told with its place.
"""

import errno
import os
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum, auto, unique
from pathlib import Path
from typing import TypeVar, cast

from kazashi.reception.errors import ReceptionError
from kazashi.reception.in_time import in_time

_E = TypeVar("_E", bound=StrEnum)

_MOST = 1_000_000  # bytes of a configuration
_ANSWER_S, _SLOWEST = 2.0, 5_000_000  # of a disk on another computer; bytes a second


@unique
class Flaw(Enum):
    """What is wrong at a place. `detail` is in brackets."""

    UNREADABLE = auto()  # (why, in the system's words)
    NOT_TOML = auto()  # (what the parser says)
    NO_SUCH_TABLE = auto()  # (the tables that there are)
    NO_SUCH_FIELD = auto()
    NO_SUCH_PLACE = auto()  # (the places that there are)
    MISSING = auto()
    NOT_A_TABLE = auto()
    NOT_A_TEXT = auto()
    NOT_A_NAME = auto()  # of a table
    EMPTY = auto()
    NOT_A_NUMBER = auto()
    OUT_OF_RANGE = auto()  # (the range)
    NOT_WHOLE = auto()  # days
    NOT_A_FLAG = auto()
    NOT_A_LIST = auto()
    NOT_ONE_OF = auto()  # (what there is to choose of)
    NOT_ABOVE = auto()  # (the field that it must be above)
    INSIDE = auto()  # (the folder that it must lie outside of)
    NOT_HEXADECIMAL = auto()  # (how many digits)
    NOT_DIGITS = auto()  # (how many)
    NOT_AN_ADDRESS = auto()  # postgresql://…
    HAS_PASSWORD = auto()  # which belongs into a file of its own
    TOO_FEW_BITS = auto()  # (how many it needs)
    EVEN = auto()
    NOT_FILE_NAMES = auto()
    NOT_POLICIES = auto()
    NOT_A_PASSCODE = auto()  # as `kazashi passcode` prints it
    FILE_UNREADABLE = auto()  # (its name)
    NO_ANCHOR = auto()  # (name and what is wrong with the certificate in it)
    NO_AUTHORITIES = auto()
    NOT_INSTALLED = auto()  # (the command that installs what it needs)


@dataclass(eq=False)
class BadSettings(ReceptionError):
    """`place`: the file, or the field in it, such as face.threshold. `detail`: see `Flaw`."""

    place: str
    flaw: Flaw
    detail: str = ""


def load(path: Path) -> dict[str, object]:
    """What stands in the configuration file.

    Raises:
        BadSettings: it cannot be read, or is not TOML.
    """
    try:
        # Windows' editors put a byte order mark in front: utf-8-sig.
        return tomllib.loads(content(path, _MOST).decode("utf-8-sig"))
    except OSError as error:
        raise BadSettings(str(path), Flaw.UNREADABLE, error.strerror or "") from error
    except (ValueError, RecursionError) as error:  # TOML's and UTF-8's are ValueErrors
        raise BadSettings(str(path), Flaw.NOT_TOML, str(error)) from error


def content(path: Path, most: int) -> bytes:
    """What is in the file that a person named, which may be a pipe or /dev/zero, without an end.

    Raises:
        OSError: it cannot be read, or not in time; it is no file, has more than `most` bytes, or a
            name that no file has.
    """
    return content_and_mode(path, most)[0]


def content_and_mode(path: Path, most: int) -> tuple[bytes, int]:
    """The same, with the mode of the file."""
    try:
        return in_time(lambda _end: _read(path, most), _ANSWER_S + most / _SLOWEST, of=path)
    except ValueError as error:  # of the name
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL)) from error


def _read(path: Path, most: int) -> tuple[bytes, int]:
    mode = path.stat().st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):  # to open one may take for ever
        raise OSError(errno.EINVAL, "not a regular file")
    with path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    return data, mode


class Table:
    """A table of the configuration, while it is read.

    Each method takes one field, and raises `BadSettings` where it is missing or wrong.
    """

    def __init__(self, name: str, values: object, folder: Path) -> None:
        """`folder`: that of the file. `BadSettings` where `values` are no table."""
        if not isinstance(values, Mapping):
            raise BadSettings(name, Flaw.NOT_A_TABLE)
        self._name, self._folder = name, folder
        self._left = dict(cast(Mapping[str, object], values))

    def has(self, key: str) -> bool:
        """Whether the field is there, and was not taken yet."""
        return key in self._left

    def tables(self) -> dict[str, "Table"]:
        """All that is left in it, each a table."""
        left, self._left = self._left, {}
        return {
            key: Table(f"{self._name}.{key}", values, self._folder) for key, values in left.items()
        }

    def text(self, key: str) -> str:
        value = self._take(key)
        if not isinstance(value, str):
            raise self.wrong(key, Flaw.NOT_A_TEXT)
        if not value.strip():
            raise self.wrong(key, Flaw.EMPTY)
        return value

    def path(self, key: str) -> Path:
        return self._folder / self.text(key)

    def number(self, key: str, least: float, most: float, default: float | None = None) -> float:
        """`default`: None, where the field must be there."""
        value = default if default is not None and key not in self._left else self._take(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong(key, Flaw.NOT_A_NUMBER)
        if not least <= value <= most:  # NaN is in no range
            raise self.wrong(key, Flaw.OUT_OF_RANGE, f"{least:g} … {most:g}")
        return value

    def days(self, key: str, most: int) -> int | None:
        """One at least; None where the field is not there."""
        if key not in self._left:
            return None
        value = self.number(key, 1, most)
        if value != int(value):
            raise self.wrong(key, Flaw.NOT_WHOLE)
        return int(value)

    def flag(self, key: str, *, default: bool = False) -> bool:
        """`default` if the field is not there."""
        value = self._left.pop(key, default)
        if not isinstance(value, bool):
            raise self.wrong(key, Flaw.NOT_A_FLAG)
        return value

    def choice(self, key: str, default: _E) -> _E:
        """A member of the same Enum as `default`, which is meant if the field is not there."""
        value = self._left.pop(key, default)
        if value not in [*type(default)]:
            raise self.wrong(key, Flaw.NOT_ONE_OF, ", ".join(type(default)))
        return type(default)(str(value))

    def choices(
        self, key: str, allowed: tuple[_E, ...], default: tuple[_E, ...] = ()
    ) -> tuple[_E, ...]:
        """Some of `allowed`, each once; `default` if the field is not there."""
        if not self.has(key):
            return default
        listed = self.listed(key)
        if not all(each in allowed for each in listed):
            raise self.wrong(key, Flaw.NOT_ONE_OF, ", ".join(allowed))
        return tuple(type(allowed[0])(str(each)) for each in dict.fromkeys(listed))

    def listed(self, key: str) -> list[object]:
        """Empty where the field is not there."""
        value = self._left.pop(key, [])
        if not isinstance(value, list):
            raise self.wrong(key, Flaw.NOT_A_LIST)
        return cast(list[object], value)

    def close(self) -> None:
        """No field may be left: it is a slip of the pen, and would be missed."""
        if self._left:
            raise self.wrong(next(iter(self._left)), Flaw.NO_SUCH_FIELD)

    def wrong(self, key: str, flaw: Flaw, detail: str = "") -> BadSettings:
        return BadSettings(f"{self._name}.{key}", flaw, detail)

    def _take(self, key: str) -> object:
        if key not in self._left:
            raise self.wrong(key, Flaw.MISSING)
        return self._left.pop(key)
