"""The unique ID of the emulated flash, which is the board's serial number.

Ref: Winbond W25Q16JV §8.2.19, Read Unique ID (4B): four dummy bytes, then eight of the ID. rp2040py
0.3.6 does not know it: all its boards would have the number FFFFFFFFFFFFFFFF.
"""

from typing import Any

from rp2040py.rp2040 import RP2040

_READ_UNIQUE_ID = 0x4B
_BEFORE_ID = 5  # bytes: the command and four dummy bytes
_ID = b"SIMULATD"  # kazashi.reports.SIMULATED_SERIAL


def give_unique_id(mcu: RP2040) -> None:
    """Patch the flash of an RP2040 that has not been started."""
    ssi: Any = mcu.ssi
    shift = ssi._shift_byte

    def answering(byte: int) -> int:
        answer: int = shift(byte)
        sent: bytearray = ssi._tx_buffer
        at = len(sent) - 1 - _BEFORE_ID
        return _ID[at] if sent[0] == _READ_UNIQUE_ID and 0 <= at < len(_ID) else answer

    ssi._shift_byte = answering
