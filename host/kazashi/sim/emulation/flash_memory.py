"""The flash of an emulated board: the same files as on a real board, in a littlefs."""

import errno
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from littlefs import LittleFS, UserContext
from rp2040py.boards import FlashLayout

from kazashi.device_files import device_folder
from kazashi.errors import ReaderNotFound
from kazashi.flashing.board_files import Board, compiled
from kazashi.usb.ids import TEST

_SOURCE = ("main.py", "boot.py")  # found by name; so is board.py, which users edit


def firmware_files(
    board: str, bus: str, beside: Path | None = None, *, has_ccid: bool = False
) -> dict[str, bytes]:
    """Files in the flash of a `board`, by name: compiled, except those that must be source.

    `beside`: a folder of files to add.

    Lines are appended to board.py: one that sets `bus`, as for a chip wired to another bus; if
    `has_ccid`, those of a CCID reader with pid.codes' test ID.

    Raises:
        ReaderNotFound: there is no such board.
    """
    pins = device_folder("boards") / board / "board.py"
    if not pins.is_file():
        raise ReaderNotFound(f"pico:?board={board}", os.strerror(errno.ENOENT))
    named = Board.named(board)
    if has_ccid:
        named = named.with_ccid(TEST)
    modules = sorted(device_folder("firmware").glob("*.py"))
    modules += sorted(beside.glob("*.py")) if beside else []
    sources = [pins, *(m for m in modules if m.name in _SOURCE)]
    files = {source.name: source.read_bytes() for source in sources}
    files |= compiled([m for m in modules if m.name not in _SOURCE], named.arch)
    files[pins.name] = named.board_py().encode() + f'\nBUS = "{bus}"\n'.encode()
    return files


def littlefs(files: Mapping[str, bytes], layout: FlashLayout) -> bytes:
    """A filesystem image with these files at its root."""
    size, count = layout.fs_blocksize, layout.fs_blockcount
    context = UserContext(buffsize=size * count)
    filesystem: Any = LittleFS(
        context=context, block_size=size, block_count=count, prog_size=256, disk_version=0x00020000
    )
    for name, data in files.items():
        with filesystem.open(f"/{name}", "wb") as file:
            file.write(data)
    filesystem.unmount()
    return bytes(context.buffer)
