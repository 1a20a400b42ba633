"""A simulated chip on a pty, for drivers of a PN532 that know nothing of us."""

from collections.abc import Callable, Iterator

import pytest

from kazashi.sim.options import Options
from kazashi.sim.pico import SimulatedPico
from kazashi.sim.terminal import ChipOnTerminal


@pytest.fixture
def chip_with() -> Iterator[Callable[..., tuple[SimulatedPico, str]]]:
    """Makes (what is simulated, path of the chip's serial port), a card lying on the reader."""
    terminals: list[ChipOnTerminal] = []

    def make(**options: object) -> tuple[SimulatedPico, str]:
        simulated = SimulatedPico(Options(tap=0.0, **options))
        terminals.append(ChipOnTerminal(simulated.chip, simulated.clock).__enter__())
        return simulated, terminals[-1].path

    yield make
    for terminal in terminals:
        terminal.__exit__()
