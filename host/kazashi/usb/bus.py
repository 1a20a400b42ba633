"""Devices on USB as libusb shows them: boards in BOOTSEL mode, and details of a reader's device.

Needs pyusb and libusb: the extra kazashi[usb]. None of it opens a device or needs permission.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Protocol

from kazashi.errors import NotInstalled, not_installed

from .ports import VENDOR, Attached, device_location, serial_ports

BOOTSEL = {0x0003: "RP2040", 0x000F: "RP2350"}  # products of VENDOR, and their chips
_CCID = 0x0B  # class of an interface: USB DWG smart card, CCID revision 1.1 §4.3
_MBIT_S = {1: 1.5, 2: 12.0, 3: 480.0, 4: 5000.0}  # by libusb's numbers


class Endpoint(Protocol):
    """What is used of pyusb's Endpoint."""

    bEndpointAddress: int  # noqa: N815


class Interface(Protocol):
    """What is used of pyusb's Interface."""

    bInterfaceNumber: int  # noqa: N815
    bInterfaceClass: int  # noqa: N815

    def __iter__(self) -> Iterator[Endpoint]: ...


class Configuration(Protocol):
    """What is used of pyusb's Configuration."""

    def __iter__(self) -> Iterator[Interface]: ...


class Device(Protocol):
    """What is used of pyusb's Device. Its errors are `usb.core.USBError`, which are OSErrors."""

    idVendor: int  # noqa: N815
    idProduct: int  # noqa: N815
    bus: int | None
    address: int | None
    port_numbers: tuple[int, ...] | None
    speed: int | None

    def __iter__(self) -> Iterator[Configuration]: ...
    def write(self, endpoint: int, data: bytes, timeout_ms: int, /) -> int: ...
    def read(self, endpoint: int, size: int, timeout_ms: int, /) -> bytes: ...
    def ctrl_transfer(
        self, request_type: int, request: int, value: int, index: int, size: int, timeout_ms: int, /
    ) -> bytes: ...


@dataclass(frozen=True)
class Details:
    """A reader's USB device. `mbit_s` is 0 if unknown."""

    manufacturer: str
    product: str
    location: str
    bus: int
    address: int
    mbit_s: float
    has_ccid: bool


def is_installed() -> bool:
    return find_spec("usb") is not None and find_spec("libusb_package") is not None


def devices(vendor: int, product: int) -> list[Device]:
    """The devices with these IDs.

    Raises:
        NotInstalled: pyusb or libusb is missing.
    """
    try:
        core, package = import_module("usb.core"), import_module("libusb_package")
    except ImportError as error:
        raise not_installed(error, "usb") from error
    backend = package.get_libusb1_backend()
    if backend is None:
        raise NotInstalled("libusb-1.0", 'pip install "kazashi[usb]"')
    try:
        return list(core.find(True, backend, idVendor=vendor, idProduct=product))
    except OSError:  # a device left while it was looked at
        return []


def location(device: Device) -> str:
    """USB bus and ports, such as 1-2.4; empty if the system does not tell."""
    if not device.bus or not device.port_numbers:
        return ""
    return f"{device.bus}-{'.'.join(map(str, device.port_numbers))}"


def bootsel_devices() -> list[tuple[str, Device]]:
    """The boards in BOOTSEL mode, each with its chip.

    Raises NotInstalled.
    """
    return [(chip, each) for product, chip in BOOTSEL.items() for each in devices(VENDOR, product)]


def bootsel_boards() -> list[Attached]:
    """The boards in BOOTSEL mode; none if the extra is not installed."""
    if not is_installed():
        return []
    return [
        Attached("", "", "", f"{chip} in BOOTSEL mode", location(device), chip)
        for chip, device in bootsel_devices()
    ]


def details(port: str) -> Details | None:
    """Details of the device that has the serial port `port`; None if it cannot be told.

    Raises NotInstalled.
    """
    for info in serial_ports():
        if info.device == port and info.vid is not None and info.pid is not None:
            found = devices(info.vid, info.pid)
            same = [each for each in found if location(each) == device_location(info)]
            if len(same or found) == 1:
                device = (same or found)[0]
                return Details(
                    info.manufacturer or "",
                    info.product or "",
                    location(device),
                    device.bus or 0,
                    device.address or 0,
                    _MBIT_S.get(device.speed or 0, 0.0),
                    _has_ccid(device),
                )
    return None


def _has_ccid(device: Device) -> bool:
    try:
        return any(each.bInterfaceClass == _CCID for configured in device for each in configured)
    except OSError:  # it left
        return False
