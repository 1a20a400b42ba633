"""Boards that may be readers, by their serial ports; and boards that come and go."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from threading import Event
from typing import Generic, NamedTuple, TypeVar

from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo

from .ids import UsbId

VENDOR, MICROPYTHON = 0x2E8A, 0x0005  # Raspberry Pi; boards with stock firmware
PRODUCT = "Kazashi"  # name of a board whose IDs are its owner's; Windows does not tell it
_LOOKS = 3
_PERIOD_S = 0.5
_Device = TypeVar("_Device", bound=Hashable)


@dataclass(frozen=True)
class Attached:
    """A board on USB that may be a reader, or may become one.

    `location`: USB bus and ports, such as 1-2.4; empty if unknown. `bootsel`: the chip, RP2040 or
    RP2350, of a board in BOOTSEL mode, which has neither `url` nor `port`; else empty.
    """

    url: str
    port: str
    serial: str
    description: str
    location: str = ""
    bootsel: str = ""


def attached(serial: str = "") -> list[Attached]:
    """The boards with a serial port, by port.

    `serial`: a serial number; what has it is listed, whatever its IDs are: Windows does not tell
    the name of a board whose IDs are its owner's.
    """
    return [
        Attached(
            url=f"usb:{port.serial_number}" if port.serial_number else port.device,
            port=port.device,
            serial=port.serial_number or "",
            description=port.description,
            location=device_location(port),
        )
        for port in sorted(serial_ports())
        if (port.vid, port.pid) == (VENDOR, MICROPYTHON)
        or port.product == PRODUCT
        or (serial and port.serial_number == serial)
    ]


def own_ids() -> list[UsbId]:
    """The different USB IDs of the attached boards that have IDs of their owner: those with CCID.

    Windows does not tell the name by which they are known.
    """
    named = [port for port in serial_ports() if port.product == PRODUCT]
    return sorted({UsbId(port.vid, port.pid) for port in named if None not in (port.vid, port.pid)})


def device_location(port: ListPortInfo) -> str:
    """USB bus and ports of its device. pyserial adds the interface on Linux: 1-2.4:1.0."""
    return (port.location or "").partition(":")[0]


def serial_ports() -> list[ListPortInfo]:
    """All serial ports. pyserial 3.5 raises TypeError if a device leaves while it is looked at."""
    for _ in range(_LOOKS):
        try:
            return list(list_ports.comports())
        except (OSError, TypeError, ValueError):
            pass
    return []


class Change(NamedTuple, Generic[_Device]):
    """A device came, or left."""

    has_come: bool
    device: _Device


def changes(
    look: Callable[[], Sequence[_Device]],
    cancel: Event | None = None,
    period_s: float = _PERIOD_S,
) -> Iterator[Change[_Device]]:
    """Report devices that come and go until `cancel` is set; first, those that are there.

    `look` returns those that are there; it is called once in `period_s`.
    """
    cancel = cancel or Event()
    before: Sequence[_Device] = ()
    while not cancel.is_set():
        now = look()
        yield from (Change(False, each) for each in before if each not in now)
        yield from (Change(True, each) for each in now if each not in before)
        before = now
        cancel.wait(period_s)
