"""The PN532's buses: the effects of pins and lines on the chip.

Ref: UM0701-02 §6.2; NXP AN10609 for SPI; Seeed PN532_I2C.cpp and libnfc pn532_i2c.c for I²C.
"""

from typing import Protocol

from .pn532 import BAUD_RATES, Pn532
from .radio import TURNED, Clock

_WRITE, _STATUS, _READ = 0x01, 0x02, 0x03
_SAME_RATE = 0.02  # the difference at which two UARTs still receive every octet
_BITS = 10  # of an octet on HSU: start, eight, stop
_FIRST_RATE = 115200  # of HSU, bit/s
_LOST_WHILE_WAKING = 5  # bytes on HSU, 0.4 ms at 115200: a preamble of zeros saves a frame
_GARBLED_EVERY = 23  # bytes, on a line that is too fast for it
_GARBLED_BITS = 0x18


class SpiPort:
    """Mode 0, lowest bit first, one operation while the select line is low."""

    def __init__(self, chip: Pn532) -> None:
        self._chip = chip
        self._operation: int | None = None
        self._is_selected = False
        self._read = 0  # bytes of the frame at the head that were read

    def select(self, *, low: bool) -> None:
        """The select line changes."""
        if low and self._chip.is_asleep:
            self._chip.wake()
        elif low:
            self._is_selected = True
        else:
            self._is_selected = False
        self._operation = None

    def transfer(self, data: bytes) -> bytes:
        """Bytes both ways at once, as a master that sends the highest bit first sees them."""
        if not self._is_selected:
            return b"\xff" * len(data)
        begin = 0
        if self._operation is None and data:
            self._operation, begin = TURNED[data[0]], 1
        count = len(data) - begin
        said = self._exchange(data[begin:].translate(TURNED)) if count else b""
        return bytes(begin) + said.translate(TURNED).ljust(count, b"\x00")

    def _exchange(self, data: bytes) -> bytes:
        """Bytes after the operation. A shorter content is followed by zeros."""
        if self._operation == _WRITE:
            self._read = 0  # a command or an abort drops the waiting frame
            self._chip.host_bytes(data)
        elif self._operation == _STATUS:
            return bytes((self._chip.head() is not None,)) * len(data)
        elif self._operation == _READ:
            return self._fetch(len(data))
        return b""

    def _fetch(self, count: int) -> bytes:
        frame = self._chip.head()
        if frame is None:
            return b""
        said = frame[self._read : self._read + count]
        self._read += len(said)
        if self._read == len(frame):
            self._chip.pop()
            self._read = 0
            self._operation = 0  # beyond the frame there is nothing, even if the next is due
        return said


class I2cPort:
    """One read, or one write, from start to stop. A read begins with the status.

    The unread rest of a frame is lost. A sleeping chip loses the bytes that wake it.
    """

    ADDRESS = 0x24

    def __init__(self, chip: Pn532) -> None:
        self._chip = chip
        self._is_deaf = False
        self._frame = b""  # fetched by this read
        self._read = 0  # bytes of this read so far

    def start(self, address: int) -> bool:
        """A transfer begins. Return whether the chip acknowledges its address."""
        self._read = 0
        self._is_deaf = self._chip.is_asleep
        if address != self.ADDRESS or self._chip.stuck:
            return False
        self._chip.wake()
        return True

    def write(self, data: bytes) -> None:
        """Bytes from the host, in any pieces."""
        if not self._is_deaf:
            self._chip.host_bytes(data)

    def read(self, count: int) -> bytes:
        """The next bytes for the host: the status, the frame, then zeros."""
        begin, self._read = self._read, self._read + count
        if begin == 0 < count:
            self._frame = (not self._is_deaf and self._chip.head()) or b""
        if begin <= 1 < self._read and self._frame:
            self._chip.pop()
        said = bytes((bool(self._frame),)) + self._frame
        return said[begin : self._read].ljust(count, b"\x00")


class HsuPort:
    """The UART. A sleeping chip loses the bytes that wake it.

    `baud` is the host's rate; None if its line has none: a pty. Above `max_baud` the line garbles
    octets.
    """

    def __init__(self, chip: Pn532, max_baud: int = BAUD_RATES[-1]) -> None:
        self._chip = chip
        self._max_baud = max_baud
        self._carried = 0  # octets, either way, at a rate that is too high
        self.baud: int | None = None

    def feed(self, data: bytes) -> None:
        """Bytes from the host."""
        baud = self.baud or self._chip.baud
        data = heard(self._carry(data, baud), baud, self._chip.baud)
        if self._chip.is_asleep:
            data = data[_LOST_WHILE_WAKING:]
            self._chip.wake()
        self._chip.host_bytes(data)

    def fetch(self) -> bytes:
        """All bytes due from the chip, as the host receives them."""
        said = b""
        while self._chip.head() is not None:
            said += self._chip.pop()
        baud = self._chip.baud
        return heard(self._carry(said, baud), baud, self.baud or baud)

    def _carry(self, data: bytes, baud: int) -> bytes:
        """The bytes that arrive, sent at this rate."""
        if baud <= self._max_baud * (1 + _SAME_RATE):
            return data
        begin, self._carried = self._carried, self._carried + len(data)
        return bytes(
            byte ^ _GARBLED_BITS if (begin + i) % _GARBLED_EVERY == 0 else byte
            for i, byte in enumerate(data)
        )


class SleepingClock(Clock, Protocol):
    """Simulated time that passes by itself."""

    def sleep_until(self, when_s: float) -> None: ...


class TimedHsuPort(HsuPort):
    """The UART in real time: feed() and fetch() end with the last bit at the other end.

    `rate`: of the line, bit/s.
    """

    def __init__(self, chip: Pn532, clock: SleepingClock, max_baud: int = BAUD_RATES[-1]) -> None:
        super().__init__(chip, max_baud)
        self.rate = _FIRST_RATE
        self._clock = clock
        self._free_s = 0.0  # when the line is free, in the clock's time

    def feed(self, data: bytes) -> None:
        self._take_time(data, self._clock.now())
        super().feed(data)

    def fetch(self) -> bytes:
        due_s = self._chip.due_s()
        if said := super().fetch():
            self._take_time(said, due_s or 0.0)
        return said

    def _take_time(self, data: bytes, begin_s: float) -> None:
        """Wait until the line, from `begin_s` on, has brought `data` to the other end."""
        self._free_s = max(begin_s, self._free_s) + len(data) * _BITS / self.rate
        self._clock.sleep_until(self._free_s)


def heard(data: bytes, sent_baud: int, heard_baud: int) -> bytes:
    """The bytes that a UART at one rate receives from bytes sent at another, 8N1, without pauses.

    Without the expected stop bit it drops the byte and waits until the line is high.
    """
    if abs(sent_baud - heard_baud) <= _SAME_RATE * heard_baud:
        return data
    line = [bit for byte in data for bit in (0, *(byte >> i & 1 for i in range(8)), 1)]
    line.append(1)  # idle
    bits_a_bit = sent_baud / heard_baud

    def level(begin: int, bit: int) -> int:
        at = int(begin + (bit + 0.5) * bits_a_bit)
        return line[at] if at < len(line) else 1

    said, at = bytearray(), 0
    while at < len(line):
        if line[at] == 1 or level(at, 0) == 1:  # idle, or too short for a start bit
            at += 1
            continue
        stop = int(at + 9.5 * bits_a_bit)
        if level(at, 9) == 1:
            said.append(sum(level(at, 1 + i) << i for i in range(8)))
            at = stop + 1
        else:
            at = line.index(1, stop)
    return bytes(said)
