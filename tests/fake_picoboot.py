"""A board in BOOTSEL mode for pyusb, as RP2040 Datasheet §2.8.5 and RP2350 Datasheet §5.6 have it.

Its flash loses bits when it is written and gets them back when it is erased. A command that is not
as it must be stalls both endpoints until the interface is reset. In what it accepts and refuses it
is compared with the RP2040's own ROM (emulated/test_boot_rom.py), which erases from any address.
"""

import errno
import struct

from fake_usb import STORAGE, VENDOR_SPECIFIC, FakeDevice, usb_error

FLASH = 0x1000_0000
PAGE, SECTOR = 256, 4096
OUT, IN, NUMBER = 0x03, 0x84, 1
OLD = b"old firmware, %d"

OK, UNKNOWN_CMD, COMMAND_LENGTH, TRANSFER_LENGTH, ADDRESS, ALIGNMENT = range(6)
REBOOTING, UNKNOWN_ERROR = 7, 8
_SIZES = {0x01: 1, 0x02: 12, 0x03: 8, 0x05: 8, 0x06: 0, 0x0A: 16, 0x84: 8}  # bytes of arguments
_ONLY = {0x02: 0x0003, 0x0A: 0x000F}  # which product knows it


class Bootsel(FakeDevice):
    """`before(step)` is called before each transfer, and may raise, or change the board.

    `flash_size` is that of its flash; addresses beyond it begin anew, as on a real one.
    """

    def __init__(self, product=0x0003, flash_size=64 * 1024, before=lambda _: None, **where):
        interfaces = ((STORAGE, (0x81, 0x02)), (VENDOR_SPECIFIC, (OUT, IN)))
        super().__init__(product, interfaces=interfaces, **where)
        self.flash = bytearray((OLD % 2040).ljust(PAGE, b"\x21") * (flash_size // PAGE))
        self.before = before
        self.steps = 0
        self.commands = []  # (name's number, first argument, second argument)
        self._start()

    def _restart(self):
        self.is_exclusive = False
        self._is_halted = False
        self._waits_for = None  # the command whose data come
        self._said = []  # what it will send
        self._awaits_ack = False

    def power_on(self):
        """It was unplugged, and is plugged in with BOOTSEL held."""
        self.is_there = True
        self.before = lambda _: None
        self._start()

    def _start(self):
        self.has_rebooted = self.has_left_xip = False
        self.status = bytes(16)
        self._restart()

    def bulk_out(self, endpoint, data, _timeout):
        self._step(endpoint, OUT)
        if self._awaits_ack and not data:
            self._awaits_ack = False
        elif self._waits_for:
            command, self._waits_for = self._waits_for, None
            self._write(command, data)
        else:
            self._take(data)
        return len(data)

    def bulk_in(self, endpoint, size, _timeout):
        self._step(endpoint, IN)
        if not self._said:
            raise usb_error(errno.ETIMEDOUT)
        data = self._said.pop(0)
        assert len(data) <= size, "more than was asked for: an overflow on the bus"
        if self.has_rebooted:
            self.is_there = False
        return data

    def control(self, kind, request, value, index, size):
        self._step()
        assert (value, index) == (0, NUMBER)
        if (kind, request, size) == (0x41, 0x41, 0):
            self.status = bytes(16)
            self._restart()
            return b""
        assert (kind, request, size) == (0xC1, 0x42, 16)
        return self.status

    def _step(self, endpoint=None, expected=None):
        self.steps += 1
        self.before(self.steps)
        self.check()
        assert endpoint == expected
        if self._is_halted and endpoint is not None:
            raise usb_error(errno.EPIPE)

    def _take(self, data):
        """A command."""
        if len(data) != 32:
            self._stall(0, 0, UNKNOWN_CMD)
        magic, token, command, size, reserved, length, arguments = struct.unpack("<IIBBHI16s", data)
        self.command, self.token = command, token
        product = self.descriptor.idProduct
        if (magic, reserved) != (0x431FD10B, 0) or _ONLY.get(command, product) != product:
            self._stall(token, command, UNKNOWN_CMD)
        if command not in _SIZES:
            self._stall(token, command, UNKNOWN_CMD)
        if size != _SIZES[command] or any(arguments[size:]):
            self._stall(token, command, COMMAND_LENGTH)
        first, second = struct.unpack("<II", arguments[:8])
        self.commands.append((command, first, second))
        if length != (second if command in (0x05, 0x84) else 0):
            self._stall(token, command, TRANSFER_LENGTH)
        if self.has_rebooted:
            self._stall(token, command, REBOOTING)
        self.status = struct.pack("<IIBB6x", token, OK, command, 0)
        self._do(command, first, second)

    def _do(self, command, address, size):
        if command == 0x01:
            self.is_exclusive = address == 1
        elif command == 0x06:
            self.has_left_xip = True
        elif command in (0x02, 0x0A):
            assert address == 0, "it starts somewhere else"
            self.has_rebooted = True
        elif command == 0x03:
            self._check(address, size, SECTOR)
            self._each(address, size, lambda _old: b"\xff" * PAGE)
        elif command == 0x05:
            self._check(address, size, PAGE)
            self._waits_for = (address, size)
            return
        else:
            self._check(address, PAGE, PAGE)
            self._said.append(self.read(address, size))
            self._awaits_ack = True
            return
        self._said.append(b"")

    def _write(self, place, data):
        address, size = place
        if len(data) != size:
            self._stall(self.token, 0x05, TRANSFER_LENGTH)
        pages = iter([data[begin : begin + PAGE] for begin in range(0, size, PAGE)])
        self._each(address, size, lambda old: bytes(map(int.__and__, old, next(pages))))
        self._said.append(b"")

    def _check(self, address, size, unit):
        if not self.has_left_xip and self.descriptor.idProduct == 0x0003:
            self._stall(self.token, self.command, UNKNOWN_ERROR)
        if address % unit or size % unit:
            self._stall(self.token, self.command, ALIGNMENT)
        if not FLASH <= address <= address + size <= 0x1100_0000:
            self._stall(self.token, self.command, ADDRESS)

    def _each(self, address, size, change):
        """Change each page."""
        for begin in range(address - FLASH, address - FLASH + size, PAGE):
            at = begin % len(self.flash)
            self.flash[at : at + PAGE] = change(bytes(self.flash[at : at + PAGE]))

    def read(self, address, size):
        return bytes(self.flash[(address - FLASH + each) % len(self.flash)] for each in range(size))

    def _stall(self, token, command, code):
        self._is_halted = True
        self.status = struct.pack("<IIBB6x", token, code, command, 0)
        raise usb_error(errno.EPIPE)
