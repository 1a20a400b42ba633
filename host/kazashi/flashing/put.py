"""Sync the firmware's files to a board; safe to interrupt and run again.

main.py and boot.py, which MicroPython starts, are removed first and written last: after an
interruption the board has no firmware to run and stays at MicroPython's prompt. Each file is
written under a temporary name, checked by its hash, and then renamed.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from kazashi.flashing.errors import FileDamaged, FirmwareFrozen, MicroPythonTooOld, WrongBoard

from .board_files import BOOT, LIST, MAIN, Board, digest

_PART = ".part"
_FROZEN = """
import sys
sys.path[:] = [".frozen"]
sys.modules.pop("wire", None)  # main.py may have found it elsewhere
try:
    import wire
except ImportError:
    wire = None
"""
# For hashes of all files in one command: mpremote takes three for each.
_DIGESTS = """
import hashlib
def digests(names):
    found, buf = {}, memoryview(bytearray(1024))
    for name in names:
        h = hashlib.sha256()
        with open(name, "rb") as f:
            while n := f.readinto(buf):
                h.update(buf[:n])
        found[name] = h.digest()
    return found
"""

Progress = Callable[[int, int], None]  # bytes done, total bytes


class Prompt(Protocol):
    """A board at MicroPython's prompt. mpremote's Transport is one."""

    def exec(self, command: str) -> object: ...
    def eval(self, expression: str) -> Any: ...
    def fs_listdir(self) -> list[Any]: ...
    def fs_readfile(self, src: str) -> bytearray: ...
    def fs_writefile(self, dest: str, data: bytes, *, progress_callback: Progress) -> None: ...
    def fs_rmfile(self, path: str) -> None: ...


def check_board(prompt: Prompt, board: Board) -> None:
    """Check that the firmware for `board` can be copied to this one.

    Raises:
        WrongBoard: the board is of another type.
        MicroPythonTooOld: put a newer MicroPython on it first.
        FirmwareFrozen: its MicroPython contains a firmware, which files do not replace.
    """
    prompt.exec("import sys")
    found = prompt.eval("getattr(sys.implementation, '_machine', sys.platform)")
    if found != board.machine:
        raise WrongBoard(board.machine, found)
    version = prompt.eval("sys.implementation.version")[:2]
    if version < board.oldest:
        raise MicroPythonTooOld(_dotted(version), _dotted(board.oldest))
    prompt.exec(_FROZEN)
    if prompt.eval("bool(wire)"):
        raise FirmwareFrozen


def flash(prompt: Prompt, files: Mapping[str, bytes], on_progress: Progress) -> None:
    """Sync `files` to the board. Files that are there already and undamaged are not written.

    `prompt` is at MicroPython's prompt; `files` are in the order of writing, LIST first, BOOT and
    MAIN last.

    Raises:
        FileDamaged: a file arrived damaged.
        LinkError: the board disconnected. Call it again.
    """
    prompt.exec(_DIGESTS)
    found = _found(prompt, files)
    stale = [name for name in found if name not in files]
    wanted = [name for name, data in files.items() if found.get(name) != digest(data)]
    if not (stale or wanted):
        return
    started = [name for name in (MAIN, BOOT) if name in found]
    for name in (*started, *stale):
        prompt.fs_rmfile(name)
    order = [name for name in files if name in wanted or name in (BOOT, MAIN)]
    total, done = sum(len(files[name]) for name in order), 0

    def on_sent(sent: int, _size: int) -> None:
        on_progress(done + sent, total)

    for name in order:
        _put(prompt, name, files[name], on_sent)
        done += len(files[name])


def _found(prompt: Prompt, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Hashes, by name, of all files of the firmware on the board: current ones, those left by
    another release, partly written ones, and sources of modules, which MicroPython would import
    instead of the compiled modules.
    """
    names = {file.name for file in prompt.fs_listdir()}
    known = set(files)
    if LIST in names:
        known |= set(prompt.fs_readfile(LIST).decode("utf-8", "replace").split())
    known |= {name + _PART for name in known}
    known |= {name.removesuffix(".mpy") + ".py" for name in files}
    return _digests(prompt, sorted(names & known))


def _digests(prompt: Prompt, names: Sequence[str]) -> dict[str, bytes]:
    return prompt.eval(f"digests({names!r})")


def _dotted(version: Sequence[int]) -> str:
    return ".".join(map(str, version))


def _put(prompt: Prompt, name: str, data: bytes, on_progress: Progress) -> None:
    part = name + _PART
    prompt.fs_writefile(part, data, progress_callback=on_progress)
    if _digests(prompt, [part])[part] != digest(data):
        raise FileDamaged(name)
    prompt.exec(f"import os\nos.rename({part!r}, {name!r})")
