"""The MicroPython image that an emulated Pico boots."""

import errno
import os
import struct
from http.client import HTTPException
from pathlib import Path

from rp2040py.boards import BOARDS, resolve_firmware

from kazashi.errors import ReaderNotFound
from kazashi.sim.emulation.errors import ImageBroken, ImageUnavailable

_VERSION = "1.25.0"  # rp2040py's default, 1.21, does not load current .mpy files
_BLOCK = 512  # bytes; of a UF2: microsoft/uf2
_MAGIC = 0x0A324655


def official_image() -> Path:
    """The official image, downloaded once: rp2040py keeps it in ~/.cache/rp2040py.

    Raises:
        ImageUnavailable: it cannot be downloaded.
    """
    try:
        image = resolve_firmware(BOARDS["pico"], "micropython", _VERSION).image
    except (OSError, HTTPException) as error:
        raise ImageUnavailable(_VERSION, str(getattr(error, "reason", error))) from error
    if image is None:
        raise ImageUnavailable(_VERSION, os.strerror(errno.ENOENT))
    return Path(image)


def checked(image: Path) -> Path:
    """Return `image` if it is a complete UF2.

    Raises:
        ReaderNotFound: there is no such file.
        ImageBroken: the file is not complete.
    """
    if not image.is_file():
        raise ReaderNotFound(f"pico:{image}", os.strerror(errno.ENOENT))
    if not _is_whole(image.read_bytes()):
        raise ImageBroken(image)
    return image


def _is_whole(uf2: bytes) -> bool:
    """Whether the last block has the highest block number."""
    if not uf2 or len(uf2) % _BLOCK:
        return False
    magic, number, count = struct.unpack_from("<I16xII", uf2, len(uf2) - _BLOCK)
    return magic == _MAGIC and number + 1 == count
