"""Hostile versions of good files: bytes changed, and data objects, with lengths that still fit.

Noise ends at the first byte that a parser looks at. A real file with one wrong object gets as far
as the code that uses that object.
"""

import random
from dataclasses import dataclass

from kazashi.sim.tlv import tlv

# Universal types of ASN.1, some context-specific ones, and tags of the cards' own files.
TAGS = bytes.fromhex("0102030405060a0c1213141617181e303180818286a0a1a2a3")
CONTENTS = [
    *(b"", b"\0", b"\xff", b"\x80", bytes(20), b"\xff" * 300, b"9" * 14 + b"Z", b"00010101000000Z"),
    *(b"99991231235959Z", b"491332000000Z", b"\xed\xa0\x80", b"\xd8\0", b"\x1b[2J", b"\xf0\x9f"),
    *(b"\x2b\x80\x01", b"\x81" * 40, b"\x7f", b"\xde\xad" * 2000),
]
LENGTHS = [b"\0", b"\x01", b"\x7f", b"\x80", b"\x81\xff", b"\x82\xff\xff", b"\x84\xff\xff\xff\xff"]


@dataclass
class Object:
    """A data object. `parts`: the objects in it; None: it is `content`."""

    tag: int
    content: bytes
    parts: "list[Object] | None"
    prefix: bytes = b""  # before the parts: unused bits of a BIT STRING

    def encoded(self) -> bytes:
        if self.parts is None:
            return tlv(self.tag, self.content)
        return tlv(self.tag, self.prefix + b"".join(part.encoded() for part in self.parts))

    def all(self) -> "list[Object]":
        return [self, *(each for part in self.parts or [] for each in part.all())]


def objects(data: bytes) -> list[Object] | None:
    """The objects in `data`; None: there is something else in it."""
    found = []
    while data:
        width = 2 if data[0] & 0x1F == 0x1F else 1
        count = max(0, data[width] - 0x80) if len(data) > width else 9
        start = width + 1 + count
        if count > 2 or len(data) < start:
            return None
        size = int.from_bytes(data[width + 1 : start], "big") if count else data[width]
        content, tag = data[start : start + size], int.from_bytes(data[:width], "big")
        if len(content) < size:
            return None
        prefix = content[:1] if tag == 0x03 and content[:1] == b"\0" else b""
        parts = objects(content[len(prefix) :])
        found.append(Object(tag, content, parts or None, prefix))
        data = data[start + size :]
    return found


def mutated(seed: int, good: bytes) -> bytes:
    """`good`, with one to three things wrong in it."""
    dice = random.Random(seed)
    data = good
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        change = dice.choice((_change_object, _change_object, _change_object, _change_bytes))
        data = change(dice, data)
    return data


def _change_object(dice: random.Random, data: bytes) -> bytes:
    found = objects(data)
    if not found:
        return _change_bytes(dice, data)
    chosen = dice.choice([each for one in found for each in one.all()])
    change = dice.randrange(7)
    if change == 0:
        chosen.tag = dice.choice(TAGS)
    elif change == 1:
        chosen.content, chosen.parts = dice.choice(CONTENTS), None
    elif change == 2:
        chosen.content, chosen.parts = dice.randbytes(len(chosen.content)), None
    elif change == 3 and chosen.parts:
        chosen.parts.pop(dice.randrange(len(chosen.parts)))
    elif change == 4 and chosen.parts:
        chosen.parts *= dice.choice((2, 3, 20))
    elif change == 5 and chosen.parts:
        dice.shuffle(chosen.parts)
    else:
        other = dice.choice([each for one in found for each in one.all()])
        chosen.content, chosen.parts = other.encoded(), None
    try:
        encoded = b"".join(each.encoded() for each in found)
    except OverflowError:  # longer than three bytes of length can say
        return data
    return encoded if len(encoded) < 0x8000 else data


def _change_bytes(dice: random.Random, data: bytes) -> bytes:
    at = dice.randrange(len(data)) if data else 0
    size = dice.choice((1, 1, 2, 8))
    return dice.choice(
        (
            data[:at] + dice.randbytes(size) + data[at + size :],
            data[:at] + bytes((dice.choice(TAGS),)) + data[at + 1 :],
            data[:at] + dice.choice(LENGTHS) + data[at + 1 :],
            data[:at] + dice.randbytes(size) + data[at:],
            data[:at] + data[at + size :],
            data[:at] + data[dice.randrange(len(data) or 1) :],
            data[:at],
        )
    )
