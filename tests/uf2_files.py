"""UF2 files made by tests, after microsoft/uf2."""

import struct

PAGE = 256
RP2040 = 0xE48BFF56
BLOCK = 512


def block(address, data, number, count, *, family=RP2040, flags=0x2000, size=PAGE):
    head = (0x0A324655, 0x9E5D5157, flags, address, size, number, count, family)
    return struct.pack("<8I476sI", *head, data, 0x0AB16F30)


def uf2(pages, **kinds):
    """A UF2 file of pages by address."""
    count = len(pages)
    blocks = (block(*page, each, count, **kinds) for each, page in enumerate(pages.items()))
    return b"".join(blocks)
