"""The floor: what the radio alone needs, whoever drives it, on a card that takes no time.

Of a certificate: SELECT of the application and one extended READ BINARY of exactly the certificate.
Of a check-in with the PIN: that, how many tries are left, VERIFY, and a signature of RSA-2048.
Frames have 256 bytes at 106 kbit/s.
"""

from kazashi.cards.apdu import Command
from kazashi.cards.jpki import AID
from kazashi.cards.signing import sign_command
from kazashi.sim.radio import frame_time, time_to_card, time_to_reader
from kazashi_wire.messages import Technology

BYTE_S = 10 * 128 / 13.56e6  # a byte on air: ten bits at 106 kbit/s

_INF = 256 - 3  # bytes of a block that are the APDU's: all but PCB and CRC
_CONTROL = 3  # bytes of an R-block
_STATUS = 2
_SELECT = Command(0x00, 0xA4, 0x04, 0x0C, AID)
_ASK_TRIES = Command(0x00, 0x20, 0x00, 0x80)
_VERIFY = Command(0x00, 0x20, 0x00, 0x80, bytes(4))
_SIGN = sign_command(0x80, b"")


def floor_s(certificate_bytes: int) -> float:
    """Seconds that a certificate of this size needs on air at least."""
    read = Command(0x00, 0xB0, 0x8A, 0x00, ne=certificate_bytes)
    return _apdu_s(len(_SELECT.build()), 0) + _apdu_s(len(read.build()), certificate_bytes)


def check_in_floor_s(certificate_bytes: int) -> dict[str, float]:
    """Seconds on air at least of a check-in with the PIN, by its steps."""
    pin_s = _apdu_s(len(_ASK_TRIES.build()), 0) + _apdu_s(len(_VERIFY.build()), 0)
    return {
        "certificate": floor_s(certificate_bytes),
        "pin": pin_s,
        "signature": _apdu_s(len(_SIGN.build()), _SIGN.ne),
    }


def _apdu_s(command: int, data: int) -> float:
    """Seconds for a command of one block and its response, whose first block it asks for."""
    asking, left, seconds = _CONTROL + command, data + _STATUS, 0.0
    while left:
        inf = min(left, _INF)
        seconds += _exchange_s(asking, _CONTROL + inf)
        asking, left = _CONTROL, left - inf
    return seconds


def _exchange_s(asking: int, answering: int) -> float:
    """Seconds for a frame either way, and the pauses of the standard after each."""
    kind = Technology.TYPE_B
    there = frame_time(kind, asking, from_card=False) + time_to_card(kind)
    return there + frame_time(kind, answering, from_card=True) + time_to_reader(kind)
