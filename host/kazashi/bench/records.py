"""Records of a read: exchanges on air, bytes at the host, and their times."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kazashi.sim.radio import Air, AirFrame, Heard, frame_time
from kazashi_wire.frame import CRC_SIZE, Deframer, Frame
from kazashi_wire.messages import BY_KIND, End, Failed, Part

_ATTRIB = 0x1D
_STATUS = 2  # bytes at the end of a response


@dataclass(frozen=True)
class Exchange:
    """A frame of the reader and the card's answer to it, with their CRC."""

    begin_s: float
    sent_s: float  # the last bit of the reader's frame
    end_s: float  # of the answer, or of the patience
    air_s: float  # frames, and the pauses that the standard asks for
    card_s: float  # the card's own time
    sent: bytes
    heard: bytes | None  # None: silence

    @property
    def is_activation(self) -> bool:
        return self.sent[0] == _ATTRIB and self.heard is not None


class AirLog:
    """Records every exchange on air from now on. clear() drops them."""

    def __init__(self, air: Air) -> None:
        self.exchanges: list[Exchange] = []
        self._air = air
        self._exchange = air.exchange
        air.exchange = self._log

    def clear(self) -> None:
        self.exchanges.clear()

    def after_activation(self) -> tuple[float, list[Exchange]]:
        """The time of the last answer to ATTRIB, and the exchanges since then."""
        place = max(i for i, each in enumerate(self.exchanges) if each.is_activation)
        return self.exchanges[place].end_s, self.exchanges[place + 1 :]

    def _log(self, frame: AirFrame, now_s: float, timeout_s: float) -> Heard:
        air = self._air
        air_s, card_s = air.spent_s, air.cards_s
        heard = self._exchange(frame, now_s, timeout_s)
        end_s, air_s, card_s = now_s + heard.elapsed_s, air.spent_s - air_s, air.cards_s - card_s
        sent_s = now_s + frame_time(
            frame.technology, len(frame.data), frame.bit_rate, from_card=False
        )
        self.exchanges.append(Exchange(now_s, sent_s, end_s, air_s, card_s, frame.data, heard.data))
        return heard


def air_s(exchanges: Sequence[Exchange], end_s: float) -> float:
    """Seconds on air of the exchanges that are over at `end_s`: what arrived then needed those.

    A command that the reader sends by itself meanwhile, for the token's label, is not counted.
    """
    return sum(each.air_s for each in exchanges if each.end_s <= end_s)


def bringing(exchanges: Sequence[Exchange], start: bytes) -> Exchange:
    """The exchange whose answer begins with `start`, after its PCB and CID."""
    return next(each for each in exchanges if each.heard and start in each.heard[: len(start) + 2])


class Packet(NamedTuple):
    """Bytes that came over USB together. `at_s`: the time of the last bit."""

    at_s: float
    data: bytes


class Arrival(NamedTuple):
    """A message of the reader, with the times of the packets that brought it."""

    begin_s: float
    end_s: float
    frame: Frame
    piece: bytes  # of the certificate


def arrivals(packets: Sequence[Packet], certificate: bytes) -> list[Arrival]:
    """The messages in these packets, and which of them carry the certificate.

    The times of such a one are those of the packets with its first and its last such byte.
    """
    stream = b"".join(packet.data for packet in packets)
    at, got, found = 0, 0, list[Arrival]()
    frames = [*Deframer().feed(stream)]
    for frame, data in zip(frames, _data(frames), strict=True):
        said = frame.build()
        at = stream.index(said, at)
        begin, end = at, at + len(said)
        piece = _common(data, certificate[got:])
        if piece:
            begin = end - CRC_SIZE - len(_carried(frame))
            end = begin + len(piece)
            got += len(piece)
        found.append(Arrival(_when(packets, begin), _when(packets, end - 1), frame, piece))
        at += len(said)
    if got < len(certificate):
        raise AssertionError(f"{got} of {len(certificate)} bytes came in their order")
    return found


def _data(frames: Sequence[Frame]) -> list[bytes]:
    """The response data in each message, without the status word at the end of a response."""
    found = list[bytes]()
    is_ending, end = False, None  # offset at which the data of the response ends
    for frame in reversed(frames):  # the end of a response is known only after its parts
        message = BY_KIND[frame.kind].parse(frame.payload)
        data = b""
        if isinstance(message, End | Failed):
            is_ending, end = isinstance(message, End), None
        elif isinstance(message, Part):
            data = message.data
            if is_ending:  # an armed reader counts on from one response to the next
                is_ending, end = False, message.offset + len(data) - _STATUS
            if end is not None:
                data = data[: max(0, end - message.offset)]
        found.append(data)
    return found[::-1]


def _carried(frame: Frame) -> bytes:
    """The response data in a message, status word included."""
    message = BY_KIND[frame.kind].parse(frame.payload)
    return message.data if isinstance(message, Part) else b""


def _common(a: bytes, b: bytes) -> bytes:
    """The longest common prefix."""
    count = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), None)
    return a[: min(len(a), len(b)) if count is None else count]


def _when(packets: Sequence[Packet], place: int) -> float:
    """The time at which byte number `place` of all packets came."""
    for packet in packets:
        place -= len(packet.data)
        if place < 0:
            return packet.at_s
    raise IndexError
