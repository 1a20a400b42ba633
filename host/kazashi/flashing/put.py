"""Make a board's files those of the firmware, so that it can be cut anywhere and run again.

What MicroPython starts, main.py, goes first and comes back last: a board that was left in between
has no firmware to run and stays at MicroPython's prompt. Each file is written under another name,
checked by its hash, and only then takes its own name.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from kazashi.flashing.errors import FileDamaged, FirmwareFrozen, MicroPythonTooOld, WrongBoard

from .board_files import LIST, MAIN, Board, digest

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

Progress = Callable[[int, int], None]  # bytes done, bytes in all


class Prompt(Protocol):
    """What is needed of a board at MicroPython's prompt. mpremote's Transport is one."""

    def exec(self, command: str) -> object: ...
    def eval(self, expression: str) -> Any: ...
    def fs_listdir(self) -> list[Any]: ...
    def fs_readfile(self, src: str) -> bytearray: ...
    def fs_writefile(self, dest: str, data: bytes, *, progress_callback: Progress) -> None: ...
    def fs_hashfile(self, path: str, algo: str) -> bytes: ...
    def fs_rmfile(self, path: str) -> None: ...


def check_board(prompt: Prompt, board: Board) -> None:
    """Raises WrongBoard; MicroPythonTooOld; FirmwareFrozen if it has a firmware inside that no file
    would ever replace.
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
    """Make the board's files these. What lies there already, and is whole, is left alone.

    `prompt` is at MicroPython's prompt; `files` are in the order in which they are to be
    written, LIST first and MAIN last.

    Raises:
        FileDamaged: a file did not arrive whole.
        LinkError: the board left. Run it again.
    """
    found = _found(prompt, files)
    stale = [name for name in found if name not in files]
    wanted = [name for name, data in files.items() if found.get(name) != digest(data)]
    if not (stale or wanted):
        return
    if MAIN in found:
        prompt.fs_rmfile(MAIN)
    for name in stale:
        prompt.fs_rmfile(name)
    order = [name for name in files if name in wanted or name == MAIN]
    total, done = sum(len(files[name]) for name in order), 0

    def on_sent(sent: int, _size: int) -> None:
        on_progress(done + sent, total)

    for name in order:
        _put(prompt, name, files[name], on_sent)
        done += len(files[name])


def _found(prompt: Prompt, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """By name, the hashes of all files on the board that are the firmware's: those of today, those
    that another release has left, what was not written to its end, and the source of a module,
    which MicroPython would take before the module.
    """
    names = {file.name for file in prompt.fs_listdir()}
    known = set(files)
    if LIST in names:
        known |= set(prompt.fs_readfile(LIST).decode("utf-8", "replace").split())
    known |= {name + _PART for name in known}
    known |= {name.removesuffix(".mpy") + ".py" for name in files}
    return {name: prompt.fs_hashfile(name, "sha256") for name in sorted(names & known)}


def _dotted(version: Sequence[int]) -> str:
    return ".".join(map(str, version))


def _put(prompt: Prompt, name: str, data: bytes, on_progress: Progress) -> None:
    part = name + _PART
    prompt.fs_writefile(part, data, progress_callback=on_progress)
    if prompt.fs_hashfile(part, "sha256") != digest(data):
        raise FileDamaged(name)
    prompt.exec(f"import os\nos.rename({part!r}, {name!r})")
