"""The reception's configuration: one TOML file, a table for each part, each read by that part.

    [face]
    detector = "face_detection_yunet_2023mar.onnx"

Paths are relative to the file. All that is wrong is told with its place.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from kazashi.reception.errors import ReceptionError


class BadSettings(ReceptionError):
    """`place`: the file, or the field in it, such as face.threshold."""

    on_screen = "受付の設定がまちがっています。設定した人にお知らせください。"

    def __init__(self, place: str, advice: str) -> None:
        self.place = place
        super().__init__(f"configuration, {place}: {advice}")


def load(path: Path) -> dict[str, object]:
    """What stands in the configuration file.

    Raises:
        BadSettings: it cannot be read, or is not TOML.
    """
    try:
        # Windows' editors put a byte order mark in front: utf-8-sig.
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BadSettings(str(path), f"cannot be read ({error.strerror}): name another") from error
    except (ValueError, RecursionError) as error:  # TOML's and UTF-8's are ValueErrors
        raise BadSettings(str(path), f"is not TOML ({error}): mend it") from error


class Table:
    """A table of the configuration, while it is read.

    Each method takes one field, and raises `BadSettings` where it is missing or wrong.
    """

    def __init__(self, name: str, values: object, folder: Path) -> None:
        """`folder`: that of the file. `BadSettings` where `values` are no table."""
        if not isinstance(values, Mapping):
            raise BadSettings(name, f"must be a table: [{name}]")
        self._name, self._folder = name, folder
        self._left = dict(cast(Mapping[str, object], values))

    def text(self, key: str) -> str:
        value = self._take(key)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, "must be a text")
        return value

    def path(self, key: str) -> Path:
        return self._folder / self.text(key)

    def number(self, key: str, least: float, most: float, default: float | None = None) -> float:
        """`default`: None, where the field must be there."""
        value = default if default is not None and key not in self._left else self._take(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong(key, "must be a number")
        if not least <= value <= most:  # NaN is in no range
            raise self.wrong(key, f"must be from {least:g} to {most:g}")
        return value

    def days(self, key: str, most: int) -> int | None:
        """One at least; None where the field is not there."""
        if key not in self._left:
            return None
        value = self.number(key, 1, most)
        if value != int(value):
            raise self.wrong(key, "must be whole days")
        return int(value)

    def flag(self, key: str) -> bool:
        """False where the field is not there."""
        value = self._left.pop(key, False)
        if not isinstance(value, bool):
            raise self.wrong(key, "must be true or false")
        return value

    def listed(self, key: str) -> list[object]:
        """Empty where the field is not there."""
        value = self._left.pop(key, [])
        if not isinstance(value, list):
            raise self.wrong(key, "must be a list: [ … ]")
        return cast(list[object], value)

    def close(self) -> None:
        """No field may be left: it is a slip of the pen, and would be missed."""
        if self._left:
            raise self.wrong(next(iter(self._left)), "there is no such field: look for a typo")

    def wrong(self, key: str, advice: str) -> BadSettings:
        return BadSettings(f"{self._name}.{key}", advice)

    def _take(self, key: str) -> object:
        if key not in self._left:
            raise self.wrong(key, "is missing")
        return self._left.pop(key)
