"""The PN532 on I²C.

Ref: UM0701-02 §6.2.4; Seeed PN532_I2C.cpp and libnfc pn532_i2c.c. Address 24, at most 400 kHz.

Each read begins with the status; if that says so, a frame follows. What a read does not fetch
of it is lost, so a frame that is longer than was expected is asked for again. The chip may hold
the clock: machine.I2C bears that for 50 ms.
"""

from micropython import const

import hostframe
from octets import copy, copy_words, wipe

_TYPING = const(0)  # MicroPython has no typing: what follows is compiled away there
if _TYPING:
    from collections.abc import Callable
    from types import ModuleType

    from machine import I2C, Pin

    from pn532 import Pn532
    from wait import Wait

_ADDRESS = const(0x24)
_READY = const(1)  # bit 0 of the status
_WORD = const(4)  # octets that are copied at once
_STATUS = const(3)  # its index: the frame behind it begins with a word
_ACK = const(6)  # octets of it, and of a NACK
_START = const(3)  # bytes of a frame before its length: 00 00 FF
_MOST_ZEROS = const(8)  # more of them before a frame: some chips send one; more has no room
_OSCILLATOR_MS = const(2)
_REPEAT_MS = const(20)  # for a frame that is said again; the chip takes 15 at most, §6.2.3


def _stay_awake() -> None:
    pass


class I2cBus:
    """`i2c` is a machine.I2C on its pins, `irq` an input or None.

    With `irq`, `idle` sleeps until it falls, or anything else happens, a millisecond at most.
    """

    def __init__(
        self,
        i2c: "I2C",
        wait: "Wait",
        irq: "Callable[[], int] | None" = None,
        idle: "Callable[[], object]" = _stay_awake,
    ) -> None:
        self._wait = wait
        self._has_frame = self.ready  # looked up here, for that allocates
        self._i2c = i2c
        self.irq = irq
        self._idle = idle
        self._buffer = bytearray(_WORD + hostframe.LONGEST)
        self._zeros = 0  # that this chip sends before a frame, beyond the one that belongs to it
        # By size, see _cut(); a list of all sizes would take 1.1 kB.
        self._first: "dict[int, memoryview]" = {}

    def wake(self) -> None:
        """Bring the chip out of power-down: its address does."""
        self._read(0)
        self._wait.sleep_ms(_OSCILLATOR_MS)

    def speed_up(self, chip: "Pn532") -> bool:
        """The clock is ours: it runs at full speed from the beginning."""
        return True

    def ready(self) -> bool:
        """True when a frame waits to be read. Where none does, it may take a little rest first."""
        if self.irq is not None:
            if self.irq() == 0:
                return True
            self._idle()
            return self.irq() == 0
        return self._read(0)

    def write(self, buffer: "bytes | bytearray", start: int, end: int) -> None:
        count = end - start
        copy(buffer, start, self._buffer, _STATUS, count)
        try:
            self._i2c.writeto(_ADDRESS, self._first.get(count) or self._cut(count))
        except OSError:
            pass  # nobody has heard it: who waits for the ACK learns that

    def readinto(self, buffer: bytearray, expected: int) -> int:
        """The waiting frame, of which `expected` octets are likely. Returns its size.

        0: it does not fit `buffer`, or is none. Octets read beyond its end are not the frame's.
        `buffer` has whole words.
        """
        count = min(expected + self._zeros, len(buffer))
        size = self._take(buffer, count)
        if size <= count:
            return size
        if expected == _ACK:  # if an ACK is due, others are of no use; one needs no last zero
            return count
        if size > len(buffer):
            return 0
        self.write(hostframe.NACK, 0, _ACK)
        if not self._wait.until(self._has_frame, _REPEAT_MS):
            return 0
        again = self._take(buffer, size)
        return again if again <= size else 0

    def _take(self, buffer: bytearray, count: int) -> int:
        """Fetch `count` octets of the frame that waits. Returns its size, 0 if there is none."""
        if not self._read(count):
            return 0
        copy_words(self._buffer, 1, buffer, 0, -(-count // _WORD))
        size = hostframe.size_of(buffer, count)
        if self._zeros or not 0 < size <= count:
            start = hostframe.after_start(buffer, count)
            self._zeros = min(max(start - _START, 0), _MOST_ZEROS) if start else _MOST_ZEROS
        return size

    def forget(self) -> None:
        """Nothing stays of the frames that passed."""
        wipe(self._buffer, 0, len(self._buffer))

    def _read(self, count: int) -> bool:
        """The status, and `count` octets behind it. True if it says that they are a frame's."""
        try:
            self._i2c.readfrom_into(_ADDRESS, self._first.get(1 + count) or self._cut(1 + count))
        except OSError:
            return False  # there is nobody, or it held the clock for too long
        return self._buffer[_STATUS] & _READY != 0

    def _cut(self, count: int) -> memoryview:
        """`count` octets of the buffer, behind the unused ones, cut once: a slice allocates."""
        first = memoryview(self._buffer)[_STATUS : _STATUS + count]
        self._first[count] = first
        return first


def on(board: "ModuleType", irq_line: "Callable[[], Pin | None]", wait: "Wait") -> I2cBus:
    """The bus on the pins of `board`."""
    from machine import I2C, Pin, freq, idle

    # A bit takes 15 cycles more than the RP2040 is told: datasheet §4.3.14.
    cycles = -(-freq() // board.I2C_HZ) - 15
    i2c = I2C(board.I2C, freq=freq() // cycles, sda=Pin(board.SDA), scl=Pin(board.SCL))
    return I2cBus(i2c, wait, irq_line(), idle)
