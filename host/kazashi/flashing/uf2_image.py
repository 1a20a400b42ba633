"""Read a UF2 file for the flash of an RP2040 or RP2350.

Ref: microsoft/uf2, README.md; RP2040 Datasheet §2.8.4.2, RP2350 Datasheet §5.5.2: blocks of 256
bytes with a family, at addresses that are multiples of 256.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass

from .errors import Uf2Malformed

PAGE = 256
FLASH, FLASH_END = 0x1000_0000, 0x1100_0000  # 16 MB, what an RP2040 can address
_BLOCK = struct.Struct("<8I476sI")
_START, _START2, _END = 0x0A324655, 0x9E5D5157, 0x0AB16F30
_NOT_MAIN_FLASH, _HAS_FAMILY = 0x0001, 0x2000  # flags


@dataclass(frozen=True)
class Image:
    """What is written to the flash: pages of 256 bytes by address, in ascending order."""

    family: int
    pages: Mapping[int, bytes]

    @property
    def size(self) -> int:
        return PAGE * len(self.pages)


def read_uf2(data: bytes) -> Image:
    """The image in a UF2 file.

    Raises:
        Uf2Malformed: a block is damaged or missing, is not for the flash, or is of another family
            than the first.
    """
    if not data or len(data) % _BLOCK.size:
        raise Uf2Malformed(f"its size, {len(data)} bytes, is no multiple of {_BLOCK.size}")
    pages: dict[int, bytes] = {}
    families: set[int] = set()
    count = len(data) // _BLOCK.size
    for number, block in enumerate(_BLOCK.iter_unpack(data)):
        start, start2, flags, address, size, its_number, its_count, family, payload, end = block
        if (start, start2, end) != (_START, _START2, _END):
            raise Uf2Malformed(f"block {number} does not begin or end as one")
        if (its_number, its_count) != (number, count):
            raise Uf2Malformed(f"block {number} of {count} says {its_number} of {its_count}")
        if flags & _NOT_MAIN_FLASH or not flags & _HAS_FAMILY:
            raise Uf2Malformed(f"block {number} has the flags {flags:#x}")
        if size != PAGE or address % PAGE or not FLASH <= address < FLASH_END:
            raise Uf2Malformed(f"block {number} is {size} bytes for {address:#x}")
        if address in pages:
            raise Uf2Malformed(f"block {number} is for {address:#x}, as another is")
        pages[address] = payload[:PAGE]
        families.add(family)
    if len(families) > 1:
        raise Uf2Malformed("its blocks are of several families")
    return Image(families.pop(), dict(sorted(pages.items())))
