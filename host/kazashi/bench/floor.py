"""The floor: the air time that a driver needs at least, on a card that takes no time.

Of a certificate: SELECT of the application and one extended READ BINARY of exactly the certificate.
Of a check-in with the PIN: that, how many tries are left, VERIFY, and a signature of RSA-2048.
Frames have 256 bytes. A check-in is read at 106 kbit/s.
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


def floor_s(certificate_bytes: int, bit_rate: int = 106) -> float:
    """Least seconds on air of a certificate of this size, at `bit_rate` kbit/s."""
    read = Command(0x00, 0xB0, 0x8A, 0x00, ne=certificate_bytes)
    select_s = _apdu_s(len(_SELECT.build()), 0, bit_rate)
    return select_s + _apdu_s(len(read.build()), certificate_bytes, bit_rate)


def check_in_floor_s(certificate_bytes: int) -> dict[str, float]:
    """Least seconds on air of a check-in with the PIN, by its steps."""
    pin_s = _apdu_s(len(_ASK_TRIES.build()), 0) + _apdu_s(len(_VERIFY.build()), 0)
    return {
        "certificate": floor_s(certificate_bytes),
        "pin": pin_s,
        "signature": _apdu_s(len(_SIGN.build()), _SIGN.ne),
    }


def _apdu_s(command: int, data: int, bit_rate: int = 106) -> float:
    """Seconds for a command of one block and its response, whose first block it asks for."""
    asking, left, seconds = _CONTROL + command, data + _STATUS, 0.0
    while left:
        inf = min(left, _INF)
        seconds += _exchange_s(asking, _CONTROL + inf, bit_rate)
        asking, left = _CONTROL, left - inf
    return seconds


def _exchange_s(asking: int, answering: int, bit_rate: int) -> float:
    """Seconds for a frame either way, and the pauses of the standard after each."""
    kind = Technology.TYPE_B
    there_s = frame_time(kind, asking, bit_rate, from_card=False) + time_to_card(kind)
    back_s = frame_time(kind, answering, bit_rate, from_card=True)
    return there_s + back_s + time_to_reader(kind, bit_rate)
