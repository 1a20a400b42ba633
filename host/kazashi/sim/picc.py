"""The card's side of ISO/IEC 14443: wake-up, selection, blocks.

Ref: ISO/IEC 14443-3 (Type A §6, Type B §7), ISO/IEC 14443-4 §5 to §7; the rules named below are its
block-numbering and error rules for the PICC.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Protocol

from kazashi_wire.messages import Technology

from .radio import (
    AirFrame,
    Reply,
    crc_a,
    crc_b,
    frame_time,
    frame_waiting_time,
    time_to_card,
)

FRAME_SIZES = (16, 24, 32, 40, 48, 64, 96, 128, 256)  # by FSCI and FSDI

_S_WTX = 0xF2
_S_DESELECT = 0xC2
_HAS_CID = 0x08
_CHAINING = 0x10
_RATS = 0xE0


@dataclass(frozen=True)
class Response:
    """A response APDU, and how long the card took for it."""

    apdu: bytes
    seconds: float = 0.0


class Application(Protocol):
    """A program on a card."""

    def reset(self) -> None: ...
    def transmit(self, apdu: bytes) -> Response: ...


@dataclass
class BlockSettings:
    """Parameters of ISO-DEP on a card."""

    fsci: int = 8  # it takes frames of 256 bytes
    fwi: int = 10  # it may take 309 ms
    sfgi: int = 0  # of Type A: after its ATS it receives nothing for 302 µs · 2^sfgi; 15 means 0
    block_s: float = 0.0003  # its own time for each further block [assumed, no source]
    # Its nth answer since power-up, with a WTXM of 1 to 59, is to ask for more time: {3: 2, …}
    extensions: dict[int, int] = field(default_factory=dict[int, int])


class Blocks:
    """ISO-DEP on the card: blocks in, blocks out, without their CRC."""

    def __init__(self, application: Application, settings: BlockSettings) -> None:
        self.application = application
        self.settings = settings
        self._sent = 0  # I-blocks, and requests for more time, since power-up
        self.start(64, 0)

    def start(self, fsd: int, cid: int) -> None:
        """The reader has activated the card."""
        self._inf = fsd - 3
        self._cid = cid
        self._number = 1  # rule C
        self._command = bytearray()
        self._response: bytes = b""
        self._delay = 0.0
        self._last: bytes | None = None
        self._after_extension: Callable[[], bytes] | None = None

    def power_up(self) -> None:
        self.application.reset()
        self._sent = 0

    def receive(self, block: bytes) -> tuple[bytes | None, float]:
        """(answer or None, seconds)."""
        self._delay = 0.0
        if not block:
            return None, 0.0
        pcb, inf = block[0], block[1:]
        cid = b""
        if pcb & _HAS_CID:
            cid, inf = inf[:1], inf[1:]
            pcb &= ~_HAS_CID
        if (cid[0] & 0x0F if cid else 0) != self._cid:
            return None, 0.0  # for another card
        answer = self._answer(pcb, inf)
        if answer is not None and cid:
            answer = bytes((answer[0] | _HAS_CID,)) + cid + answer[1:]
        return answer, self._delay

    def _answer(self, pcb: int, inf: bytes) -> bytes | None:
        if pcb & 0xE2 == 0x02:
            self._last = self._on_information(pcb, inf)
        elif pcb & 0xE6 == 0xA2:
            return self._on_receive_ready(pcb)
        elif pcb == _S_DESELECT:
            return bytes((_S_DESELECT,))
        elif pcb == _S_WTX and self._after_extension:
            proceed, self._after_extension = self._after_extension, None
            self._last = proceed()
        else:
            return None
        return self._last

    def _on_information(self, pcb: int, inf: bytes) -> bytes:
        self._number ^= 1  # rule D
        self._command += inf
        if pcb & _CHAINING:
            return bytes((0xA2 | self._number,))
        command, self._command = bytes(self._command), bytearray()
        response = self.application.transmit(command)
        self._response = response.apdu
        self._delay = response.seconds
        return self._next_block()

    def _on_receive_ready(self, pcb: int) -> bytes | None:
        is_nak = pcb & 0x10
        if pcb & 1 == self._number:
            return self._last  # rule 11
        if is_nak:
            return bytes((0xA2 | self._number,))  # rule 12
        if not self._response:
            return None
        self._number ^= 1  # rule E
        self._delay = self.settings.block_s
        self._last = self._next_block()
        return self._last

    def _next_block(self) -> bytes:
        index = self._sent
        self._sent += 1
        wtxm = self.settings.extensions.get(index, 0)
        fwt = frame_waiting_time(self.settings.fwi)
        if not wtxm and self._delay > 0.9 * fwt:
            wtxm = min(59, int(self._delay / fwt) + 1)
        if not wtxm:
            return self._cut()
        remaining, self._delay = max(0.0, self._delay - fwt / 2), min(self._delay, fwt / 2)

        def proceed() -> bytes:
            self._delay = remaining
            return self._next_block()

        self._after_extension = proceed
        return bytes((_S_WTX, wtxm))

    def _cut(self) -> bytes:
        inf, self._response = self._response[: self._inf], self._response[self._inf :]
        return bytes((0x02 | _CHAINING * bool(self._response) | self._number,)) + inf


class _State(Enum):
    IDLE = auto()
    READY = auto()
    ACTIVE = auto()
    HALT = auto()


class TypeB:
    """A Type B card: the My Number Card.

    `application_data`, `rates` and `has_cid` are in its ATQB (ISO/IEC 14443-3 §7.9). Without a CID
    it ignores blocks with one, which are for another card. It receives only at its own bit rate:
    106 kbit/s, until ATTRIB chooses another.
    """

    def __init__(
        self,
        application: Application,
        settings: BlockSettings | None = None,
        application_data: bytes = bytes.fromhex("000041e0"),
        rates: int = 0xB3,
        *,
        has_cid: bool = True,
    ) -> None:
        self.blocks = Blocks(application, settings or BlockSettings())
        self._application_data = application_data
        self._rates = rates
        self._has_cid = has_cid
        self._pupi = b""
        self._state = _State.IDLE
        self.lose_power()

    def lose_power(self) -> None:
        """The field went off: choose a new PUPI, and forget every verified PIN."""
        self._stop(_State.IDLE)
        self._pupi = secrets.token_bytes(4)
        self.blocks.power_up()

    @property
    def atqb(self) -> bytes:
        """ATQB, 12 bytes: 50, PUPI, application data, protocol info."""
        settings = self.blocks.settings
        info = bytes((self._rates, settings.fsci << 4 | 1, settings.fwi << 4 | self._has_cid))
        return b"\x50" + self._pupi + self._application_data + info

    def receive(self, frame: AirFrame) -> Reply | None:
        if frame.technology is not Technology.TYPE_B or frame.bit_rate != self._hears_at:
            return None
        if crc_b(frame.data[:-2]) != frame.data[-2:]:
            return None
        bit_rate = self._speaks_at  # a change comes after the answer
        answer, delay = self._answer(frame.data[:-2])
        return None if answer is None else Reply(answer + crc_b(answer), delay, bit_rate)

    def _answer(self, data: bytes) -> tuple[bytes | None, float]:
        if self._state is _State.ACTIVE:
            if data[:1] and data[0] & ~_HAS_CID == _S_DESELECT:
                answer, delay = self.blocks.receive(data)
                if answer:
                    self._stop(_State.HALT)
                return answer, delay
            return self.blocks.receive(data)
        if len(data) == 3 and data[0] == 0x05:
            is_wupb = data[2] & 0x08
            if self._state is _State.HALT and not is_wupb:
                return None, 0.0
            self._state = _State.READY
            return self.atqb, 0.0
        if self._state is _State.READY and data[1:5] == self._pupi:
            if len(data) >= 9 and data[0] == 0x1D:
                return self._attrib(data), 0.0
            if data[0] == 0x50:
                self._state = _State.HALT
                return b"\x00", 0.0
        return None, 0.0

    def _attrib(self, data: bytes) -> bytes | None:
        to_reader, to_card = data[6] >> 6, data[6] >> 4 & 3
        if not self._offers(to_card, to_reader):
            return None
        self._hears_at, self._speaks_at = 106 << to_card, 106 << to_reader
        cid = data[8] & 0x0F if self._has_cid else 0
        self.blocks.start(FRAME_SIZES[min(data[6] & 0x0F, 8)], cid)
        self._state = _State.ACTIVE
        return bytes((cid,))  # MBLI 0: the size of its buffer is not given

    def _offers(self, to_card: int, to_reader: int) -> bool:
        """Whether its ATQB allows these rates: 106 kbit/s, doubled so often."""
        is_allowed = not self._rates & 0x80 or to_card == to_reader
        to_card_bits, to_reader_bits = self._rates << 1 | 1, self._rates >> 3 | 1
        return is_allowed and bool(to_card_bits >> to_card & to_reader_bits >> to_reader & 1)

    def _stop(self, state: _State) -> None:
        """End the session, and return to 106 kbit/s."""
        self._state = state
        self._hears_at = self._speaks_at = 106


class TypeA:
    """A Type A card, tag or phone. Without `application` it is a tag without ISO-DEP."""

    def __init__(
        self, application: Application | None, settings: BlockSettings | None = None
    ) -> None:
        self.blocks = Blocks(application, settings or BlockSettings(fwi=8)) if application else None
        self._uid = b""
        self._state = _State.IDLE
        self._deaf_until_s = 0.0
        self.lose_power()

    def lose_power(self) -> None:
        """The field went off. Choose a new random UID, as phones do (08 means random)."""
        self._state = _State.IDLE
        self._deaf_until_s = 0.0
        self._uid = b"\x08" + secrets.token_bytes(3)
        if self.blocks:
            self.blocks.power_up()

    def receive(self, frame: AirFrame) -> Reply | None:
        if frame.technology is not Technology.TYPE_A or frame.at_s < self._deaf_until_s:
            return None
        if frame.bits == 7:
            return self._on_request(frame.data[0])
        if self._state is _State.READY and frame.data == b"\x93\x20":
            return Reply(self._uid + bytes((self._bcc,)))
        if crc_a(frame.data[:-2]) != frame.data[-2:]:
            return None
        answer, delay = self._answer(frame.data[:-2])
        if answer and frame.data[0] == _RATS and self.blocks:
            self._deaf_until_s = frame.at_s + _guard_s(len(answer), self.blocks.settings.sfgi)
        return None if answer is None else Reply(answer + crc_a(answer), delay)

    @property
    def _bcc(self) -> int:
        a, b, c, d = self._uid
        return a ^ b ^ c ^ d

    def _on_request(self, command: int) -> Reply | None:
        if self._state is _State.IDLE or (self._state is _State.HALT and command == 0x52):
            self._state = _State.READY
            return Reply(b"\x04\x00")  # ATQA: one UID size, bit frame anticollision
        if self._state is _State.READY:
            self._state = _State.IDLE
        return None

    def _answer(self, data: bytes) -> tuple[bytes | None, float]:
        if self._state is _State.READY and data == b"\x93\x70" + self._uid + bytes((self._bcc,)):
            self._state = _State.ACTIVE
            return (b"\x20" if self.blocks else b"\x00"), 0.0
        if self._state is not _State.ACTIVE or not self.blocks or not data:
            return None, 0.0
        if data[0] == _RATS and len(data) == 2:
            return self._rats(self.blocks, data[1]), 0.0
        answer, delay = self.blocks.receive(data)
        if answer and answer[0] & ~_HAS_CID == _S_DESELECT:
            self._state = _State.HALT
        return answer, delay

    def _rats(self, blocks: Blocks, parameter: int) -> bytes:
        blocks.start(FRAME_SIZES[min(parameter >> 4, 8)], parameter & 0x0F)
        t0 = 0x70 | blocks.settings.fsci  # TA, TB, TC follow
        tb = blocks.settings.fwi << 4 | blocks.settings.sfgi
        return bytes((5, t0, 0x00, tb, 0x02))  # 106 kbit/s only; CID supported


def _guard_s(ats_size: int, sfgi: int) -> float:
    """Seconds from RATS to the end of the start-up frame guard time after its answer, ISO/IEC
    14443-4 §5.2.5.
    """
    technology = Technology.TYPE_A
    rats_s = frame_time(technology, 4, from_card=False)
    ats_s = frame_time(technology, ats_size + 2, from_card=True)
    guard_s = frame_waiting_time(sfgi if sfgi < 15 else 0)  # it counts in the same steps as FWI
    return rats_s + time_to_card(technology) + ats_s + guard_s
