"""What an ATR tells of a contactless card: the reader makes it, the card has none.

Ref: PC/SC part 3, 2.01.09, §3.1.3.2.3: 3B 8n 80 01, n bytes, TCK. Of Type A the n bytes are the
historical bytes of its ATS; of Type B they are 8: application data (4) and protocol info (3) of its
ATQB, and MBLI × 16.
"""

from dataclasses import dataclass

from kazashi_wire.messages import Technology

_HEAD = bytes((0x80, 0x01))
_STORAGE = bytes.fromhex("804f0ca000000306")  # a tag: the reader speaks for it
_ATQB = b"\x50"
_LONGEST_FRAME = 8  # code of 256 bytes, ISO/IEC 14443-3 §7.9.4.4; the rest is reserved


@dataclass(frozen=True)
class Contactless:
    """What is known of a card. `technology`: None if it is connected by contacts, or untold."""

    technology: Technology | None
    atqb: bytes = b""  # of Type B: 12 bytes, the PUPI zeroed
    is_tag: bool = False  # without ISO/IEC 14443-4


def contactless(atr: bytes) -> Contactless:
    """What the ATR tells. A Type A card with 8 historical bytes may look like one of Type B."""
    size = atr[1] & 0x0F if len(atr) > 1 else 0
    if len(atr) != 5 + size or atr[0] != 0x3B or atr[1] >> 4 != 8 or atr[2:4] != _HEAD:
        return Contactless(None)
    told = atr[4:-1]
    if told.startswith(_STORAGE):
        return Contactless(None, is_tag=True)
    if _is_of_type_b(told):
        return Contactless(Technology.TYPE_B, _ATQB + bytes(4) + told[:7])
    return Contactless(Technology.TYPE_A)


def _is_of_type_b(told: bytes) -> bool:
    """Protocol info: no reserved bit of the bit rates, a frame size that exists, ISO-DEP."""
    if len(told) != 8 or told[7] & 0x0F:
        return False
    rates, protocol = told[4], told[5]
    return not rates & 0x08 and protocol >> 4 <= _LONGEST_FRAME and protocol & 0x09 == 0x01
