"""The simulated reader that a URL describes, for commands that need its chip and its clock."""

from typing import Annotated, Protocol

import typer

from kazashi.cli.options import need
from kazashi.link import Pipe
from kazashi.sim.ledger import Ledger
from kazashi.sim.options import Options
from kazashi.sim.pico import SimulatedPico
from kazashi.sim.radio import Air, Clock
from kazashi.sim.serve import Served

SimUrl = Annotated[
    str,
    typer.Option(
        "--reader",
        metavar="URL",
        help="sim: or pico:IMAGE, with options. IMAGE: a UF2 of MicroPython for the Pico; without "
        "one, the official image is downloaded once.",
    ),
]


class Simulated(Protocol):
    """A simulated reader: the cards on its table, and the line to its firmware."""

    @property
    def options(self) -> Options: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def air(self) -> Air: ...
    @property
    def has_reset(self) -> bool: ...  # restarted by itself, still plugged in
    @property
    def ledger(self) -> Ledger | None: ...
    def connect(self) -> Pipe: ...
    def connect_paced(self) -> Served: ...


def simulated(url: str, *, is_blank: bool = False) -> Simulated:
    """The simulated or emulated reader that `url` describes; a wrong one is a usage error.

    `is_blank`: an emulated board without the firmware.
    """
    if not url.startswith("pico:"):
        return _simulated_pico(url)
    need("emulator")
    from kazashi.sim.emulation.pico import EmulatedPico

    try:
        return EmulatedPico.of(url, is_blank=is_blank)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--reader") from error


def _simulated_pico(url: str) -> SimulatedPico:
    """The simulated reader that `url` describes, its firmware in a process of its own."""
    try:
        return SimulatedPico(Options.parse(url))
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--reader") from error
