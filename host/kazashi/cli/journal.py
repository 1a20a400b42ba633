"""`kazashi journal`: the recorded visits, on the terminal or in a file."""

import csv
import json
import os
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer
from rich.cells import cell_len, set_cell_size
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn
from rich.text import Text

from kazashi.cli import show
from kazashi.cli.console import Console, folded
from kazashi.cli.options import AsJson, JournalPath
from kazashi.cli.writing import new_file
from kazashi.reception.japan import JAPAN, japan_time
from kazashi.reception.journal import INTERRUPTED, KeptStep, KeptVisit, View, default_path
from kazashi.reception.journal.facts import in_japan
from kazashi.visible import escaped, visible

app = typer.Typer(help="What was kept of the visits.", no_args_is_help=True)

_DAY = ["%Y-%m-%d"]
_Since = Annotated[
    datetime,
    typer.Option(formats=_DAY, metavar="DATE", help="First day, Japan's.", show_default=False),
]
_Until = Annotated[
    datetime,
    typer.Option(formats=_DAY, metavar="DATE", help="Last day, Japan's.", show_default=False),
]
_Limit = Annotated[int, typer.Option("--limit", metavar="N", min=1, help="The last N visits.")]
_NewFile = Annotated[Path, typer.Argument(metavar="FILE", help="A new file: .jsonl or .csv.")]

_RUNNING = "running"
_STYLES = {INTERRUPTED: "red", _RUNNING: "green"}
_HEAD = ("visit", "begun, in Japan", "outcome", "profile", "way", "mark")
_OUTCOME = _HEAD.index("outcome")
_INDENT = " " * 6
_OF_VISIT = ["visit", "begun_at", "profile", "reader", "is_test", "outcome", "ended_at"]
_OF_STEP = ["at", "step", "facts"]


@app.command("list")
def list_visits(
    since: _Since = datetime.min,
    until: _Until = datetime.max,
    limit: _Limit = 20,
    *,
    as_json: AsJson = False,
    journal: JournalPath = None,
) -> None:
    """Show the last visits, oldest first."""
    with View(journal or default_path()) as view:
        visits = list(view.visits(since.date(), until.date(), limit))
    if as_json:
        show.print_json([_facts(visit) for visit in visits])
    else:
        _show(Console(), visits)


def _facts(visit: KeptVisit) -> dict[str, Any]:
    """The visit as JSON. All times are Japan's."""
    return {
        "visit": visit.id,
        "begun_at": japan_time(visit.begun_at),
        "profile": visit.profile,
        "reader": visit.reader,
        "is_test": visit.is_test,
        "outcome": visit.outcome,
        "ended_at": japan_time(visit.ended_at) if visit.ended_at else None,
        "steps": [
            {"at": japan_time(step.at), "step": step.name, "facts": in_japan(step.facts)}
            for step in visit.steps
        ],
    }


def _show(console: Console, visits: list[KeptVisit]) -> None:
    """The columns, in as many lines as they need here, the same for all; the steps below."""
    rows = [_HEAD, *map(_row, visits)]
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    lines = _lines(widths, console.width)
    below = console.width - len(_INDENT)
    _print_row(console, _HEAD, widths, lines, "bold")
    for row, visit in zip(rows[1:], visits, strict=True):
        _print_row(console, row, widths, lines, _STYLES.get(row[_OUTCOME], ""))
        steps = visible(", ".join(_counted(map(_told, visit.steps))))
        for line in folded(steps, below).splitlines():
            console.print(Text(_INDENT + line, "dim"))


def _print_row(
    console: Console, row: tuple[str, ...], widths: list[int], lines: list[slice], style: str
) -> None:
    """`style`: of the outcome, or of the whole head."""
    cells = [Text(set_cell_size(each, width)) for each, width in zip(row, widths, strict=True)]
    for cell in cells if row is _HEAD else [cells[_OUTCOME]]:
        cell.stylize(style)
    for line in lines:
        text = Text(_INDENT if line.start else "") + Text(" ").join(cells[line])
        text.rstrip()
        if text:
            console.print(text)


def _row(visit: KeptVisit) -> tuple[str, ...]:
    cells = (
        str(visit.id).rjust(len(_HEAD[0])),
        f"{visit.begun_at.astimezone(JAPAN):%Y-%m-%d %H:%M:%S}",
        visit.outcome or _RUNNING,
        visit.profile,
        str(visit.fact("way") or ""),
        "test" if visit.is_test else "",
    )
    return tuple(map(visible, cells))


def _lines(widths: list[int], cells: int) -> list[slice]:
    """The columns of each line, if a line has so many `cells`; all but the first are indented."""
    lines = [slice(0, 1)]
    for at in range(1, len(widths)):
        start = lines[-1].start
        indent = len(_INDENT) if start else 0
        if indent + sum(widths[start : at + 1]) + at - start <= cells:
            lines[-1] = slice(start, at + 1)
        else:
            lines.append(slice(at, at + 1))
    return lines


def _told(step: KeptStep) -> str:
    error = step.facts.get("error")
    return f"{step.name}: {error}" if error else step.name


def _counted(words: Iterable[str]) -> Iterator[str]:
    """Join equal neighbours into one word with their number."""
    for word, same in groupby(words):
        count = len(list(same))
        yield f"{word} ×{count}" if count > 1 else word


@app.command("export")
def export(file: _NewFile, *, journal: JournalPath = None) -> None:
    """Write all visits into a file: a visit a line (.jsonl), or a step a line (.csv)."""
    if file.suffix not in _FORMATS:
        raise typer.BadParameter(f"name a file of {' or '.join(_FORMATS)}", param_hint="FILE")
    encoding, write = _FORMATS[file.suffix]
    with View(journal or default_path()) as view, _new(file, encoding) as out:
        write(out, _with_bar(view))


@contextmanager
def _new(path: Path, encoding: str) -> Generator[TextIO]:
    """A new file that only its owner can read. It is deleted if the block fails."""
    with (
        new_file(path) as descriptor,
        os.fdopen(descriptor, "w", encoding=encoding, newline="") as out,
    ):
        yield out


def _with_bar(view: View) -> Iterator[KeptVisit]:
    """All visits, with a bar on stderr."""
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield from progress.track(view.visits(), total=view.count())


def _write_jsonl(out: TextIO, visits: Iterator[KeptVisit]) -> None:
    for visit in visits:
        out.write(escaped(json.dumps(_facts(visit), ensure_ascii=False)) + "\n")


def _write_csv(out: TextIO, visits: Iterator[KeptVisit]) -> None:
    """Facts are JSON in one column: this keeps their types, and no cell starts a formula."""
    table = csv.DictWriter(out, _OF_VISIT + _OF_STEP)
    table.writeheader()
    for visit in visits:
        row = _facts(visit)
        steps: list[dict[str, Any]] = row.pop("steps")
        for step in steps or [{"facts": {}}]:
            facts = escaped(json.dumps(step["facts"], ensure_ascii=False))
            table.writerow(row | step | {"facts": facts})


_FORMATS: dict[str, tuple[str, Callable[[TextIO, Iterator[KeptVisit]], None]]] = {
    ".jsonl": ("utf-8", _write_jsonl),
    ".csv": ("utf-8-sig", _write_csv),  # Japanese Excel reads Shift_JIS without the mark
}
