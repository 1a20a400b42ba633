"""Commands of a PC/SC program that are for the reader, and never reach the card: class FF.

Ref: PC/SC Specification 2.01, Part 3, §3.2.2.1.3 (GET DATA).
"""

from kazashi.card import Card
from kazashi.pcsc.atr import historical_bytes

OK = b"\x90\x00"
WRONG_LENGTH = b"\x67\x00"
_UNSUPPORTED = b"\x6a\x81"
_END_REACHED = b"\x62\x82"  # there are fewer bytes than Le
_UNKNOWN_INSTRUCTION = b"\x6d\x00"
_READERS_CLASS, _GET_DATA = 0xFF, 0xCA
_SHORTEST = 4  # bytes of a command APDU
_GET_HISTORICAL_BYTES = (0x01, 0x00)


def answered_here(command: bytes, card: Card) -> bytes | None:
    """The response to a command that is not for the card; None if it is.

    FF CA 00 00 asks for the PUPI or UID: refused on purpose, it stays inside the reader.
    FF CA 01 00 gives the historical bytes of a card that has some.
    """
    if len(command) < _SHORTEST:
        return WRONG_LENGTH
    if command[0] != _READERS_CLASS:
        return None
    if command[1] != _GET_DATA:
        return _UNKNOWN_INSTRUCTION
    data = historical_bytes(card.technology, card.answer)
    if (command[2], command[3]) != _GET_HISTORICAL_BYTES or not data:
        return _UNSUPPORTED
    return _cut(data, command[4:])


def _cut(data: bytes, le: bytes) -> bytes:
    """`data` if the command's Le allows all of it, else the right Le (6Cxx)."""
    if len(le) > 1:
        return WRONG_LENGTH
    most = le[0] if le else 0  # 0: all of it
    if most and most < len(data):
        return bytes((0x6C, len(data)))
    return data + (_END_REACHED if most > len(data) else OK)
