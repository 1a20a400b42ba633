"""Time that the host needs for a part of a response: to find its frame, parse it, gather it."""

from statistics import median
from time import perf_counter

from kazashi.link import Link
from kazashi_wire.frame import Frame
from kazashi_wire.messages import End, Part

_PACKET = 64  # bytes that USB brings at once
_PART = 253  # bytes of a response in a block of 256
_PARTS = 7  # of a certificate of 1,600 bytes
_READS = 200


def part_us() -> float:
    """Median, real microseconds."""
    pipe = _Answering()
    link = Link(pipe)
    seconds = [_read_s(link) for _ in range(_READS)]
    return median(seconds) / _PARTS * 1e6


def _read_s(link: Link) -> float:
    begin = perf_counter()
    link.transmit(bytes(4), bytes(5), link.wait(1.0))
    return perf_counter() - begin


class _Answering:
    """A reader that answers each request with a certificate, at once."""

    def __init__(self) -> None:
        self._said = bytearray()

    now = staticmethod(perf_counter)

    def read(self, size: int, /) -> bytes:
        data = bytes(self._said[: min(size, _PACKET)])
        del self._said[: len(data)]
        return data

    def write(self, data: bytes, /) -> int:
        number = data[3]
        for i in range(_PARTS):
            part = Part(offset=i * _PART, data=bytes(_PART))
            self._said += Frame(part.kind, number, part.build()).build()
        end = End(size=_PARTS * _PART, mac=b"")
        self._said += Frame(end.kind, number, end.build()).build()
        return len(data)

    def close(self) -> None:
        """Do nothing."""
