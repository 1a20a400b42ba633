"""The PN532 on its UART, which NXP calls HSU.

Ref: UM0701-02, SetSerialBaudRate; libnfc pn532_uart.c and nfcpy pn532.py. 8N1, 115200 after every
reset of the chip; speed_up() makes it 921600.

Nothing on the line says where a frame ends, so the frame's own length is believed and no octet is
read beyond it. The chip speaks only when spoken to: what is there when write() comes is of
something that is over, and is dropped.
"""

from time import sleep_ms, ticks_diff, ticks_ms

from micropython import const

import hostframe
from octets import copy

_SLOW = const(115_200)
_FAST = const(921_600)
_SET_SERIAL_BAUD_RATE = const(0x10)
_INDEX_OF_FAST = b"\x07"

_WAKE_UP = b"\x55\x55" + bytes(14)
_OSCILLATOR_MS = const(2)
_SWITCH_MS = const(1)  # an ACK at 115200 takes 0.5; nfcpy pauses as long
_FRAME_MS = const(20)  # the longest takes 3 at 921600; at 115200 there are none but short ones
_STALE_MS = const(30)
_LULL_MS = const(1)  # eleven octets at 115200
_RING = const(320)  # octets that MicroPython keeps: an ACK, and the longest frame behind it
_TELLING = const(5)  # octets of the shortest frame, an ACK whose first zero was lost


def _stay_awake():
    pass


class UartBus:
    """`uart` is a machine.UART on its pins. `idle` sleeps until an octet, or anything, comes."""

    irq = None  # the chip speaks by itself

    def __init__(self, uart, idle=_stay_awake):
        self._uart = uart
        self._idle = idle
        self._rate = 0
        self._wakes = 0  # since the chip last answered
        self._faster = hostframe.Command(_SET_SERIAL_BAUD_RATE, 1, _INDEX_OF_FAST)
        self._taken = bytearray(hostframe.LONGEST)

    def wake(self):
        """Bring the chip out of power-down.

        Every second time in a row at the high rate: without RSTPD_N the chip does not notice that
        the board starts again, and has kept it.
        """
        self._set_rate(_FAST if self._wakes & 1 else _SLOW)
        self._wakes += 1
        self.write(_WAKE_UP, 0, len(_WAKE_UP))
        sleep_ms(_OSCILLATOR_MS)

    def speed_up(self, chip):
        """The chip has answered: go on at the high rate. Who asks next learns whether it did."""
        self._wakes = 0
        if self._rate == _FAST:
            return
        chip.call(self._faster)
        self.write(hostframe.ACK, 0, len(hostframe.ACK))  # the chip changes when it has this
        sleep_ms(_SWITCH_MS)
        self._set_rate(_FAST)
        sleep_ms(_SWITCH_MS)

    def hz(self):
        return self._rate

    def ready(self):
        """True when a frame has begun to come. Where none has, it takes a little rest first."""
        if self._uart.any():
            return True
        self._idle()
        return self._uart.any() > 0

    def write(self, buffer, start, end):
        self._drop()
        self._uart.write(buffer, start, end - start)

    def readinto(self, buffer, expected):
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
            elif ticks_diff(ticks_ms(), start) > _FRAME_MS:
                return 0
            else:
                self._idle()
        return size

    def _take(self, most):
        """Fetch what is there, without waiting for more. Returns how many octets that is."""
        count = min(self._uart.any(), most)
        if count:
            self._uart.readinto(self._taken, count)
        return count

    def _drop(self):
        start = ticks_ms()
        while self._take(len(self._taken)) and ticks_diff(ticks_ms(), start) < _STALE_MS:
            sleep_ms(_LULL_MS)

    def _set_rate(self, rate):
        self._rate = rate
        self._uart.init(rate, rxbuf=_RING, txbuf=_RING)
