"""Frames over bytes: the reader's end of the wire.

The layout is protocol/kazashi_wire/frame.py's; both ends answer to tests/vectors/frames.jsonl.
Nothing here allocates after construction.
"""

from time import ticks_diff, ticks_ms

from micropython import const

import wire
from octets import copy, put_crc, wipe

_TYPING = const(0)  # MicroPython has no typing: what follows is compiled away there
if _TYPING:
    from typing import Protocol

    from wait import Wait

    class Port(Protocol):
        """A line to the host, byte by byte."""

        def read(self, buffer: bytearray, start: int, end: int, wait_ms: int) -> int: ...

        def write(self, buffer: "bytes | bytearray", start: int, count: int) -> None: ...


HEADER = wire.HEADER_SIZE
_CRC = wire.CRC_SIZE
_LONGEST = HEADER + wire.MAX_PAYLOAD + _CRC
_AT_ONCE = const(512)  # octets to take; 0.1 s of noise
_REST_MS = const(20)  # at most, until the first byte comes
_SYNC_0 = wire.SYNC[0]
_SYNC_1 = wire.SYNC[1]


class Link:
    """After poll() returned True, the request is `kind`, `number`, and `size` octets of `buffer`
    from HEADER on. To answer, fill `out` from HEADER on and send().
    """

    def __init__(self, port: "Port", wait: "Wait") -> None:
        self._port = port
        self._wait = wait
        self._has_request = self._take_request  # looked up here, for that allocates
        self._rest_ms = 0
        self._have = 0  # octets in `buffer`
        self._wanted = HEADER  # octets that `buffer` needs before it is worth a look
        self._last = 0  # when the last octet came
        self._taken = 0  # octets of the frame that poll() gave out
        self._tail = bytearray(_CRC)
        self.buffer = bytearray(_LONGEST)
        self.out = bytearray(_LONGEST)
        self.out[0] = _SYNC_0
        self.out[1] = _SYNC_1
        self.kind = 0
        self.number = 0
        self.size = 0

    def poll(self, wait_ms: int = 0) -> bool:
        """Wait up to `wait_ms` for a whole request. True when there is one."""
        self._rest_ms = min(wait_ms, _REST_MS)
        return self._wait.until(self._has_request, wait_ms)

    def _take_request(self) -> bool:
        """Take what the host has sent. True when a request is complete.

        A host that sends without pause does not keep the reader from its other work.
        """
        rest_ms = self._rest_ms
        if self._taken:
            self._drop(self._taken)
            self._taken = 0
            if self._has_frame():
                return True
        left = _AT_ONCE
        while left:
            most = min(self._wanted, self._have + left)
            have = self._port.read(self.buffer, self._have, most, rest_ms)
            if have == self._have:
                break
            self._last = ticks_ms()
            left -= have - self._have
            self._have = have
            if have == self._wanted and self._has_frame():
                return True
            rest_ms = 0
        if self._have and ticks_diff(ticks_ms(), self._last) > wire.MAX_PAUSE_MS:
            return self._give_up_frame()
        return False

    def send(
        self,
        kind: int,
        number: int,
        head: int = 0,
        body: "bytes | bytearray" = b"",
        start: int = 0,
        count: int = 0,
    ) -> None:
        """Send `head` octets of `out` from HEADER on, then `count` of `body` from `start` on.

        In one write: what is left for a second may wait for whatever the firmware does next.
        """
        out = self.out
        size = head + count
        out[2] = kind
        out[3] = number
        out[4] = size >> 8
        out[5] = size & 0xFF
        out[6] = -(kind + number + out[4] + out[5]) & 0xFF
        copy(body, start, out, HEADER + head, count)
        end = HEADER + size
        put_crc(out, 2, end, out, end)
        self._port.write(out, 0, end + _CRC)

    def forget(self) -> None:
        """Zeros where answers were, and the checksum of a request, which gives a PIN away.

        The request in hand, and what follows it, stay: each is wiped as it is dropped.
        """
        wipe(self.out, HEADER, _LONGEST)
        wipe(self._tail, 0, _CRC)

    def _give_up_frame(self) -> bool:
        """The line fell silent within a frame: look for another behind its beginning."""
        while self._have:
            self._drop(1)
            if self._has_frame():
                return True
        return False

    def _has_frame(self) -> bool:
        """Skip to what may be a frame; True when all of it is there and good."""
        b = self.buffer
        while True:
            self._skip_to_sync()
            self._wanted = HEADER
            if self._have < HEADER:
                return False
            size = b[4] << 8 | b[5]
            if (b[2] + b[3] + b[4] + b[5] + b[6]) & 0xFF == 0 and size <= wire.MAX_PAYLOAD:
                self._wanted = HEADER + size + _CRC
                if self._have < self._wanted:
                    return False
                if self._is_intact(HEADER + size):
                    break
            self._drop(1)
        self.kind = b[2]
        self.number = b[3]
        self.size = size
        self._taken = self._wanted
        return True

    def _is_intact(self, end: int) -> bool:
        put_crc(self.buffer, 2, end, self._tail, 0)
        for i in range(_CRC):  # all() would allocate
            if self._tail[i] != self.buffer[end + i]:
                return False
        return True

    def _skip_to_sync(self) -> None:
        b = self.buffer
        i = 0
        while i < self._have:
            if b[i] == _SYNC_0 and (i + 1 == self._have or b[i + 1] == _SYNC_1):
                break
            i += 1
        if i:
            self._drop(i)

    def _drop(self, count: int) -> None:
        self._have -= count
        copy(self.buffer, count, self.buffer, 0, self._have)
        wipe(self.buffer, self._have, self._have + count)  # it may have been a PIN
