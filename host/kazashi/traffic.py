"""Log the messages between host and reader, for debugging.

At level 5 of the logger ``kazashi.link`` and nowhere else: off by default. PINs and codes are
masked before the line is written.
"""

import logging
from binascii import hexlify

from kazashi_wire.messages import Transmit
from kazashi_wire.schema import Message

TRAFFIC = 5  # below DEBUG
logger = logging.getLogger("kazashi.link")

_SECRET_INSTRUCTIONS = {
    0x20,
    0x21,
    0x24,
    0x2C,
}  # VERIFY, CHANGE REFERENCE DATA, RESET RETRY COUNTER


def warn() -> None:
    """Warn that the traffic log shows what is on the card, if it is on."""
    if logger.isEnabledFor(TRAFFIC):
        logger.warning("traffic is logged, with what is on the card: use test cards only")


def log(arrow: str, number: int, message: Message, apdu: bytes = b"") -> None:
    """Write one message to the traffic log, if it is on."""
    if logger.isEnabledFor(TRAFFIC):
        text = masked(message, apdu)
        logger.log(TRAFFIC, "%s %3d %s %s", arrow, number, type(message).__name__, text)


def shows_secret(apdu: bytes) -> bool:
    """Whether a command carries a PIN or a code."""
    return len(apdu) > 4 and apdu[1] in _SECRET_INSTRUCTIONS


def masked(message: Message, apdu: bytes = b"") -> str:
    """The payload in hex, PINs and codes masked. `apdu`: the whole APDU that it is a part of.

    Never log the frame itself: its CRC would reveal a four-digit PIN.
    """
    if isinstance(message, Transmit) and shows_secret(apdu):
        return f"{hexlify(apdu[:4]).decode()} and {len(apdu) - 4} bytes masked"
    return hexlify(message.build()).decode()
