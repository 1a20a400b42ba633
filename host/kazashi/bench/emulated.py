"""Reads on the emulated Pico, in emulated time: the same each time."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from kazashi.reader import Reader
from kazashi.sim.emulation.pico import EmulatedPico
from kazashi.sim.emulation.pipe import EmulatedPipe
from kazashi.sim.ledger import Owner
from kazashi.sim.options import Options
from kazashi.sim.pn532 import Timing

from .card import Cards
from .case import Case, Row
from .read import Read
from .reading import WAIT_S, read_by_kazashi, read_by_steps
from .records import AirLog, Packet

TURNAROUND_S = 0.001  # of the host, between an answer and the request that follows it

_ENGINE = Path(__file__).parent / "device"
HOST = "host"  # has the time in which the reader waits for it; else the ledger's owners do


def _by_steps(reader: Reader, _case: Case) -> bytes:
    return read_by_steps(reader.wait_for_card(WAIT_S).transmit)


_READS: dict[str, Callable[[Reader, Case], bytes]] = {
    "kazashi": read_by_kazashi,
    "engine": _by_steps,
}


class EmulatedBench:
    """Boots one emulated Pico for each driver and line; the cases change its card and chip."""

    def __init__(self, image: Path) -> None:
        self._image = image
        self._cards = Cards()
        self._boards: dict[tuple[str, str, int | None], _Board] = {}

    def measure(self, case: Case) -> Row:
        return self.read(case).row

    def read(self, case: Case) -> Read:
        """Read once. Raises ReaderError where that fails."""
        kind = (case.driver, case.bus, case.baud)
        if kind not in self._boards:
            self._boards[kind] = _Board(self._image, *kind)
        return self._boards[kind].read(case, self._cards)


class _Board:
    """An emulated Pico that has booted."""

    def __init__(self, image: Path, driver: str, bus: str, baud: int | None) -> None:
        options = Options(card="none", tap=0.0, bus=bus)
        if bus == "hsu" and baud:
            options = replace(options, hsu_max=baud)
        self._pico = EmulatedPico(image, options, _ENGINE if driver == "engine" else None)
        assert self._pico.ledger
        self._ledger = self._pico.ledger
        self._log = AirLog(self._pico.air)
        self._host = _Host(self._pico.connect())
        self._reader = Reader(lambda: self._host)

    def read(self, case: Case, cards: Cards) -> Read:
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
        if _READS[case.driver](self._reader, case) != certificate:
            raise AssertionError("another certificate came")
        return Read(case, self._log, self._host.packets, certificate, self._spent_ms)

    def _spent_ms(self, begin_s: float, end_s: float) -> dict[str, float]:
        """Who had this time: the ledger's owners, and the host where all others wait for it."""
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
    """The host's end of the line: it takes its time before each request."""

    def __init__(self, pipe: EmulatedPipe) -> None:
        self._pipe = pipe
        self.packets: list[Packet] = []
        self.turns: list[tuple[float, float]] = []  # when it had its time
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
