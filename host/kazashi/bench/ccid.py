"""The emulated Pico as a CCID reader: from the first packet of a command to the last of its answer.

Neither card nor chip takes time of its own, and there is no host: only USB, reader, bus and air.
"""

import struct
from collections.abc import Iterable
from pathlib import Path

from kazashi.cards.apdu import Command
from kazashi.cards.files import select_command
from kazashi.cards.jpki import AID
from kazashi.sim.emulation.pico import EmulatedPico
from kazashi.sim.emulation.usb_host import PACKET
from kazashi.sim.options import Options
from kazashi_wire.reading import BY_SHORT_IDENTIFIER, READ_BINARY

from .card import Cards
from .case import ARMED
from .ccid_times import CcidTimes

_SMART_CARD = 0x0B  # class of the interface
_POWER_ON, _TRANSFER = 0x62, 0x6F
_HEAD = struct.Struct("<BIBB3s")
_SLICE_S = 0.0005
_LIMIT_S = 10.0
_BYTES, _AT_ONCE = ARMED.certificate_bytes, 256
_SELECT = select_command(AID).build()
_READ = Command(0x00, READ_BINARY, BY_SHORT_IDENTIFIER | 0x0A, 0, ne=_BYTES).build()
_SHORT = bytes.fromhex("00200080")  # tries of the PIN
_DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420") + bytes(32)


def measure(image: Path) -> CcidTimes:
    board = _Board(image)
    board.card_comes()
    board.ask(_POWER_ON)
    read_ms = board.transmit(_SELECT, _READ)
    board.transmit(*_SELECT_PIN)
    return CcidTimes(
        short_ms=board.transmit(_SHORT),
        read_ms=read_ms,
        opensc_ms=board.transmit(*_opensc()),
        removal_ms=board.removal_ms(),
    )


def _select(identifier: int) -> bytes:
    return Command(0x00, 0xA4, 0x02, 0x0C, identifier.to_bytes(2, "big")).build()


def _read(offset: int, count: int) -> bytes:
    return Command(0x00, READ_BINARY, offset >> 8, offset & 0xFF, ne=count).build()


_SELECT_PIN = (_SELECT, _select(0x0018))


def _opensc() -> Iterable[bytes]:
    """As OpenSC 0.23 sends them if opensc.conf names the card's driver."""
    yield from (*_SELECT_PIN, _SHORT, _select(0x001B), _SHORT)
    yield from (_select(0x000A), _read(0, 4))
    for offset in range(0, _BYTES, _AT_ONCE):
        yield _read(offset, min(_AT_ONCE, _BYTES - offset))
    yield from (_select(0x0018), Command(0x00, 0x20, 0x00, 0x80, b"1234").build())
    yield from (_select(0x0017), Command(0x80, 0x2A, 0x00, 0x80, _DIGEST_INFO, 256).build())


class _Board:
    def __init__(self, image: Path) -> None:
        options = Options(card="none", tap=0.0, chip=0.0, usb="127.0.0.1:0")
        self._pico = EmulatedPico(image, options)
        self._pipe = self._pico.connect()
        self._usb = usb = self._pico.usb
        self._out, answers, notes = usb.endpoints(_SMART_CARD)
        usb.listen(answers, self._hear)
        usb.listen(notes, self._note)
        self._answer = b""
        self._answered_s = self._noted_s = 0.0  # 0: not yet

    def card_comes(self) -> None:
        card, _ = Cards().of(ARMED)
        self._pico.air.place(card)
        self._await_note()

    def removal_ms(self) -> float:
        self._noted_s = 0.0
        begin_s = self._pipe.now()
        self._pico.air.clear()
        self._await_note()
        return (self._noted_s - begin_s) * 1000

    def transmit(self, *apdus: bytes) -> float:
        """Milliseconds that these took."""
        return sum(self.ask(_TRANSFER, apdu) for apdu in apdus)

    def ask(self, kind: int, body: bytes = b"") -> float:
        self._answer, self._answered_s = b"", 0.0
        begin_s = self._pipe.now()
        self._usb.send(self._out, _HEAD.pack(kind, len(body), 0, 0, bytes(3)) + body)
        while not self._answered_s:
            self._pass(begin_s)
        if self._answer[7]:  # bStatus
            raise AssertionError(f"the reader answers {self._answer[7:9].hex()}")
        if body and self._answer[-2] not in (0x90, 0x63):
            raise AssertionError(f"the card answers {self._answer[-2:].hex()}")
        return (self._answered_s - begin_s) * 1000

    def _await_note(self) -> None:
        begin_s = self._pipe.now()
        while not self._noted_s:
            self._pass(begin_s)

    def _pass(self, begin_s: float) -> None:
        if self._pipe.now() - begin_s > _LIMIT_S:
            raise AssertionError("no answer over USB")
        self._pipe.let_pass(_SLICE_S)

    def _hear(self, packet: bytes) -> None:
        self._answer += packet
        if len(packet) < PACKET:
            self._answered_s = self._pipe.now()

    def _note(self, packet: bytes) -> None:
        del packet
        self._noted_s = self._pipe.now()
