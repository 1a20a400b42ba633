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
├── UsbIdMissing            CCID needs a USB ID of its owner
├── ModuleNotCompiled       mpy-cross refuses a module of the firmware
├── ImageNotBuilt           MicroPython with the firmware inside was not built
├── Uf2Malformed            the file is no UF2 for the flash of a board
├── Uf2Foreign              the file is for another chip
├── SeveralInBootsel        unplug all boards in BOOTSEL mode but one
├── BootselForbidden        permission is missing (`kazashi list --udev`), or it is in use
├── BootselLost             the board in BOOTSEL mode left
├── BootselSilent           it does not answer in time
├── BootselRefused          it refused a command: see `status`
└── FlashDiffers            what was read is not what was written
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
class UsbIdMissing(NotFlashed):
    """CCID needs a USB ID of its owner: `file`, the board's board.py, has none."""

    file: Path


@dataclass(eq=False)
class ModuleNotCompiled(NotFlashed):
    """mpy-cross refuses a module. `file`: its source. `said`: mpy-cross's message, in one line."""

    file: Path
    said: str


@dataclass(eq=False)
class ImageNotBuilt(NotFlashed):
    """The build of the image failed. `said`: the last line of its output."""

    said: str


@dataclass(eq=False)
class Uf2Malformed(NotFlashed):
    """A file is no UF2 for the flash of a board. `reason`: what does not fit."""

    reason: str


@dataclass(eq=False)
class Uf2Foreign(NotFlashed):
    """A file is of a `family` that does not run on `chip`."""

    chip: str
    family: str


@dataclass(eq=False)
class SeveralInBootsel(NotFlashed):
    """`places` are those of the boards in BOOTSEL mode on USB."""

    places: list[str]


@dataclass(eq=False)
class BootselForbidden(NotFlashed):
    """The board in BOOTSEL mode cannot be used. `reason`: the system's message."""

    reason: str


@dataclass(eq=False)
class BootselLost(NotFlashed):
    """The board in BOOTSEL mode left at `command`."""

    command: str


@dataclass(eq=False)
class BootselSilent(NotFlashed):
    """The board in BOOTSEL mode did not end a transfer of `command` in `waited_s`."""

    command: str
    waited_s: float


@dataclass(eq=False)
class BootselRefused(NotFlashed):
    """The board in BOOTSEL mode refused `command`. `status`: the reason that it gave."""

    command: str
    status: str


@dataclass(eq=False)
class FlashDiffers(NotFlashed):
    """What was read from the flash at `address` is not what was written."""

    address: int
