"""How a certificate is read: as our own driver does, and where nobody plans for speed.

The latter in small steps, each waiting for the last, as jpki/myna reads a file: select it, read its
header, then 256 bytes at a time.
"""

from collections.abc import Callable

from kazashi.cards.apdu import Command, Response
from kazashi.cards.jpki import AID, PLAN, JpkiSession
from kazashi.reader import Reader
from kazashi_wire.messages import BitRate

from .case import Case

Transmit = Callable[[bytes], bytes]  # a command APDU, its response

WAIT_S = 10.0  # for a card that lies there
_CERTIFICATE = bytes.fromhex("000a")
_HEADER = 4
_AT_ONCE = 256


def read_by_kazashi(reader: Reader, case: Case) -> bytes:
    """By the reader's plan where it is armed, else by requests of the session."""
    plan = PLAN if case.armed else None
    card = reader.wait_for_card(WAIT_S, plan=plan, fastest=BitRate[f"KBIT_{case.bit_rate}"])
    return JpkiSession(card).authentication_certificate()


def read_by_steps(transmit: Transmit) -> bytes:
    """SELECT application, SELECT file, the 4-byte header, then Le 256 until all is there."""
    _run(transmit, Command(0x00, 0xA4, 0x04, 0x0C, AID))
    _run(transmit, Command(0x00, 0xA4, 0x02, 0x0C, _CERTIFICATE))
    data = _read(transmit, 0, _HEADER)
    size = _HEADER + int.from_bytes(data[2:], "big")
    while len(data) < size:
        data += _read(transmit, len(data), min(size - len(data), _AT_ONCE))
    return data


def _read(transmit: Transmit, offset: int, count: int) -> bytes:
    return _run(transmit, Command(0x00, 0xB0, offset >> 8, offset & 0xFF, ne=count))


def _run(transmit: Transmit, command: Command) -> bytes:
    response = Response.parse(transmit(command.build()))
    if response.status != 0x9000:
        raise AssertionError(f"the card answers {response.status:04X} to {command}")
    return response.data
