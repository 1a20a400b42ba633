"""The PN532 on SPI.

Ref: UM0701-02 §6.2.5; NXP AN10609. Mode 0, at most 5 MHz, lowest bit first, which the RP2040 does
not have: octets are turned around here. Each transfer begins with an operation and lasts while
the select line is low.
"""

from micropython import const

from hostframe import LONGEST, size_of
from octets import turn, turn_words, wipe  # pyright: ignore[reportUnknownVariableType]

_TYPING = const(0)  # MicroPython has no typing: what follows is compiled away there
if _TYPING:
    from collections.abc import Callable
    from types import ModuleType

    from machine import SPI, Pin

    from pn532 import Pn532
    from wait import Wait

_WRITE = const(0x80)  # 01, turned
_STATUS = b"\x40\x00"  # 02, turned, and room for the status
_READ = b"\xc0"  # 03, turned
_OSCILLATOR_MS = const(2)
_READY = const(0x80)  # bit 0 of the status, turned


def _stay_awake() -> None:
    pass


class SpiBus:
    """`spi` is set up (mode 0, highest bit first), `select` an output, `irq` an input or None.

    With `irq`, `idle` sleeps until it falls, or anything else happens, a millisecond at most.
    """

    def __init__(
        self,
        spi: "SPI",
        select: "Callable[[int], object]",
        wait: "Wait",
        irq: "Callable[[], int] | None" = None,
        idle: "Callable[[], object]" = _stay_awake,
    ) -> None:
        self._wait = wait
        self._spi = spi
        self._put = spi.write  # looked up here, for that takes time
        self._take = spi.readinto
        self._select = select
        self.irq = irq
        self._idle = idle
        self._status = bytearray(2)
        self._buffer = bytearray(4 + LONGEST)  # an operation, or whole words
        # By size, see _cut(); a list of all sizes would take 1.1 kB.
        self._first: "dict[int, memoryview]" = {}

    def wake(self) -> None:
        """Bring the chip out of power-down: its oscillator needs a low select line."""
        self._select(0)
        self._wait.sleep_ms(_OSCILLATOR_MS)
        self._select(1)

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
        self._select(0)
        self._spi.write_readinto(_STATUS, self._status)
        self._select(1)
        return self._status[1] & _READY != 0

    def write(self, buffer: "bytes | bytearray", start: int, end: int) -> None:
        count = end - start
        self._buffer[0] = _WRITE
        turn(buffer, start, self._buffer, 1, count)
        self._select(0)
        self._put(self._first.get(1 + count) or self._cut(1 + count))
        self._select(1)

    def readinto(self, buffer: bytearray, expected: int) -> int:
        """The waiting frame, of which `expected` octets are likely. Returns its size.

        0: it does not fit `buffer`, or is none. Octets read beyond its end are not the frame's.
        `buffer` has whole words, and room for what is expected.
        """
        words = expected + 3 >> 2
        count = words << 2
        self._select(0)
        self._put(_READ)
        self._take(self._first.get(count) or self._cut(count))
        turn_words(words, self._buffer, buffer, 0)
        size = size_of(buffer, count)
        if 0 < size <= count:
            self._select(1)
            return size
        while not size and words << 2 < len(buffer):  # more zeros before it than the one of a frame
            self._take(self._first.get(4) or self._cut(4))
            turn_words(1, self._buffer, buffer, words)
            words += 1
            size = size_of(buffer, words << 2)
        left = size - (words << 2)
        if left > 0:
            if size > len(buffer):
                size = left = 0
            self._take(self._first.get(left) or self._cut(left))
            turn_words(left + 3 >> 2, self._buffer, buffer, words)
        self._select(1)
        return size

    def forget(self) -> None:
        """Nothing stays of the frames that passed."""
        wipe(self._buffer, 0, len(self._buffer))

    def _cut(self, count: int) -> memoryview:
        """The first `count` octets of the buffer, cut once: a slice allocates."""
        first = memoryview(self._buffer)[:count]
        self._first[count] = first
        return first


def on(board: "ModuleType", irq_line: "Callable[[], Pin | None]", wait: "Wait") -> SpiBus:
    """The bus on the pins of `board`."""
    from machine import SPI, Pin, idle

    sck, mosi, miso = Pin(board.SCK), Pin(board.MOSI), Pin(board.MISO)
    spi = SPI(board.SPI, baudrate=board.SPI_HZ, sck=sck, mosi=mosi, miso=miso)
    return SpiBus(spi, Pin(board.SELECT, Pin.OUT, value=1), wait, irq_line(), idle)
