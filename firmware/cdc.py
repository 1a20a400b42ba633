"""The USB serial port of the board, octet by octet and without surprises.

MicroPython's stdin blocks until it has all that was asked for, so octets are fetched one at a time,
each after a look whether it is there. When its ring of 512 is full, USB holds the host back.
"""

import select
import sys
from time import ticks_diff, ticks_us

from micropython import const

_PACKET = const(64)  # octets that USB carries at once
_PACKET_US = const(80)  # that it takes, and MicroPython to hand it the next


class UsbSerial:
    """stdin and stdout as a port for `link.Link`."""

    def __init__(self) -> None:
        self._in = sys.stdin.buffer
        self._octet = bytearray(1)
        self._out = sys.stdout.buffer
        self._poll = select.poll()
        self._poll.register(sys.stdin, select.POLLIN)

    def read(self, buffer: bytearray, start: int, end: int, wait_ms: int) -> int:
        """Take bytes into `buffer` from `start` on, at most up to `end`; wait for the first only.

        Returns the index behind the last. Byte by byte: see above.
        """
        poll = self._poll
        octet = self._octet
        for i in range(start, end):
            # The stubs do not say what ipoll() gives.
            for _ in poll.ipoll(wait_ms):  # pyright: ignore[reportUnknownVariableType]
                break
            else:
                octet[0] = 0
                return i
            if not self._in.readinto(octet):
                raise EOFError  # never on a board: its emulator's host has closed the line
            buffer[i] = octet[0]
            wait_ms = 0
        octet[0] = 0  # it may have been of a PIN
        return end

    def write(self, buffer: "bytes | bytearray", start: int, count: int) -> None:
        self._out.write(buffer, start, count)
        # USB takes the next packet only when bytecode jumps back: what follows may be long in doing
        # that.
        begin = ticks_us()
        most = (count - 1) // _PACKET * _PACKET_US
        while ticks_diff(ticks_us(), begin) < most:
            pass
