"""The MicroPython that an emulated Pico boots."""

import struct
from http.client import HTTPException
from pathlib import Path

from rp2040py.boards import BOARDS, resolve_firmware

from kazashi.errors import NoReader

_VERSION = "1.25.0"  # rp2040py's own choice, 1.21, does not take .mpy files of today
_BLOCK = 512  # bytes; of a UF2: microsoft/uf2
_MAGIC = 0x0A324655


def official_image() -> Path:
    """MicroPython's own, downloaded once: rp2040py keeps it in ~/.cache/rp2040py.

    Raises:
        NoReader: it cannot be had.
    """
    try:
        image = resolve_firmware(BOARDS["pico"], "micropython", _VERSION).image
    except (OSError, HTTPException) as error:
        raise _not_downloaded(str(getattr(error, "reason", error))) from error
    if image is None:
        raise _not_downloaded("the server does not give it")
    return Path(image)


def checked(image: Path) -> Path:
    """`image`, if all of it is there. Raises NoReader where it is not."""
    if not image.is_file():
        raise NoReader(f"pico:{image}", "no such image: name a UF2 of MicroPython for the Pico")
    if not _is_whole(image.read_bytes()):
        raise NoReader(f"pico:{image}", "no whole UF2: delete it and get it again, or name another")
    return image


def _is_whole(uf2: bytes) -> bool:
    """Its last block says that it is the last."""
    if not uf2 or len(uf2) % _BLOCK:
        return False
    magic, number, count = struct.unpack_from("<I16xII", uf2, len(uf2) - _BLOCK)
    return magic == _MAGIC and number + 1 == count


def _not_downloaded(reason: str) -> NoReader:
    advice = "name a UF2 file, pico:FILE, or build one with .ci/rp2040-image"
    return NoReader("pico:", f"MicroPython {_VERSION} was not downloaded, {reason}; {advice}")
