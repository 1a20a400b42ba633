"""The PN532 on its UART, which NXP calls HSU.

Ref: UM0701-02, SetSerialBaudRate, Diagnose; libnfc pn532_uart.c and nfcpy pn532.py. 8N1, 115200
after every reset of the chip; speed_up() climbs to the highest rate that the line carries.

Nothing on the line says where a frame ends, so the frame's own length is believed and no octet is
read beyond it. The chip speaks only when spoken to: what is there when write() comes is of
something that is over, and is dropped.
"""

from time import ticks_diff, ticks_ms

from micropython import const

import hostframe
from octets import copy, wipe
from pn532 import ChipRefused, ChipSilent

_TYPING = const(0)  # MicroPython has no typing: what follows is compiled away there
if _TYPING:
    from collections.abc import Callable
    from types import ModuleType

    from machine import UART, Pin

    from pn532 import Pn532
    from wait import Wait

_SLOW = const(115_200)
_FAST = (1_288_000, 921_600, 460_800)
_INDEX = {1_288_000: 8, 921_600: 7, 460_800: 6, _SLOW: 4}  # parameter of SetSerialBaudRate
_SET_SERIAL_BAUD_RATE = const(0x10)
_DIAGNOSE = const(0x00)

# Communication line test: the chip says the same. Few edges and many, and each bit once alone.
_TEST = b"\x00" + 4 * b"\x00\xff\x55\xaa\x01\x02\x04\x08\x10\x20\x40\x80\xf0\x0f"
_TESTS = const(8)  # in a row, each of some 70 octets both ways

_WAKE_UP = b"\x55\x55" + bytes(14)
_OSCILLATOR_MS = const(2)
_SWITCH_MS = const(2)  # an ACK at 115200 takes 0.5; MicroPython may sleep 1 ms less
_ANSWER_MS = const(5)  # to a command that nobody listens to
_FRAME_MS = const(30)  # the longest takes 24 at 115200
_STALE_MS = const(30)
_LULL_MS = const(1)  # eleven octets at 115200
_RING = const(320)  # octets that MicroPython keeps: an ACK, and the longest frame behind it
_TELLING = const(5)  # octets of the shortest frame, an ACK whose first zero was lost


def _stay_awake() -> None:
    pass


class UartBus:
    """`uart` is a machine.UART on its pins. `idle` sleeps until an octet, or anything, comes."""

    irq: "Callable[[], int] | None" = None  # the chip speaks by itself

    def __init__(
        self, uart: "UART", wait: "Wait", idle: "Callable[[], object]" = _stay_awake
    ) -> None:
        self._wait = wait
        self._has_octets = self.ready  # looked up here, for that allocates
        self._uart = uart
        self._idle = idle
        self._is_lost = False  # the chip may have a rate that nobody knows
        self._is_settled = False
        self._top = 0  # of _FAST: the first that did not fail
        self._taken = bytearray(hostframe.LONGEST)

    def wake(self) -> None:
        """Bring the chip out of power-down, at 115200.

        If it did not answer there, it may have kept another rate: without RSTPD_N it does not
        notice that the board starts again. It is then told to come back, unheard.
        """
        if self._is_lost:
            for rate in _FAST:
                self._set_rate(rate)
                self._come_back()
        self._is_lost = True
        self._is_settled = False
        self._set_rate(_SLOW)
        self.write(_WAKE_UP, 0, len(_WAKE_UP))
        self._wait.sleep_ms(_OSCILLATOR_MS)

    def speed_up(self, chip: "Pn532") -> bool:
        """Climb to the highest rate at which a test passes. One that fails is not tried again.

        Returns False if it failed: the chip has to be started again before the next is tried.
        """
        if self._is_settled or self._top == len(_FAST):
            return True
        rate = _FAST[self._top]
        try:
            chip.call(_rate_command(rate))
        except (ChipSilent, ChipRefused):  # a copy that does not know this rate
            self._top += 1
            return False
        self._change(rate)
        self._is_settled = self._passes(chip)
        if self._is_settled:
            self._is_lost = False
        else:
            self._top += 1
            self._come_back()
        return self._is_settled

    def _passes(self, chip: "Pn532") -> bool:
        """Whether all that is said comes back, each time at the first attempt."""
        health = chip.health
        before = health.retries
        test = hostframe.Command(_DIAGNOSE, len(_TEST), _TEST)
        try:
            for _ in range(_TESTS):
                start = chip.call(test)
                said = chip.reply.buffer[start : start + chip.reply.count]
                if said != _TEST or health.retries != before:
                    return False
            return True
        except (ChipSilent, ChipRefused):
            return False
        finally:
            health.retries = before  # nothing was mended

    def _come_back(self) -> None:
        """Tell the chip to go to 115200, without listening to what it says."""
        command = _rate_command(_SLOW)
        self.write(command.buffer, hostframe.NORMAL, command.end)
        self._wait.sleep_ms(_ANSWER_MS)
        self._change(_SLOW)

    def _change(self, rate: int) -> None:
        """Both ends go on at the rate that the chip was told."""
        self.write(hostframe.ACK, 0, len(hostframe.ACK))  # the chip changes when it has this
        self._wait.sleep_ms(_SWITCH_MS)
        self._set_rate(rate)
        self._wait.sleep_ms(_SWITCH_MS)

    def hz(self) -> int:
        """Its rate, bit/s."""
        return _FAST[self._top] if self._is_settled else _SLOW

    def ready(self) -> bool:
        """True when a frame has begun to come. Where none has, it takes a little rest first."""
        if self._uart.any():
            return True
        self._idle()
        return self._uart.any() > 0

    def write(self, buffer: "bytes | bytearray", start: int, end: int) -> None:
        self._drop()
        # A stream's write() takes an index and a number; the stubs know the buffer alone.
        self._uart.write(buffer, start, end - start)  # pyright: ignore[reportCallIssue]

    def readinto(self, buffer: bytearray, expected: int) -> int:
        """The frame that comes; it tells by itself how many octets to expect. Returns its size.

        0: it does not fit `buffer`, or is none, or its end does not come.
        """
        have = size = 0
        start = ticks_ms()
        while not size or have < size:
            end = size or max(_TELLING, have + 1)
            if end > len(buffer):
                return 0
            count = self._take(end - have)
            if count:
                copy(self._taken, 0, buffer, have, count)
                have += count
                size = size or hostframe.size_of(buffer, have)
            else:
                left_ms = _FRAME_MS - ticks_diff(ticks_ms(), start)
                if not self._wait.until(self._has_octets, left_ms):
                    return 0
        return size

    def forget(self) -> None:
        """Nothing stays of the frames that passed."""
        wipe(self._taken, 0, len(self._taken))

    def _take(self, most: int) -> int:
        """Fetch what is there, without waiting for more. Returns how many octets that is."""
        count = min(self._uart.any(), most)
        if count:
            self._uart.readinto(self._taken, count)
        return count

    def _drop(self) -> None:
        start = ticks_ms()
        while self._take(len(self._taken)) and ticks_diff(ticks_ms(), start) < _STALE_MS:
            self._wait.sleep_ms(_LULL_MS)

    def _set_rate(self, rate: int) -> None:
        self._uart.init(rate, rxbuf=_RING, txbuf=_RING)


def _rate_command(rate: int) -> hostframe.Command:
    return hostframe.Command(_SET_SERIAL_BAUD_RATE, 1, bytes((_INDEX[rate],)))


def on(board: "ModuleType", irq_line: "Callable[[], Pin | None]", wait: "Wait") -> UartBus:
    """The bus on the pins of `board`. It has no use for the IRQ line."""
    from machine import UART, Pin, idle

    return UartBus(UART(board.UART, tx=Pin(board.TX), rx=Pin(board.RX)), wait, idle)
