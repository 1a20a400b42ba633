"""Make stdin, stdout and stderr usable for every command, in any state.

Characters that stdout's encoding lacks are replaced. A stdout that is closed or full is StdoutLost;
a stderr that is closed or full is ignored, so that a visit goes on; a closed stdin counts as empty.
"""

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO, cast

from kazashi.errors import KazashiError

if TYPE_CHECKING:
    from io import TextIOWrapper


@dataclass(eq=False)
class StdoutLost(KazashiError):
    """stdout is closed or full. `reason`: the error of the system."""

    reason: str


def guard() -> None:
    """Make stdin, stdout and stderr usable."""
    _open_closed()
    out = sys.stdout
    if hasattr(out, "reconfigure"):
        cast("TextIOWrapper", out).reconfigure(errors="replace")
    sys.stdout = cast("TextIO", _Stdout(out))
    sys.stderr = cast("TextIO", _Stderr(sys.stderr))


def _open_closed() -> None:
    """Open those that were closed: else the next opened file gets their number, and the printed
    text.
    """
    if sys.stdin is None:  # pyright: ignore[reportUnnecessaryComparison]  # `<&-`
        sys.stdin = open(os.open(os.devnull, os.O_RDONLY), encoding="utf-8")  # noqa: PTH123, SIM115
    if sys.stdout is None:  # pyright: ignore[reportUnnecessaryComparison]  # `>&-`
        unwritable = os.open(os.devnull, os.O_RDONLY)
        sys.stdout = open(unwritable, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    if sys.stderr is None:  # pyright: ignore[reportUnnecessaryComparison]  # `2>&-`
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115


class _Stream:
    """A text stream with handling of failed writes."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_lost = False

    def write(self, text: str, /) -> int:
        if not self._is_lost:
            try:
                self._stream.write(text)
            except OSError as error:
                self._is_lost = True  # do not write its buffer again when Python ends
                self._tell(error)
        return len(text)

    def flush(self) -> None:
        if not self._is_lost:
            try:
                self._stream.flush()
            except OSError as error:
                self._is_lost = True
                self._tell(error)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def _tell(self, error: OSError) -> None:
        """Report the first failed write."""
        raise NotImplementedError


class _Stdout(_Stream):
    def _tell(self, error: OSError) -> None:
        raise StdoutLost(error.strerror or str(error)) from None


class _Stderr(_Stream):
    def _tell(self, error: OSError) -> None:
        """Ignore it: no output is left to report it on."""
