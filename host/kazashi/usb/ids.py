"""USB IDs of a reader with CCID: VID and PID, by which drivers know it; never another product's.

Ref: github.com/raspberrypi/usb-pid, Readme.md: VID 2E8A, PIDs below 1000 are Raspberry Pi's own;
pid.codes: VID 1209, 0001 is for tests; libccid's list of readers.
"""

import re
from dataclasses import dataclass

from kazashi.errors import ReaderError

_TEXT = re.compile(r"([0-9A-Fa-f]{4}):([0-9A-Fa-f]{4})", re.ASCII)


@dataclass(frozen=True, order=True)
class UsbId:
    """VID and PID, 16 bits each."""

    vendor: int
    product: int

    def __post_init__(self) -> None:
        if not (0 <= self.vendor <= 0xFFFF and 0 <= self.product <= 0xFFFF):
            raise ValueError(f"{self} is no USB ID: VID and PID have 16 bits each")

    def __str__(self) -> str:
        return f"{self.vendor:04X}:{self.product:04X}"

    @classmethod
    def parse(cls, text: str) -> "UsbId":
        """The ID in VID:PID, four hexadecimal digits each. Raises ValueError."""
        found = _TEXT.fullmatch(text)
        if not found:
            raise ValueError(f"{text!r} is no USB ID: give VID:PID, four hexadecimal digits each")
        return cls(*(int(each, 16) for each in found.groups()))


@dataclass(eq=False)
class UsbIdTaken(ReaderError):
    """`usb_id` is that of another product, `owner`."""

    usb_id: UsbId
    owner: str


TEST = UsbId(0x1209, 0x0001)  # of pid.codes; never to be shipped
_OWNERS = {
    (0x2E8A, 0x0003): "Raspberry Pi RP2040 BOOTSEL",
    (0x2E8A, 0x0005): "MicroPython",
    (0x2E8A, 0x000F): "Raspberry Pi RP2350 BOOTSEL",
    (0x2E8A, 0x10FD): "Pico HSM",
    (0x234B, 0x0000): "Gnuk",
}
_VENDORS = {0x20A0: "Nitrokey, Clay Logic"}
_RASPBERRY_PI, _OTHERS = 0x2E8A, 0x1000


def check_own(usb_id: UsbId) -> None:
    """Check that no other product is known to have this ID.

    Raises:
        UsbIdTaken: one is.
    """
    owner = _OWNERS.get((usb_id.vendor, usb_id.product)) or _VENDORS.get(usb_id.vendor)
    if not owner and usb_id.vendor == _RASPBERRY_PI and usb_id.product < _OTHERS:
        owner = "Raspberry Pi"
    if owner:
        raise UsbIdTaken(usb_id, owner)
