"""The flash of an emulated board: the firmware's files as a real board has them, as littlefs."""

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

_SOURCE = ("main.py", "boot.py")  # what MicroPython starts by name; with board.py, for people


def firmware_files(board: str, bus: str, beside: Path | None = None) -> dict[str, bytes]:
    """By name, what is in the flash of a `board`: compiled, but for what has to be source.

    `beside` is a folder of files that go there, too.

    board.py has a line more: the `bus`, as somebody would set it who wires another than is usual.

    Raises:
        ReaderNotFound: there is no such board.
    """
    pins = device_folder("boards") / board / "board.py"
    if not pins.is_file():
        raise ReaderNotFound(f"pico:?board={board}", os.strerror(errno.ENOENT))
    arch = Board.named(board).arch
    modules = sorted(device_folder("firmware").glob("*.py"))
    modules += sorted(beside.glob("*.py")) if beside else []
    sources = [pins, *(m for m in modules if m.name in _SOURCE)]
    files = {source.name: source.read_bytes() for source in sources}
    files |= compiled([m for m in modules if m.name not in _SOURCE], arch)
    files[pins.name] += f'\nBUS = "{bus}"\n'.encode()
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
