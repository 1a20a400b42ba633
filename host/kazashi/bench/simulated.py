"""Reads by our own reader in real time: the firmware's files on MicroPython for unix.

The chip's UART is a socket that takes the time of every bit, as the pty of the other drivers does.
Unlike on a board, the interpreter has a PC's processor, and a pipe takes the place of USB.
"""

from contextlib import closing
from pathlib import Path

from kazashi.errors import NotInstalled
from kazashi.reader import Reader
from kazashi.sim.options import Options
from kazashi.sim.pico import ProcessPipe, SimulatedPico, interpreter
from kazashi.sim.pn532 import BAUD_RATES
from kazashi.sim.radio import Clock

from .card import Cards
from .case import Case, Row
from .read import Read
from .reading import read_by_kazashi
from .records import AirLog, Packet

_INTERPRETER = "micropython"


def why_not() -> str | None:
    """The reason why it cannot be measured here; None if it can."""
    try:
        interpreter(_INTERPRETER, Path(), [])
    except NotInstalled:
        return "no MicroPython for unix here: uv sync, with CPython 3.11 on Linux x86-64"
    return None


def read(case: Case, cards: Cards) -> Row:
    """Plug it in with the card on it, and read once. Raises ReaderError if that fails."""
    chip_s = case.chip_ms / 1000
    pico = SimulatedPico(
        Options(
            card="none",
            tap=0.0,
            chip=chip_s,
            interpreter=_INTERPRETER,
            bus=case.bus,
            hsu_max=case.baud or BAUD_RATES[-1],
        )
    )
    card, certificate = cards.of(case)
    pico.cards.append(card)
    log = AirLog(pico.air)
    host = _Host(pico.connect(), pico.clock)
    with closing(host):
        if read_by_kazashi(Reader(lambda: host), case) != certificate:
            raise AssertionError("another certificate came")
        if case.baud not in (None, pico.chip.baud):
            raise AssertionError(f"the firmware went to {pico.chip.baud} bit/s, not {case.baud}")
    return Read(case, log, host.packets, certificate, lambda _begin_s, _end_s: {}).row


class _Host:
    """The host's end of the line. Records packets and their times."""

    def __init__(self, pipe: ProcessPipe, clock: Clock) -> None:
        self._pipe = pipe
        self._clock = clock
        self.packets: list[Packet] = []
        self.now = pipe.now
        self.write = pipe.write
        self.close = pipe.close

    def read(self, size: int, /) -> bytes:
        data = self._pipe.read(size)
        self.packets.append(Packet(self._clock.now(), data))
        return data
