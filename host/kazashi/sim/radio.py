"""The air between chip and cards: times of frames, their receivers, and disturbances.

Formulas: ISO/IEC 14443-2 and -3; constants as measured by proxmark3 (armsrc/iso14443b.c) and given
in AT88RF1354 (p. 28) and ST RFAL. A frame is counted with its CRC and without extra guard time.
"""

from binascii import crc_hqx
from collections.abc import Callable
from enum import Enum, auto
from typing import NamedTuple, Protocol

from kazashi_wire.messages import Technology

TURNED = bytes(int(f"{i:08b}"[::-1], 2) for i in range(256))  # each byte with its bits in reverse

FC = 13.56e6  # carrier, Hz
FS = FC / 16  # subcarrier, Hz

_SOF_ETU = 12
_EOF_ETU = 10
_BYTE_ETU_B = 10
_BYTE_ETU_A = 9  # eight bits and parity
_TR0_FS = 64
_TR1_FS = 80
_FO_FS = 32
_FDT_A = 1172 / FC


def etu(bit_rate: int = 106) -> float:
    """Seconds of one bit at 106, 212, 424 or 848 kbit/s."""
    return 128 / FC / (bit_rate // 106)


def frame_time(technology: Technology, size: int, bit_rate: int = 106, *, from_card: bool) -> float:
    """Seconds that a frame of `size` bytes, CRC included, spends on air."""
    if technology is Technology.TYPE_B:
        return (_SOF_ETU + _BYTE_ETU_B * size + _EOF_ETU) * etu(bit_rate)
    end_etu = 1 if from_card else 2
    subcarrier = 32 / FS if from_card and bit_rate > 106 else 0.0
    return (1 + _BYTE_ETU_A * size + end_etu) * etu(bit_rate) + subcarrier


def time_to_card(technology: Technology) -> float:
    """Seconds from the end of the reader's frame to the first bit of the card's."""
    return (_TR0_FS + _TR1_FS) / FS if technology is Technology.TYPE_B else _FDT_A


def time_to_reader(technology: Technology, bit_rate: int = 106) -> float:
    """Seconds from the end of the card's frame to the first bit of the reader's."""
    return 10 * etu(bit_rate) + _FO_FS / FS if technology is Technology.TYPE_B else _FDT_A


def frame_waiting_time(fwi: int) -> float:
    """Seconds that a card with this FWI may take to begin its answer."""
    return 4096 / FC * 2.0**fwi


def crc_a(data: bytes) -> bytes:
    """CRC_A of ISO/IEC 14443-3 annex B, as sent."""
    return _crc(data, 0xC6C6, 0)  # 6363, turned


def crc_b(data: bytes) -> bytes:
    """CRC_B of ISO/IEC 14443-3 annex B, as sent."""
    return _crc(data, 0xFFFF, 0xFFFF)


def _crc(data: bytes, begin: int, invert: int) -> bytes:
    """Lowest bit first; binascii's takes the highest first, so all bytes are turned for it."""
    return (crc_hqx(data.translate(TURNED), begin) ^ invert).to_bytes(2, "big").translate(TURNED)


class Clock(Protocol):
    """Simulated time."""

    def now(self) -> float: ...  # seconds


class AirFrame(NamedTuple):
    """A frame on air: bytes with their CRC. A short frame has fewer than 8 bits."""

    technology: Technology
    data: bytes
    bits: int = 8  # of the last byte
    bit_rate: int = 106  # kbit/s
    answer_rate: int = 106  # of the reader's receiver
    at_s: float = 0.0  # its start, in the time of the reader


class Reply(NamedTuple):
    """A card's answer, CRC included, and the time it took beyond the radio's."""

    data: bytes
    delay_s: float = 0.0
    bit_rate: int = 106  # kbit/s


class Picc(Protocol):
    """A card or phone in the field."""

    def lose_power(self) -> None: ...
    def receive(self, frame: AirFrame) -> Reply | None: ...


class Disturbance(Enum):
    """A disturbance of one exchange."""

    COMMAND_LOST = auto()
    ANSWER_LOST = auto()
    ANSWER_GARBLED = auto()


class Heard(NamedTuple):
    """The result of an exchange, and its end in seconds after the start."""

    data: bytes | None  # None: silence
    elapsed_s: float


class Air:
    """The field of one reader, and the cards in it."""

    def __init__(self) -> None:
        self.cards: list[Picc] = []
        self.is_on = False
        self.spent_s = 0.0  # air time of all frames and the pauses of the standard
        self.cards_s = 0.0  # the cards' own time, until each began its answer
        self.exchanges = 0
        self.disturb: Callable[[int, AirFrame], Disturbance | None] = lambda _index, _frame: None
        self._free_at = 0.0
        self._plan: list[tuple[float, Callable[[], None]]] = []

    def place(self, card: Picc) -> None:
        """Lay a card on the reader, unless it is there."""
        if card not in self.cards:
            self.cards.append(card)

    def clear(self) -> None:
        """Take all cards away."""
        for card in self.cards:
            card.lose_power()
        self.cards.clear()

    def plan(self, when_s: float, action: Callable[[], None]) -> None:
        """Do `action` at the first exchange from `when_s` on, simulated time."""
        self._plan.append((when_s, action))
        self._plan.sort(key=lambda item: item[0])

    def switch(self, *, on: bool) -> None:
        """The reader's field, on or off."""
        if self.is_on and not on:
            for card in self.cards:
                card.lose_power()
            self._free_at = 0.0  # a frame on air is cut off
        self.is_on = on

    def exchange(self, frame: AirFrame, now_s: float, timeout_s: float) -> Heard:
        """Send `frame` at `now_s` and listen until an answer begins or `timeout_s` is over."""
        while self._plan and self._plan[0][0] <= now_s:
            self._plan.pop(0)[1]()
        wait = max(0.0, self._free_at - now_s)
        sending = wait + frame_time(
            frame.technology, len(frame.data), frame.bit_rate, from_card=False
        )
        self.spent_s += sending - wait
        disturbance = self.disturb(self.exchanges, frame)
        self.exchanges += 1
        if disturbance is Disturbance.COMMAND_LOST or not self.is_on:
            replies: list[Reply] = []
        else:
            frame = frame._replace(at_s=now_s + wait)
            replies = [r for card in list(self.cards) if (r := card.receive(frame))]
        if not replies or min(r.delay_s for r in replies) > timeout_s:
            return Heard(None, sending + timeout_s)
        return self._hear(frame, replies, disturbance, sending, timeout_s, now_s)

    def _hear(
        self,
        frame: AirFrame,
        replies: list[Reply],
        disturbance: Disturbance | None,
        sending: float,
        timeout_s: float,
        now_s: float,
    ) -> Heard:
        technology = frame.technology
        delay = max(r.delay_s for r in replies)
        data = _superpose([r.data for r in replies]) if len(replies) > 1 else replies[0].data
        bit_rate = min(r.bit_rate for r in replies)
        answering = frame_time(technology, len(data), bit_rate, from_card=True)
        pause = time_to_reader(technology, bit_rate)
        self.spent_s += time_to_card(technology) + answering + pause
        self.cards_s += delay
        if disturbance is Disturbance.ANSWER_LOST:
            return Heard(None, sending + timeout_s)
        if disturbance is Disturbance.ANSWER_GARBLED or bit_rate != frame.answer_rate:
            data = bytes((data[0] ^ 0x10,)) + data[1:]
        elapsed = sending + time_to_card(technology) + delay + answering
        self._free_at = now_s + elapsed + pause
        return Heard(data, elapsed)


def _superpose(answers: list[bytes]) -> bytes:
    """The bytes that a receiver gets from simultaneous answers."""
    data = bytearray(max(map(len, answers)))
    for answer in answers:
        for i, byte in enumerate(answer):
            data[i] |= byte
    return bytes(data)
