"""List one read block by block."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kazashi.sim.apdu import CommandApdu, MalformedApdu
from kazashi_wire.messages import BY_KIND

from .read import Read
from .records import Arrival, Exchange

_CRC = 2
_HAS_CID = 0x08
_CHAINING = 0x10
_CONTROL = {0xA2: "R(ACK)", 0xB2: "R(NAK)"}
_SUPERVISORY = {0xF2: "S(WTX)", 0xC2: "S(DESELECT)"}
_FILES = {0x04: "SELECT application", 0x02: "SELECT file"}  # by P1
_VERIFY = {True: "VERIFY", False: "VERIFY, for the tries left"}  # by whether it has data


@dataclass(frozen=True)
class Step:
    """A frame on air or over USB. `at_ms`: from the answer to ATTRIB to its last bit."""

    at_ms: float
    way: str
    size: int  # bytes, CRC included
    what: str


def steps(read: Read) -> list[Step]:
    """All of a read, in order."""
    found = [step for each in read.exchanges for step in _on_air(each, read.begin_s)]
    found += [_over_usb(each, read.begin_s) for each in read.arrivals]
    return sorted(
        (step for step in found if 0 <= step.at_ms <= read.row.total_ms),
        key=lambda step: step.at_ms,
    )


def commands(exchanges: Sequence[Exchange]) -> Iterator[str]:
    """The command APDUs in these."""
    for each in exchanges:
        pcb = each.sent[0]
        if pcb & 0xE2 == 0x02 and not pcb & _CHAINING:
            yield _block(each.sent, is_command=True).partition(" ")[2]


def _on_air(each: Exchange, zero_s: float) -> Iterator[Step]:
    asked_ms = (each.sent_s - zero_s) * 1000
    yield Step(asked_ms, "reader → card", len(each.sent), _block(each.sent, is_command=True))
    if each.heard:
        what = _block(each.heard, is_command=False)
        yield Step((each.end_s - zero_s) * 1000, "card → reader", len(each.heard), what)


def _over_usb(each: Arrival, zero_s: float) -> Step:
    what = BY_KIND[each.frame.kind].__name__
    if each.piece:
        what += f", {len(each.piece)} bytes of the certificate"
    size = len(each.frame.build())
    return Step((each.end_s - zero_s) * 1000, "reader → host", size, what)


def _block(frame: bytes, *, is_command: bool) -> str:
    """Describe a block: kind, number and content."""
    pcb, start = frame[0] & ~_HAS_CID, 2 if frame[0] & _HAS_CID else 1
    inf = frame[start:-_CRC]
    if pcb & 0xE2 == 0x02:
        more = ", more follows" if pcb & _CHAINING else ""
        carried = _command(inf) if is_command else f"{len(inf)} bytes of a response"
        return f"I({pcb & 1}) {carried}{more}"
    if pcb & 0xFE in _CONTROL:
        return f"{_CONTROL[pcb & 0xFE]}({pcb & 1})"
    return _SUPERVISORY.get(pcb, f"{pcb:02X}?")


def _command(apdu: bytes) -> str:
    try:
        command = CommandApdu.parse(apdu)
    except MalformedApdu:
        return f"{len(apdu)} bytes of a command"
    if command.ins == 0xA4:
        return _FILES.get(command.p1, "SELECT")
    if command.ins == 0xB0:
        by_name = command.p1 & 0x80
        offset = command.p2 if by_name else command.p1 << 8 | command.p2
        file = f"file {command.p1 & 0x1F:02X} " if by_name else ""
        return f"READ BINARY {file}from {offset}, Le {command.ne}"
    if command.ins == 0x20:
        return _VERIFY[bool(command.data)]
    if command.ins == 0x2A:
        return "COMPUTE DIGITAL SIGNATURE"
    return f"command {command.ins:02X}"
