"""Stand-in for the RP2040's `machine`: pins, buses, registers, watchdog of a simulated board.

They end at a socket. Runs on CPython and on unix MicroPython, where it lies on the path before the
built-in module. If the RP2040 refuses something, this does too. board.py on the other end says
what hangs on the pins.

Every request is answered, so that nothing overtakes anything:
    P pin value → 00        R pin → value        S size(2) octets → octets
    A → waiting(2)          B baud(4) → 00       U size(2) octets → 00
    G size(2) → count(2) octets
    I address size(2) octets → 01, or 00: nobody is there      J address size(2) → 01 octets, or 00
    L address(4) → word(4)  T address(4) word(4) → 00
    W ms(4) → 00            F → 00               X → the end
"""

import os
import socket

_EIO = 5


class _Wires:
    """The connection to the board."""

    def __init__(self, address):
        host, port = address.split(":")
        self._socket = socket.socket()
        self._socket.connect(socket.getaddrinfo(host, int(port))[0][-1])
        self.stream = self._socket.makefile("rwb", 0)
        self._octet = bytearray(1)

    def ask(self, request):
        self.stream.write(request)
        self.fill(self._octet)
        return self._octet[0]

    def exchange(self, data, into):
        self.stream.write(b"S" + bytes((len(data) >> 8, len(data) & 0xFF)) + data)
        self.fill(into)

    def fill(self, buffer):
        have = self.stream.readinto(buffer)
        while have and have < len(buffer):
            rest = bytearray(len(buffer) - have)
            count = self.stream.readinto(rest)
            buffer[have : have + (count or 0)] = rest[:count]
            have = have + count if count else 0
        if not have:
            raise SystemExit  # the board lost its power


_wires = _Wires(os.getenv("KAZASHI_BOARD"))


_NAMES = {"LED": 25}  # as on RPI_PICO


class Pin:
    """A pin of the board."""

    IN, OUT = 0, 1
    PULL_UP, PULL_DOWN = 1, 2
    IRQ_FALLING = 4

    def __init__(self, number, mode=-1, pull=-1, value=None):
        number = _NAMES.get(number, number)
        self.number = number
        self._read = bytes((ord("R"), number))
        self._write = (bytes((ord("P"), number, 0)), bytes((ord("P"), number, 1)))
        if value is not None:
            self(value)

    def __call__(self, value=None):
        return _wires.ask(self._read if value is None else self._write[1 if value else 0])

    value = __call__

    def irq(self, handler, trigger, hard=False):
        """It would only end idle(), and that ends by itself."""


class PWM:
    """A pin that is high while it swings: nobody here tells one frequency from another."""

    def __init__(self, pin, freq, duty_u16):
        self._pin = pin
        self.freq(freq)
        self.duty_u16(duty_u16)

    def freq(self, hertz):
        if not 8 <= hertz <= 62_500_000:
            raise ValueError("freq too small" if hertz < 8 else "freq too large")

    def duty_u16(self, high):
        self._pin(high > 0)


class SPI:
    """The SPI that the chip hangs on."""

    MSB, LSB = 0, 1

    def __init__(
        self,
        number,
        baudrate=1_000_000,
        polarity=0,
        phase=0,
        bits=8,
        firstbit=MSB,
        sck=None,
        mosi=None,
        miso=None,
    ):
        if firstbit == SPI.LSB:
            raise NotImplementedError("LSB")
        if (polarity, phase, bits) != (0, 0, 8):
            raise ValueError("the simulated chip is wired for mode 0")

    def write(self, data):
        _wires.exchange(data, bytearray(len(data)))

    def readinto(self, buffer, write=0):
        _wires.exchange(bytes((write,)) * len(buffer), buffer)

    def write_readinto(self, data, buffer):
        if len(data) != len(buffer):
            raise ValueError("buffers must be the same length")
        _wires.exchange(data, buffer)


class UART:
    """The UART that the chip hangs on. A rate that is not the chip's garbles what passes."""

    def __init__(self, number, baudrate=115200, bits=8, parity=None, stop=1, tx=None, rx=None):
        if (bits, parity, stop) != (8, None, 1):
            raise ValueError("the simulated chip speaks 8N1")
        self._two = bytearray(2)
        self.init(baudrate)

    def init(self, baudrate, rxbuf=256, txbuf=256):
        _wires.ask(b"B" + baudrate.to_bytes(4, "big"))

    def any(self):
        _wires.stream.write(b"A")
        return self._number()

    def readinto(self, buffer, count):
        """What has come. The RP2040 waits a little for the rest."""
        _wires.stream.write(b"G" + count.to_bytes(2, "big"))
        data = bytearray(self._number())
        if data:
            _wires.fill(data)
        buffer[: len(data)] = data
        return len(data) or None

    def write(self, buffer, start, count):
        octets = bytes(buffer[start : start + count])
        _wires.ask(b"U" + count.to_bytes(2, "big") + octets)
        return count

    def _number(self):
        _wires.fill(self._two)
        return self._two[0] << 8 | self._two[1]


class I2C:
    """The I2C that the chip hangs on."""

    def __init__(self, number, freq=400_000, scl=None, sda=None, timeout=50_000):
        if scl.number & 3 != 2 * number + 1:
            raise ValueError("bad SCL pin")
        if sda.number & 3 != 2 * number:
            raise ValueError("bad SDA pin")

    def writeto(self, address, data):
        if not _wires.ask(_with_size(b"I", address, data) + data):
            raise OSError(_EIO)

    def readfrom_into(self, address, buffer):
        if not _wires.ask(_with_size(b"J", address, buffer)):
            raise OSError(_EIO)
        _wires.fill(buffer)


def _with_size(operation, address, data):
    return operation + bytes((address, len(data) >> 8, len(data) & 0xFF))


class _Memory:
    """Registers of the RP2040, a word each."""

    def __getitem__(self, address):
        word = bytearray(4)
        _wires.stream.write(b"L" + address.to_bytes(4, "big"))
        _wires.fill(word)
        return int.from_bytes(word, "big")

    def __setitem__(self, address, word):
        _wires.ask(b"T" + address.to_bytes(4, "big") + word.to_bytes(4, "big"))


mem32 = _Memory()


class WDT:
    """The watchdog: not fed in time, it pulls the board's reset."""

    def __init__(self, timeout=5000):
        if not 1 <= timeout <= 8388:
            raise ValueError("WDT timeout exceeds 8388ms")
        _wires.ask(b"W" + timeout.to_bytes(4, "big"))

    def feed(self):
        _wires.ask(b"F")


def freq():
    """Hz, of an RP2040 as MicroPython starts it."""
    return 125_000_000


if os.getenv("KAZASHI_USB"):
    from usb_device import USBDevice as USBDevice
    from usb_device import idle as idle
else:

    def idle():
        """Looking at a pin takes time enough."""


def reset():
    _wires.ask(b"X")


def unique_id():
    return b"SIMULATD"
