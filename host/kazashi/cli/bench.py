"""`kazashi bench`: time of a certificate with each driver, beside the air time that it needs."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from kazashi.bench import plot as picture
from kazashi.bench import plot_checkin
from kazashi.bench.case import ARMED, EMULATED, QUICK, REAL, Case, Row
from kazashi.bench.host import part_us
from kazashi.bench.targets import Target, targets
from kazashi.bench.trace import Step, steps
from kazashi.cli import show
from kazashi.cli.bench_checkin import measure_check_ins, show_rounds
from kazashi.cli.bench_targets import show_targets
from kazashi.cli.console import Console
from kazashi.cli.options import AsJson, Picture, need
from kazashi.cli.writing import writing
from kazashi.sim.pn532 import Timing

if TYPE_CHECKING:
    from kazashi.bench.emulated import EmulatedBench

_PicoUrl = Annotated[
    str,
    typer.Option(
        "--reader",
        metavar="URL",
        help="pico:IMAGE, a UF2 of MicroPython for the Pico; without one, the official image is "
        "downloaded once.",
    ),
]
_Trace = Annotated[bool, typer.Option("--trace", help="Show one read, block by block.")]
_Quick = Annotated[
    bool,
    typer.Option("--quick", help="Measure only what the gated targets need, in emulated time."),
]

_CheckIn = Annotated[
    bool, typer.Option("--checkin", help="Measure a whole check-in with the PIN instead.")
]

_LENGTHS = {True: "long", False: "short"}
_YES = {True: "yes", False: "no"}

_MEANING = (
    "total: ms from the answer to ATTRIB to the certificate's last byte at the host; chip: its own "
    f"time for a command, beside {Timing.ack_s * 1000:g} ms until its ACK, which every row pays; "
    "air: of total; floor: air that SELECT and one READ need at this rate; ratio: total ÷ floor; "
    "runs: by how much the slowest of five in real time exceeds the fastest, which counts."
)

_Measure = Callable[[Case], Row]


def bench(
    reader: _PicoUrl = "pico:",
    *,
    as_json: AsJson = False,
    plot: Picture = None,
    trace: _Trace = False,
    quick: _Quick = False,
    check_in: _CheckIn = False,
) -> None:
    """Read certificates with every driver, and show how long each takes.

    Exit status 1 if a target in emulated time is missed.
    """
    if check_in:
        if trace or quick:
            raise typer.BadParameter("--checkin goes with --json and --plot alone")
        _bench_check_ins(_image(reader), as_json=as_json, plot=plot)
    emulated = _emulated(reader)
    if trace:
        _show_steps(Console(), steps(emulated.read(ARMED)))
        return
    cases = [(case, emulated.measure) for case in (QUICK if quick else EMULATED)]
    rows = list(_measured([*cases, *([] if quick else _real())]))
    if plot:
        _draw(partial(picture.plot, rows), plot)
    judged = targets(rows, emulated.sign_command_ms(), part_us(), emulated.ccid_times())
    if as_json:
        show.print_json(
            {
                "rows": [row.as_json() for row in rows],
                "targets": [target.as_json() for target in judged],
            }
        )
    else:
        console = Console()
        _show_rows(console, rows)
        show_targets(console, judged)
    _end(judged)


def _bench_check_ins(image: Path, *, as_json: bool, plot: Path | None) -> NoReturn:
    measured, judged = measure_check_ins(image)
    if plot:
        medians = {rounds.reader: rounds.median for rounds in measured}
        _draw(partial(plot_checkin.plot, medians), plot)
    if as_json:
        show.print_json(
            {
                "check_ins": [rounds.as_json() for rounds in measured],
                "targets": [target.as_json() for target in judged],
            }
        )
    else:
        show_rounds(Console(), measured)
        show_targets(Console(), judged)
    _end(judged)


def _end(judged: Sequence[Target]) -> NoReturn:
    raise typer.Exit(int(any(target.is_failed for target in judged)))


def _draw(draw: Callable[[Path], None], path: Path) -> None:
    with writing(path):
        draw(path)


def _emulated(url: str) -> "EmulatedBench":
    image = _image(url)
    from kazashi.bench.emulated import EmulatedBench

    return EmulatedBench(image)


def _image(url: str) -> Path:
    """The image of MicroPython. Raises BadParameter if the emulator is not installed."""
    place, _, options = url.removeprefix("pico:").partition("?")
    if not url.startswith("pico:") or options:
        raise typer.BadParameter("give pico: or pico:IMAGE, without options", param_hint="--reader")
    need("emulator")
    from kazashi.sim.emulation.image import official_image

    return Path(place) if place else official_image()


def _real() -> Iterator[tuple[Case, _Measure]]:
    """The cases that can be measured here in real time; each other gets a line on stderr."""
    console = Console(stderr=True, soft_wrap=True)
    try:
        from kazashi.bench.real import RealBench, why_not
    except ImportError:
        console.print("left out: all in real time: no pseudo-terminals on this system")
        return
    reasons = {case: why_not(case.driver) for case in REAL}
    for case, reason in reasons.items():
        if reason:
            console.print(f"left out: {case}: {reason}")
    possible = [case for case, reason in reasons.items() if not reason]
    measure = RealBench(possible).measure
    yield from ((case, measure) for case in possible)


def _measured(cases: Sequence[tuple[Case, _Measure]]) -> Iterator[Row]:
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=len(cases))
        for case, measure in cases:
            progress.update(task, description=str(case))
            yield measure(case)
            progress.advance(task)


def _show_rows(console: Console, rows: Sequence[Row]) -> None:
    table = _table("driver", "APDUs", "bus", "time")
    names = ("rate", "bytes", "FSC", "Le", "plan", "chip", "floor", "air", "total", "ratio", "runs")
    for name in names:
        table.add_column(name, justify="right", style="bold" if name == "ratio" else "")
    for row in rows:
        table.add_row(*_circumstances(row.case), *_times(row))
    console.print(table)
    console.print(f"\n[dim]{_MEANING}[/dim]\n")


def _circumstances(case: Case) -> Iterator[str]:
    yield from (case.driver, case.apdus, case.line, case.clock[:4])
    yield from (str(case.bit_rate), str(case.certificate_bytes), str(case.fsc))
    yield from (_LENGTHS[case.extended], _YES[case.armed], f"{case.chip_ms:g}")


def _times(row: Row) -> Iterator[str]:
    yield from (f"{row.floor_ms:.1f}", f"{row.air_ms:.1f}", f"{row.total_ms:.1f}")
    yield f"{row.ratio:.3f}"
    yield f"+{row.spread:.0%}" if row.runs_ms else ""


def _show_steps(console: Console, taken: Sequence[Step]) -> None:
    table = _table()
    table.add_column("ms", justify="right")
    table.add_column("way")
    table.add_column("bytes", justify="right")
    table.add_column("what")
    for step in taken:
        table.add_row(f"{step.at_ms:.3f}", step.way, str(step.size), step.what)
    console.print(table)


def _table(*columns: str) -> Table:
    return Table(*columns, box=None, padding=(0, 1, 0, 0))
