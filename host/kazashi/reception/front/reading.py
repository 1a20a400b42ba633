"""What reads 照合番号B off a picture of a card's front.

Picture and text are written nowhere, and kept for no longer than they are read.
"""

from importlib.util import find_spec
from typing import Protocol

from kazashi.errors import not_installed
from kazashi.reception.front.printed import code_b_of
from kazashi.reception.japan import japan_today, utc_now


class ReadsFront(Protocol):
    """Reads the front of a card."""

    def code_b(self, frame: bytes) -> str | None:
        """照合番号B, fourteen digits; None: they are not all legible. `frame`: PNG or JPEG."""
        ...


class FrontReader:
    """kazashi[front]'s reader."""

    def __init__(self) -> None:
        """Load the models: takes some seconds.

        Raises:
            NotInstalled
        """
        require_installed()
        from kazashi.reception.front.ocr import lines_of, load

        load()
        self._lines_of = lines_of

    def code_b(self, frame: bytes) -> str | None:
        """See `ReadsFront`."""
        return code_b_of(self._lines_of(frame), japan_today(utc_now()))


def require_installed() -> None:
    """Raises NotInstalled: kazashi[front] is missing."""
    for package in ("rapidocr", "onnxruntime"):
        if find_spec(package) is None:
            raise not_installed(ModuleNotFoundError(name=package), "front")
