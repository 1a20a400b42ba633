"""The ATR of a contactless card, which has none itself: PC/SC makes it of what the card announces.

Ref: PC/SC Specification 2.01, Part 3, §3.1.3.2.3; ISO/IEC 14443-3 §7.9 (ATQB), 14443-4 §5.2 (ATS).
"""

from kazashi_wire.messages import Technology

_MOST = 15  # historical bytes in an ATR
_ATS = 3  # its place in the answer of a Type A card, after ATQA (2) and SAK (1)
_INTERFACE_BYTES = (0x10, 0x20, 0x40)  # TA, TB, TC of an ATS follow if T0 has these bits


def atr(technology: Technology | None, answer: bytes) -> bytes:
    """The ATR of a card. `answer`: of `Card`; see `CardFound` of the wire.

    Type B: the application data and protocol info of its ATQB, and its MBLI: always 0 here, which
    is "no information", since the answer to ATTRIB stays in the reader. Type A: its historical
    bytes. No PUPI and no UID is in it.
    """
    if technology is Technology.TYPE_B:
        historical = answer[5:12].ljust(7, b"\0") + b"\0"
    else:
        historical = historical_bytes(technology, answer)
    body = bytes((0x80 | len(historical), 0x80, 0x01)) + historical
    check = 0
    for byte in body:
        check ^= byte
    return b"\x3b" + body + bytes((check,))


def historical_bytes(technology: Technology | None, answer: bytes) -> bytes:
    """The historical bytes of a Type A card's ATS, at most 15; Type B has none."""
    if technology is Technology.TYPE_B:
        return b""
    ats = answer[_ATS:][: answer[_ATS]] if len(answer) > _ATS else b""
    t0 = ats[1] if len(ats) > 1 else 0
    skipped = sum(bool(t0 & bit) for bit in _INTERFACE_BYTES)
    return ats[2 + skipped :][:_MOST]
