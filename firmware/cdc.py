"""The USB serial port of the board, octet by octet and without surprises.

MicroPython's stdin blocks until it has all that was asked for, so octets are fetched one at a time,
each after a look whether it is there. When its ring of 512 is full, USB holds the host back.
"""

import select
import sys


class UsbSerial:
    """stdin and stdout as a port for `link.Link`."""

    def __init__(self) -> None:
        self._in = sys.stdin.buffer
        self._out = sys.stdout.buffer
        self._poll = select.poll()
        self._poll.register(sys.stdin, select.POLLIN)

    def has_input(self, wait_ms: int) -> bool:
        # The stubs do not say what ipoll() gives.
        for _ in self._poll.ipoll(wait_ms):  # pyright: ignore[reportUnknownVariableType]
            return True
        return False

    def read(self, buffer: bytearray) -> None:
        if not self._in.readinto(buffer):
            raise EOFError  # never on a board: its emulator's host has closed the line

    def write(self, buffer: "bytes | bytearray", start: int, count: int) -> None:
        self._out.write(buffer, start, count)
