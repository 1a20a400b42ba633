"""Errors of putting the firmware on a board, sorted by what a person can do about them.

NotFlashed                  base
├── WrongBoard              the board is of another type
├── MicroPythonTooOld       put a newer MicroPython on the board first
├── FirmwareFrozen          its MicroPython contains a firmware that files do not replace
├── BoardUnreachable        neither a reader nor MicroPython's prompt answers
├── BoardFull               its flash has no space for the firmware
├── BoardFailed             MicroPython reports an error: see `said`
├── EndlessAnswer           the output of a command has no end
├── FileDamaged             a file arrived damaged
├── FirmwareDoesNotStart    all files were copied, but the reader does not answer
├── BoardFileWrong          the board's own file, board.py, is wrong
├── ModuleNotCompiled       mpy-cross refuses a module of the firmware
└── ImageNotBuilt           MicroPython with the firmware inside was not built
"""

from dataclasses import dataclass
from pathlib import Path

from kazashi.errors import ReaderError


class NotFlashed(ReaderError):
    """The firmware was not put on the board."""


@dataclass(eq=False)
class WrongBoard(NotFlashed):
    """The board is of another type. `asked` and `found`: names of boards in MicroPython."""

    asked: str
    found: str


@dataclass(eq=False)
class MicroPythonTooOld(NotFlashed):
    """MicroPython on the board is too old. `found` and `needed`: versions, such as 1.23."""

    found: str
    needed: str


class FirmwareFrozen(NotFlashed):
    """The board's MicroPython contains a firmware, which files do not replace."""


class BoardUnreachable(NotFlashed):
    """Neither a reader nor MicroPython's prompt answers."""


class BoardFull(NotFlashed):
    """Other files take the space that the firmware needs."""


@dataclass(eq=False)
class BoardFailed(NotFlashed):
    """MicroPython reports an error. `said`: its message, in one line."""

    said: str


class EndlessAnswer(NotFlashed):
    """MicroPython's output of a command is longer than any valid one."""


@dataclass(eq=False)
class FileDamaged(NotFlashed):
    """A file arrived damaged. `name`: the name of the file."""

    name: str


@dataclass(eq=False)
class FirmwareDoesNotStart(NotFlashed):
    """The reader does not answer after the copy. `said`: MicroPython's output, in one line."""

    said: str


@dataclass(eq=False)
class BoardFileWrong(NotFlashed):
    """A board.py is wrong. `file`: its path. `said`: Python's message."""

    file: Path
    said: str


@dataclass(eq=False)
class ModuleNotCompiled(NotFlashed):
    """mpy-cross refuses a module. `file`: its source. `said`: mpy-cross's message, in one line."""

    file: Path
    said: str


@dataclass(eq=False)
class ImageNotBuilt(NotFlashed):
    """The build of the image failed. `said`: the last line of its output."""

    said: str
