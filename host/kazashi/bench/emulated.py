"""Reads on the emulated Pico, in emulated time: every run gives the same figures."""

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from kazashi.cards.jpki import PLAN, JpkiSession
from kazashi.reader import Reader
from kazashi.sim.emulation.pico import EmulatedPico
from kazashi.sim.emulation.pipe import EmulatedPipe
from kazashi.sim.ledger import Owner
from kazashi.sim.options import Options
from kazashi.sim.pn532 import Timing

from . import ccid
from .card import Cards
from .case import ARMED, Case, Row
from .ccid_times import CcidTimes
from .read import Read
from .reading import APDUS, WAIT_S, read_by_kazashi
from .records import AirLog, Packet

TURNAROUND_S = 0.001  # of the host, between an answer and the request that follows it

HOST = "host"  # owns the time in which the reader waits for it; the ledger's owners have the rest

_DEVICE = Path(__file__).parent / "device"
_PIN = "1234"


class _Kind(NamedTuple):
    """What a board is booted with."""

    driver: str
    bus: str
    baud: int | None

    @property
    def beside(self) -> Path | None:
        """The folder of files that change the firmware."""
        if self.driver == "engine":
            return _DEVICE / "engine"
        return _DEVICE / "fast_spi" if self.bus == "spi" and self.baud else None


class EmulatedBench:
    """Boots one emulated Pico per driver and line; the cases change its card and chip."""

    def __init__(self, image: Path) -> None:
        self._image = image
        self._cards = Cards()
        self._boards: dict[_Kind, _Board] = {}

    def measure(self, case: Case) -> Row:
        return self.read(case).row

    def read(self, case: Case) -> Read:
        """Read once. Raises ReaderError if that fails."""
        return self._board(case).read(case, self._cards)

    def sign_command_ms(self) -> float:
        """From the host's write of the command for a signature until it is on air, armed, SPI."""
        return self._board(ARMED).sign_command_ms(self._cards)

    def ccid_times(self) -> CcidTimes:
        return ccid.measure(self._image)

    def _board(self, case: Case) -> "_Board":
        kind = _Kind(case.driver, case.bus, case.baud)
        if kind not in self._boards:
            self._boards[kind] = _Board(self._image, kind)
        return self._boards[kind]


class _Board:
    """An emulated Pico that has booted."""

    def __init__(self, image: Path, kind: _Kind) -> None:
        options = Options(card="none", tap=0.0, bus=kind.bus)
        if kind.bus == "hsu" and kind.baud:
            options = replace(options, hsu_max=kind.baud)
        self._pico = EmulatedPico(image, options, kind.beside)
        assert self._pico.ledger
        self._ledger = self._pico.ledger
        self._log = AirLog(self._pico.air)
        self._host = _Host(self._pico.connect())
        self._reader = Reader(lambda: self._host)

    def read(self, case: Case, cards: Cards) -> Read:
        certificate = self._lay_down(case, cards)
        if self._read(case) != certificate:
            raise AssertionError("another certificate came")
        if case.bus == "hsu" and case.baud != self._pico.chip.baud:
            raise AssertionError(f"the firmware went to {self._pico.chip.baud} bit/s")
        return Read(case, self._log, self._host.packets, certificate, self._spent_ms)

    def sign_command_ms(self, cards: Cards) -> float:
        self._lay_down(ARMED, cards)
        session = JpkiSession(self._reader.wait_for_card(WAIT_S, plan=PLAN))
        session.verify_pin(_PIN)
        self._log.clear()
        self._host.clear()
        session.sign(b"challenge")
        written_s = self._host.turns[0][1]
        return (self._log.exchanges[0].begin_s - written_s) * 1000

    def _read(self, case: Case) -> bytes:
        if case.driver == "kazashi":
            return read_by_kazashi(self._reader, case)
        return APDUS[case.apdus](self._reader.wait_for_card(WAIT_S).transmit)

    def _lay_down(self, case: Case, cards: Cards) -> bytes:
        """Exchange the card. Returns its certificate."""
        card, certificate = cards.of(case)
        pico = self._pico
        pico.air.clear()
        pico.cards.clear()
        pico.cards.append(card)
        pico.lay_down()
        timing = Timing(command_s=case.chip_ms / 1000)
        pico.chip._timing = timing  # pyright: ignore[reportPrivateUsage]  # booting takes long
        self._ledger.start()
        self._log.clear()
        self._host.clear()
        return certificate

    def _spent_ms(self, begin_s: float, end_s: float) -> dict[str, float]:
        """Milliseconds of each of the ledger's owners; the host's while all others wait for it."""
        ledger = self._ledger
        spent = ledger.spent_ns(round(begin_s * 1e9), round(end_s * 1e9))
        turns = [(max(begin_s, b), min(end_s, e)) for b, e in self._host.turns]
        host_ns = sum(
            ledger.spent_ns(round(b * 1e9), round(e * 1e9))[Owner.INTERPRETER]
            for b, e in turns
            if e > b
        )
        spent[Owner.INTERPRETER] -= host_ns
        return {str(owner): ns / 1e6 for owner, ns in spent.items()} | {HOST: host_ns / 1e6}


class _Host:
    """The host's end of the line. It takes TURNAROUND_S before each request."""

    def __init__(self, pipe: EmulatedPipe) -> None:
        self._pipe = pipe
        self.packets: list[Packet] = []
        self.turns: list[tuple[float, float]] = []  # the intervals of TURNAROUND_S
        self.now = pipe.now
        self.read = pipe.read
        self.close = pipe.close
        pipe.on_packet = lambda data: self.packets.append(Packet(pipe.now(), data))

    def clear(self) -> None:
        self.packets.clear()
        self.turns.clear()

    def write(self, data: bytes, /) -> int:
        begin_s = self.now()
        self._pipe.let_pass(TURNAROUND_S)
        self.turns.append((begin_s, self.now()))
        return self._pipe.write(data)
