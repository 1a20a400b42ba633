"""`kazashi bench`: how long a certificate takes, beside what the radio alone needs."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from kazashi.bench.case import EMULATED, QUICK, Case, Row
from kazashi.bench.host import part_us
from kazashi.bench.targets import Target, targets
from kazashi.cli import show
from kazashi.cli.options import AsJson
from kazashi.errors import NoReader

_PicoUrl = Annotated[
    str,
    typer.Option(
        "--reader",
        metavar="URL",
        help="pico:IMAGE, a UF2 of MicroPython for the Pico; without one, the official image is "
        "downloaded once.",
    ),
]
_Quick = Annotated[bool, typer.Option("--quick", help="Three rows in emulated time alone.")]

_LENGTHS = {True: "long", False: "short"}
_YES = {True: "yes", False: "no"}
_Measure = Callable[[Case], Row]
_VERDICTS = {True: "[green]met[/green]", False: "[red]not met[/red]", None: "[dim]no row[/dim]"}


def bench(reader: _PicoUrl = "pico:", *, as_json: AsJson = False, quick: _Quick = False) -> None:
    """Read certificates in every way there is, and tell how long each takes."""
    measure = _emulated(reader)
    cases = [(case, measure) for case in (QUICK if quick else EMULATED)]
    rows = list(_measured(cases))
    if as_json:
        show.print_json({"rows": [row.as_json() for row in rows]})
    else:
        _show(Console(), rows, targets(rows, part_us()))


def _emulated(url: str) -> _Measure:
    place, _, options = url.removeprefix("pico:").partition("?")
    if not url.startswith("pico:") or options:
        raise typer.BadParameter("give pico: or pico:IMAGE, without options", param_hint="--reader")
    try:
        from kazashi.bench.emulated import EmulatedBench
        from kazashi.sim.emulation.image import official_image
    except ImportError as error:
        raise NoReader(url, f"{error.name} is missing: install kazashi[emulator]") from error
    return EmulatedBench(Path(place) if place else official_image()).measure


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


def _show(console: Console, rows: Sequence[Row], reached: Sequence[Target]) -> None:
    console.print(_table_of(rows))
    console.print(
        "\n[dim]ms; total: from the answer to ATTRIB to the certificate's last byte[/dim]\n"
    )
    table = Table("target", box=None)
    for name in ("reached", "limit"):
        table.add_column(name, justify="right")
    table.add_column("")
    for target in reached:
        value = "" if target.value is None else f"{target.value:.3f} {target.unit}".strip()
        limit = f"≤ {target.limit:.2f} {target.unit}".strip()
        table.add_row(target.what, value, limit, _VERDICTS[target.is_met])
    console.print(table)


def _table_of(rows: Sequence[Row]) -> Table:
    table = Table("driver", "bus", "clock", box=None, padding=(0, 1, 0, 0))
    for name in ("kbit/s", "bytes", "FSC", "Le", "armed", "chip"):
        table.add_column(name, justify="right")
    for name in ("floor", "air", "total", "ratio"):
        table.add_column(name, justify="right", style="bold" if name == "ratio" else "")
    for row in rows:
        case = row.case
        table.add_row(
            *(case.driver, case.bus, case.clock, str(case.bit_rate), str(case.certificate_bytes)),
            *(str(case.fsc), _LENGTHS[case.extended], _YES[case.armed], f"{case.chip_ms:g}"),
            *(
                f"{row.floor_ms:.1f}",
                f"{row.air_ms:.1f}",
                f"{row.total_ms:.1f}",
                f"{row.ratio:.3f}",
            ),
        )
    return table
