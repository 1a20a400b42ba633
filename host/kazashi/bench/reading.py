"""Ways to read a certificate: by our own driver, and by another driver, APDU by APDU.

APDUs "ours": the three that our reader sends. "steps": as jpki/myna reads a file, small steps, each
of which waits for the one before.
"""

from collections.abc import Callable
from dataclasses import replace

from kazashi.cards.apdu import Command, Response
from kazashi.cards.files import select_command
from kazashi.cards.jpki import AID, PLAN, JpkiSession
from kazashi.reader import Reader
from kazashi_wire.messages import BitRate
from kazashi_wire.reading import BY_SHORT_IDENTIFIER, MOST_IN_FRAME, READ_BINARY

from .case import Case

Transmit = Callable[[bytes], bytes]  # a command APDU, its response

WAIT_S = 10.0  # for a card that lies there
_CERTIFICATE = bytes.fromhex("000a")
_HEADER = 4
_AT_ONCE = 256


def read_by_kazashi(reader: Reader, case: Case) -> bytes:
    """By the reader's plan if it is armed, else by requests of the session."""
    plan = replace(PLAN, guess=case.guess) if case.armed else None
    card = reader.wait_for_card(WAIT_S, plan=plan, fastest=BitRate[f"KBIT_{case.bit_rate}"])
    return JpkiSession(card).authentication_certificate()


def read_by_steps(transmit: Transmit) -> bytes:
    """SELECT application, SELECT file, the 4-byte header, then Le 256 until all is there."""
    _run(transmit, select_command(AID))
    _run(transmit, Command(0x00, 0xA4, 0x02, 0x0C, _CERTIFICATE))
    data = _read(transmit, 0, _HEADER)
    size = _size(data)
    while len(data) < size:
        data += _read(transmit, len(data), min(size - len(data), _AT_ONCE))
    return data


def read_by_our_apdus(transmit: Transmit) -> bytes:
    """SELECT application, READ of one frame by short identifier, READ of exactly the rest."""
    _run(transmit, select_command(AID))
    data = _run(
        transmit,
        Command(0x00, READ_BINARY, BY_SHORT_IDENTIFIER | PLAN.certificate, 0, ne=MOST_IN_FRAME),
    )
    return data + _read(transmit, len(data), _size(data) - len(data))


APDUS: dict[str, Callable[[Transmit], bytes]] = {"steps": read_by_steps, "ours": read_by_our_apdus}


def _size(data: bytes) -> int:
    """Bytes of the DER object that begins with `data`; certificates have 256 and more."""
    return _HEADER + int.from_bytes(data[2:_HEADER], "big")


def _read(transmit: Transmit, offset: int, count: int) -> bytes:
    return _run(transmit, Command(0x00, READ_BINARY, offset >> 8, offset & 0xFF, ne=count))


def _run(transmit: Transmit, command: Command) -> bytes:
    response = Response.parse(transmit(command.build()))
    if response.status != 0x9000:
        raise AssertionError(f"the card answers {response.status:04X} to {command}")
    return response.data
