"""Why a board did not take its firmware, sorted by what a person can do about it.

NotFlashed                  base
├── WrongBoard              it is another one
├── MicroPythonTooOld       put a newer one on the board first
├── FirmwareFrozen          its MicroPython holds a firmware that files do not replace
├── BoardUnreachable        neither a reader nor MicroPython's prompt answers
├── BoardFull               no space on its flash for the firmware
├── BoardFailed             MicroPython reports an error: see `said`
├── EndlessAnswer           what it says to a command has no end
├── FileDamaged             it did not arrive as it was sent
├── FirmwareDoesNotStart    all was copied, and the reader does not answer
├── BoardFileWrong          the board's own file, board.py, is wrong
├── ModuleNotCompiled       mpy-cross refuses a module of the firmware
└── ImageNotBuilt           of MicroPython with the firmware inside
"""

from dataclasses import dataclass
from pathlib import Path

from kazashi.errors import ReaderError


class NotFlashed(ReaderError):
    """The firmware was not put on the board."""


@dataclass(eq=False)
class WrongBoard(NotFlashed):
    """`asked` and `found`: what MicroPython calls them."""

    asked: str
    found: str


@dataclass(eq=False)
class MicroPythonTooOld(NotFlashed):
    """`found` and `needed`: versions, such as 1.23."""

    found: str
    needed: str


class FirmwareFrozen(NotFlashed):
    """Its MicroPython holds a firmware inside, which files do not replace."""


class BoardUnreachable(NotFlashed):
    """Neither a reader nor MicroPython's prompt answers."""


class BoardFull(NotFlashed):
    """Other files take the space that the firmware needs."""


@dataclass(eq=False)
class BoardFailed(NotFlashed):
    """`said`: by MicroPython, in one line."""

    said: str


class EndlessAnswer(NotFlashed):
    """What MicroPython says to a command is longer than any answer."""


@dataclass(eq=False)
class FileDamaged(NotFlashed):
    """`name`: of the file that did not arrive as it was sent."""

    name: str


@dataclass(eq=False)
class FirmwareDoesNotStart(NotFlashed):
    """`said`: by MicroPython, in one line."""

    said: str


@dataclass(eq=False)
class BoardFileWrong(NotFlashed):
    """`file`: a board.py. `said`: by Python."""

    file: Path
    said: str


@dataclass(eq=False)
class ModuleNotCompiled(NotFlashed):
    """`file`: of the firmware. `said`: by mpy-cross, in one line."""

    file: Path
    said: str


@dataclass(eq=False)
class ImageNotBuilt(NotFlashed):
    """`said`: by the build, its last line."""

    said: str
