"""PICOBOOT: the USB interface by which a board in BOOTSEL mode is read and written.

Ref: RP2040 Datasheet §2.8.5, RP2350 Datasheet §5.6. Never tried on hardware.

A command is 32 bytes on the OUT endpoint, then its data, then an empty packet in the direction
opposite to that of the data, or IN if there are none. A board that refuses a command stalls both
endpoints until it is reset; meanwhile it tells the reason.
"""

import errno
import struct
from enum import IntEnum, unique
from importlib import import_module
from types import TracebackType
from typing import Self

from kazashi.usb.bus import Device, Interface

from .errors import (
    BootselForbidden,
    BootselLost,
    BootselRefused,
    BootselSilent,
    NotFlashed,
)

SECTOR = 4096  # bytes; the unit of erasing
_MAGIC = 0x431FD10B
_COMMAND = struct.Struct("<IIBBHI16s")
_STATUS = struct.Struct("<IIBB6x")
_RANGE = struct.Struct("<II")  # address, size
_IN = 0x80  # of an endpoint, and of a command that reads
_VENDOR_SPECIFIC = 0xFF  # class of the interface
_RESET, _GET_STATUS = (0x41, 0x41), (0xC1, 0x42)  # bmRequestType, bRequest
_EXCLUSIVE = b"\x01"  # the BOOTSEL drive cannot be written meanwhile
_PACKET = 64
_TRANSFER_MS = 3000  # a sector is erased in 400 at most, a page written in 3: Winbond W25Q16JV §9.6
_REBOOT_MS = 500  # time to acknowledge the command


@unique
class Command(IntEnum):
    """What a board is told. bCmdId."""

    EXCLUSIVE_ACCESS = 0x01
    REBOOT = 0x02  # RP2040 only
    FLASH_ERASE = 0x03
    WRITE = 0x05
    EXIT_XIP = 0x06
    REBOOT2 = 0x0A  # RP2350 only
    READ = 0x84


@unique
class Status(IntEnum):
    """How a command ended. dStatusCode."""

    OK = 0
    UNKNOWN_CMD = 1
    INVALID_CMD_LENGTH = 2
    INVALID_TRANSFER_LENGTH = 3
    INVALID_ADDRESS = 4
    BAD_ALIGNMENT = 5
    INTERLEAVED_WRITE = 6
    REBOOTING = 7
    UNKNOWN_ERROR = 8
    INVALID_STATE = 9  # this and the rest: RP2350 only
    NOT_PERMITTED = 10
    INVALID_ARG = 11
    BUFFER_TOO_SMALL = 12
    PRECONDITION_NOT_MET = 13
    MODIFIED_DATA = 14
    INVALID_DATA = 15
    NOT_FOUND = 16
    UNSUPPORTED_MODIFICATION = 17


class Picoboot:
    """A board in BOOTSEL mode. Flash is at 0x10000000; `erase` before `write`.

    Every method raises:
        BootselForbidden: this user may not use the device, or another program does.
        BootselLost: the board left.
        BootselSilent: a transfer took longer than 3 s.
        BootselRefused: the board refused the command.
    """

    def __init__(self, device: Device) -> None:
        self._device = device
        self._token = 0
        try:
            self._number, self._out, self._in = _endpoints(device)
            import_module("usb.util").claim_interface(device, self._number)
            self._reset()
        except OSError as error:
            raise _failure("INTERFACE_RESET", error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        import_module("usb.util").dispose_resources(self._device)

    def prepare(self) -> None:
        """Keep others from the flash, and end its use as memory (XIP), before the first command."""
        self._order(Command.EXCLUSIVE_ACCESS, _EXCLUSIVE)
        self._order(Command.EXIT_XIP)

    def erase(self, address: int, size: int) -> None:
        """Erase sectors: `address` and `size` are multiples of 4,096."""
        self._order(Command.FLASH_ERASE, _RANGE.pack(address, size))

    def write(self, address: int, data: bytes) -> None:
        """Write pages that were erased: `address` and size are multiples of 256."""
        self._order(Command.WRITE, _RANGE.pack(address, len(data)), data)

    def read(self, address: int, size: int) -> bytes:
        """Read flash: `address` is a multiple of 256."""
        try:
            self._send(self._packed(Command.READ, _RANGE.pack(address, size), size))
            data = self._receive(size)
            self._send(b"")
        except OSError as error:
            raise self._failed(Command.READ, error) from error
        return data

    def reboot(self, chip: str) -> None:
        """Start what is in the flash. `chip` is RP2040 or RP2350."""
        try:
            if chip == "RP2040":
                self._order(Command.REBOOT, struct.pack("<III", 0, 0, _REBOOT_MS))
            else:
                self._order(Command.REBOOT2, struct.pack("<IIII", 0, _REBOOT_MS, 0, 0))
        except BootselLost:
            pass  # it was faster

    def _order(self, command: Command, arguments: bytes = b"", data: bytes = b"") -> None:
        """Send a command that returns no data."""
        try:
            self._send(self._packed(command, arguments, len(data)))
            if data:
                self._send(data)
            self._receive(0)
        except OSError as error:
            raise self._failed(command, error) from error

    def _packed(self, command: Command, arguments: bytes, length: int) -> bytes:
        self._token += 1
        size = len(arguments)
        return _COMMAND.pack(_MAGIC, self._token, command, size, 0, length, arguments)

    def _send(self, data: bytes) -> None:
        if self._device.write(self._out, data, _TRANSFER_MS) != len(data):
            raise OSError(errno.ETIMEDOUT, "short")

    def _receive(self, size: int) -> bytes:
        """`size` bytes; 0: an empty packet."""
        data = bytes(self._device.read(self._in, size or _PACKET, _TRANSFER_MS))
        if len(data) != size:
            raise OSError(errno.EPIPE, "short")
        return data

    def _reset(self) -> None:
        self._device.ctrl_transfer(*_RESET, 0, self._number, 0, _TRANSFER_MS)

    def _failed(self, command: Command, error: OSError) -> NotFlashed:
        """Why `command` failed; the board says it, if it stalled, or waits for a reset."""
        if error.errno not in (errno.EPIPE, errno.ETIMEDOUT):
            return _failure(command.name, error)
        try:
            status = bytes(
                self._device.ctrl_transfer(
                    *_GET_STATUS, 0, self._number, _STATUS.size, _TRANSFER_MS
                )
            )
            self._reset()
        except OSError as another:
            return _failure("GET_COMMAND_STATUS", another)
        reason = _reason(status, self._token)
        if error.errno == errno.ETIMEDOUT and not reason:
            return _failure(command.name, error)
        return BootselRefused(command.name, reason or "no reason given")


def _reason(status: bytes, token: int) -> str:
    """The reason in a board's answer about the command with this `token`; empty if it has none."""
    try:
        its_token, code, _, _ = _STATUS.unpack(status)
        return Status(code).name if its_token == token and code else ""
    except (struct.error, ValueError):
        return f"status {status.hex()}"


def _endpoints(device: Device) -> tuple[int, int, int]:
    """Number of the PICOBOOT interface, its OUT endpoint, its IN endpoint."""
    for configuration in device:
        for interface in configuration:
            if interface.bInterfaceClass == _VENDOR_SPECIFIC:
                return interface.bInterfaceNumber, *_directions(interface)
    raise OSError(errno.ENODEV, "no PICOBOOT interface")


def _directions(interface: Interface) -> tuple[int, int]:
    addresses = sorted(each.bEndpointAddress for each in interface)
    if len(addresses) != 2 or addresses[0] & _IN or not addresses[1] & _IN:
        raise OSError(errno.ENODEV, "no PICOBOOT endpoints")
    return addresses[0], addresses[1]


def _failure(command: str, error: OSError) -> NotFlashed:
    """What the system says, as an error of ours."""
    if error.errno in (errno.EACCES, errno.EPERM, errno.EBUSY):
        return BootselForbidden(error.strerror or str(error))
    if error.errno == errno.ETIMEDOUT:
        return BootselSilent(command, _TRANSFER_MS / 1000)
    return BootselLost(command)
