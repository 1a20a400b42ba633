"""The log of what passes between host and reader, for whoever looks for a fault.

At level 5 of the logger ``kazashi.link`` and nowhere else: off by default, and what opens a card is
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
    """Tell who has switched it on what that means."""
    if logger.isEnabledFor(TRAFFIC):
        logger.warning("traffic is logged, with what is on the card: use test cards only")


def log(arrow: str, number: int, message: Message, apdu: bytes = b"") -> None:
    """Write one message to the traffic log, where somebody has switched that on."""
    if logger.isEnabledFor(TRAFFIC):
        text = masked(message, apdu)
        logger.log(TRAFFIC, "%s %3d %s %s", arrow, number, type(message).__name__, text)


def shows_secret(apdu: bytes) -> bool:
    """Whether a command shows a PIN or a code to the card."""
    return len(apdu) > 4 and apdu[1] in _SECRET_INSTRUCTIONS


def masked(message: Message, apdu: bytes = b"") -> str:
    """The payload in hex, without what opens a card. `apdu`: the whole one that it is a part of.

    Never the frame itself: its CRC would give a four-digit PIN away.
    """
    if isinstance(message, Transmit) and shows_secret(apdu):
        return f"{hexlify(apdu[:4]).decode()} and {len(apdu) - 4} bytes masked"
    return hexlify(message.build()).decode()
