"""The envelope of every message: header, length check, CRC, limits.

    offset  size  field
    0       2     SYNC: CA 5A, in no ASCII text
    2       1     kind: which message (messages.py)
    3       1     number: of the request that it belongs to; 0 = unsolicited
    4       2     size of the payload, 0 to MAX_PAYLOAD
    6       1     check: bytes 2 to 6 add up to 0 mod 256
    7       size  payload
    …       4     CRC-32 (IEEE 802.3) of everything from byte 2

A receiver resynchronises by itself. A wrong length shows in the check at once or, once in 256
times, costs at most MAX_PAYLOAD bytes or MAX_PAUSE_MS of silence; the bytes already taken are then
searched again, so a good frame among them is not lost.

The reader has its own receiver (firmware/link.py), written separately on purpose; both are tested
against tests/vectors/frames.jsonl.
"""

from binascii import crc32
from collections.abc import Iterator
from typing import NamedTuple

SYNC = b"\xca\x5a"
HEADER_SIZE = 7
CRC_SIZE = 4
MAX_PAYLOAD = 512
MAX_PAUSE_MS = 250  # within a frame; a whole frame takes 11 ms at 460,800 bit/s

_NOISE_KEPT = 1000  # bytes: a traceback fits


class Frame(NamedTuple):
    """One message in its envelope."""

    kind: int
    number: int
    payload: bytes

    def build(self) -> bytes:
        """The bytes on the line.

        Raises:
            ValueError: the payload is longer than MAX_PAYLOAD, or kind or number over 255.
        """
        if len(self.payload) > MAX_PAYLOAD:
            raise ValueError(f"{len(self.payload)} bytes are too long for a frame ({MAX_PAYLOAD})")
        head = bytes((self.kind, self.number)) + len(self.payload).to_bytes(2, "big")
        body = head + bytes((-sum(head) & 0xFF,)) + self.payload
        return SYNC + body + crc32(body).to_bytes(CRC_SIZE, "big")


class Deframer:
    """Bytes in, good frames out; skips anything between them."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._needed = 0  # bytes, before another look is worth it: USB brings 64 at a time
        self.noise = bytearray()  # the last bytes outside any good frame

    def feed(self, data: bytes) -> Iterator[Frame]:
        """The frames that `data` completes."""
        self._bytes += data
        if len(self._bytes) >= self._needed:
            yield from self._frames()

    def pause(self) -> Iterator[Frame]:
        """After MAX_PAUSE_MS of silence: drop an unfinished frame, and search the bytes in it."""
        while self._bytes:
            self._skip(1)
            yield from self._frames()

    def _frames(self) -> Iterator[Frame]:
        self._needed = 0
        while self._align():
            size = int.from_bytes(self._bytes[4:6], "big")
            end = HEADER_SIZE + size + CRC_SIZE
            if len(self._bytes) < end:
                self._needed = end
                return
            body = bytes(self._bytes[2 : end - CRC_SIZE])
            if crc32(body) != int.from_bytes(self._bytes[end - CRC_SIZE : end], "big"):
                self._skip(1)
                continue
            del self._bytes[:end]
            yield Frame(body[0], body[1], body[HEADER_SIZE - 2 :])

    def _align(self) -> bool:
        """Skip to a possible frame. True if its whole header is there and plausible."""
        while self._bytes:
            start = self._bytes.find(SYNC)
            if start < 0:
                start = len(self._bytes) - self._bytes.endswith(SYNC[:1])
            self._skip(start)
            if len(self._bytes) < HEADER_SIZE:
                return False
            size = int.from_bytes(self._bytes[4:6], "big")
            if sum(self._bytes[2:HEADER_SIZE]) & 0xFF == 0 and size <= MAX_PAYLOAD:
                return True
            self._skip(1)
        return False

    def _skip(self, count: int) -> None:
        self.noise += self._bytes[:count]
        del self.noise[:-_NOISE_KEPT]
        del self._bytes[:count]
