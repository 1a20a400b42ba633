"""What PC/SC wants of a card without contacts: an ATR, and commands to the reader.

Ref: PC/SC 2.01 part 3, §3.1.3.2.3 (ATR) and §3.2.2.1 (GET DATA).
"""

from micropython import const

import wire
from octets import copy
from usb_ccid import HEAD

_TYPING = const(0)  # MicroPython has no typing: what follows is compiled away there
if _TYPING:
    from field import Field

PSEUDO = const(0xFF)  # class of commands to the reader
_GET_DATA = const(0xCA)
_HISTORICAL = const(0x0100)  # P1, P2
_SHORTEST = const(4)  # bytes of a command
_END_REACHED = const(0x6282)  # there are fewer bytes than Le
_MOST_HISTORICAL = const(15)
_ATS = const(3)  # its index in `Field.answer` of Type A
_ATQB_DATA = const(5)  # in that of Type B: application data, protocol info
_ATQB_DATA_SIZE = const(7)


def put_atr(field: "Field", tx: bytearray, start: int) -> int:
    """The ATR of the card found, to `tx` from `start` on. Returns its size."""
    at, count = _historical(field)
    if field.technology == wire.TECHNOLOGY_TYPE_B:
        at, count = _ATQB_DATA, _ATQB_DATA_SIZE
    copy(field.answer, at, tx, start + 4, count)
    if field.technology == wire.TECHNOLOGY_TYPE_B:
        tx[start + 4 + count] = 0  # MBLI: unknown
        count += 1
    tx[start] = 0x3B
    tx[start + 1] = 0x80 | count
    tx[start + 2] = 0x80
    tx[start + 3] = 0x01
    check = 0
    for i in range(start + 1, start + 4 + count):
        check ^= tx[i]
    tx[start + 4 + count] = check
    return count + 5


def serve(field: "Field", rx: bytearray, end: int, tx: bytearray) -> int:
    """Answer the command to the reader that lies in `rx` from HEAD to `end`, in `tx` from HEAD on.

    Returns the size of the response. The card's number, its PUPI, is not told: FF CA 00 00.
    """
    size = end - HEAD
    at, count = _historical(field)
    le = rx[HEAD + _SHORTEST] if size > _SHORTEST else 0  # 0: all of them
    status = 0x9000
    if size < _SHORTEST:
        status = 0x6700
    elif rx[HEAD + 1] != _GET_DATA:
        status = 0x6D00
    elif rx[HEAD + 2] << 8 | rx[HEAD + 3] != _HISTORICAL or not count:
        status = 0x6A81
    elif size > _SHORTEST + 1:
        status = 0x6700
    elif le and le < count:
        status = 0x6C00 | count
    elif le > count:
        status = _END_REACHED
    if status not in (0x9000, _END_REACHED):
        count = 0
    copy(field.answer, at, tx, HEAD, count)
    tx[HEAD + count] = status >> 8
    tx[HEAD + count + 1] = status & 0xFF
    return count + 2


def _historical(field: "Field") -> "tuple[int, int]":
    """Where the historical bytes of an ATS lie in `field.answer`, and how many there are."""
    answer = field.answer
    if field.technology != wire.TECHNOLOGY_TYPE_A or field.count < _ATS + 2:
        return 0, 0
    t0 = answer[_ATS + 1]
    start = _ATS + 2 + (t0 >> 4 & 1) + (t0 >> 5 & 1) + (t0 >> 6 & 1)
    end = min(_ATS + answer[_ATS], field.count)
    return start, max(0, min(_MOST_HISTORICAL, end - start))
