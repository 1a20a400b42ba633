"""`kazashi bench --checkin`: the computing time of a check-in with the PIN."""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn
from rich.table import Table

from kazashi.bench.checkin import MACHINE, CheckIn, CheckInBench, Part
from kazashi.bench.rounds import Rounds
from kazashi.bench.targets import Target, check_in_targets
from kazashi.cli.console import Console
from kazashi.reception.journal import JournalRefused, Obstacle, default_path
from kazashi.sim.options import Options
from kazashi.sim.pico import SimulatedPico

_ROUNDS = 5
_OPTIONS = Options(tap=0.0)
_EMULATED = "emulated Pico, real host"
_REAL = "simulated reader, real time"
_MEANING = (
    "ms, from the card's answer to ATTRIB until the visit is over; floor: air time of SELECT, "
    "certificate, tries left, VERIFY and signature; card: its own time, as simulated; reader: air "
    "beyond the floor, bus, chip, firmware, USB; journal: until it is on the disk; machine: reader,"
    " host and journal. People and the centre answer at once."
)


def measure_check_ins(image: Path) -> tuple[list[Rounds], list[Target]]:
    """Measure on the emulated Pico with this image, on SPI, and all in real time."""
    (timeless,) = _measured(lambda folder: _timeless(image, folder), 1)
    emulated = Rounds(_EMULATED, _measured(lambda folder: _emulated(image, folder)))
    real = Rounds(_REAL, _measured(_simulated))
    return [emulated, real], check_in_targets(timeless, emulated)


def show_rounds(console: Console, measured: Sequence[Rounds]) -> None:
    for rounds in measured:
        console.print(f"[bold]{rounds.reader}[/bold]")
        _show_median(console, rounds)
        _show_counts(console, rounds)
    console.print(f"[dim]{_MEANING}[/dim]")


def _timeless(image: Path, folder: Path) -> CheckInBench:
    """A bench in emulated time. Host and disk take none: every machine gets the same result."""
    from kazashi.sim.emulation.pico import EmulatedPico

    pico = EmulatedPico(image, _OPTIONS)
    return CheckInBench(pico, pico.connect(), pico.clock.now, folder)


def _emulated(image: Path, folder: Path) -> CheckInBench:
    from kazashi.bench.real_host import RealHost
    from kazashi.sim.emulation.pico import EmulatedPico

    pico = EmulatedPico(image, _OPTIONS)
    host = RealHost(pico.connect())
    return CheckInBench(pico, host, host.now, folder)


def _simulated(folder: Path) -> CheckInBench:
    pico = SimulatedPico(_OPTIONS)
    return CheckInBench(pico, pico.connect(), pico.clock.now, folder)


def _measured(begin: Callable[[Path], CheckInBench], rounds: int = _ROUNDS) -> list[CheckIn]:
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with (
        _folder() as folder,
        closing(begin(folder)) as bench,
        Progress(*columns, console=Console(stderr=True), transient=True) as progress,
    ):
        return [bench.measure() for _ in progress.track(range(rounds))]


@contextmanager
def _folder() -> Generator[Path]:
    """A folder on the disk that holds journals: on another disk, writing may take no time."""
    place = default_path().parent
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = TemporaryDirectory(prefix="bench-", dir=place)
    except OSError as error:
        raise JournalRefused(place, Obstacle.SYSTEM, error.strerror or str(error)) from error
    with made as folder:
        yield Path(folder)


def _show_median(console: Console, rounds: Rounds) -> None:
    table = Table(box=None, padding=(0, 1, 0, 0))
    table.add_column("step")
    for name in (*Part, "machine", "total"):
        table.add_column(name, justify="right", style="bold" if name == "machine" else "")
    median = rounds.median
    for name, step in median.steps.items():
        table.add_row(name, *_cells(step))
    table.add_section()
    table.add_row("check-in", *_cells({part: median.ms(part) for part in Part}))
    console.print(table)


def _cells(step: Mapping[Part, float]) -> Iterator[str]:
    yield from (f"{step[part]:.1f}" for part in Part)
    yield f"{sum(step[part] for part in MACHINE):.1f}"
    yield f"{sum(step.values()):.1f}"


def _show_counts(console: Console, rounds: Rounds) -> None:
    median = rounds.median
    console.print(
        f"machine: {median.machine_ms:.1f} ms, median of {len(rounds.check_ins)}; fastest "
        f"{rounds.fastest.machine_ms:.1f}, slowest {rounds.spread:.0%} more\n"
        f"{len(median.commands)} APDUs, {len(median.requests)} requests to the reader, "
        f"{median.transactions} transactions; {median.before_ms:.1f} ms until the card is found\n"
    )
