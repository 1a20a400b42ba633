"""`kazashi journal`: the recorded visits, on the terminal or in a file."""

import csv
import json
import os
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
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
from kazashi.reception.journal import (
    INTERRUPTED,
    KeptVisit,
    ListedStep,
    ListedVisit,
    View,
    default_path,
)
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
_Line = list[tuple[str, str]]  # texts with their styles
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
    which = since.date(), until.date(), limit
    with View(journal or default_path()) as view:
        if as_json:
            show.print_json_array(_facts(visit) for visit in view.visits(*which))
        else:
            _show(Console(), list(view.listed(*which)))


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


def _show(console: Console, visits: list[ListedVisit]) -> None:
    """The columns, in as many lines as they need here, the same for all; the steps below."""
    rows = [_HEAD, *map(_row, visits)]
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    lines = _lines(widths, console.width)
    cells = console.width
    _print(console, cells, _lines_of(_HEAD, widths, lines, "bold"))
    for row, visit in zip(rows[1:], visits, strict=True):
        _print(console, cells, _lines_of(row, widths, lines, _STYLES.get(row[_OUTCOME], "")))
        steps = visible(", ".join(map(_text, visit.steps)))
        _print(console, cells, _folded(steps, cells - len(_INDENT)))


def _print(console: Console, cells: int, lines: Iterable[_Line]) -> None:
    """Rich takes 0.2 ms a line: what has no colours and fits into `cells` goes past it."""
    for line in lines:
        text = "".join(each for each, _ in line)
        if console.is_terminal or cell_len(text) > cells:
            console.print(Text.assemble(*line))
        else:
            console.file.write(f"{text}\n")


def _lines_of(
    row: tuple[str, ...], widths: list[int], lines: list[slice], style: str
) -> Iterator[_Line]:
    """`style`: of the outcome, or of the whole head."""
    for line in lines:
        shown = [*range(*line.indices(len(row)))]
        while shown and not row[shown[-1]]:  # no blanks at the end of a line
            shown.pop()
        pieces = [(_INDENT if line.start else "", "")]
        for at in shown:
            styled = style if row is _HEAD or at == _OUTCOME else ""
            pieces += [(set_cell_size(row[at], widths[at]), styled), (" ", "")]
        if shown:
            yield [*pieces[:-2], (row[shown[-1]].rstrip(), pieces[-2][1])]


def _folded(steps: str, cells: int) -> Iterator[_Line]:
    fits = cell_len(steps) <= cells
    for line in [steps] if steps and fits else folded(steps, cells).splitlines():
        yield [(f"{_INDENT}{line}", "dim")]


def _row(visit: ListedVisit) -> tuple[str, ...]:
    cells = (
        str(visit.id).rjust(len(_HEAD[0])),
        f"{visit.begun_at.astimezone(JAPAN):%Y-%m-%d %H:%M:%S}",
        visit.outcome or _RUNNING,
        visit.profile,
        visit.way or "",
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


def _text(step: ListedStep) -> str:
    said = step.name if step.error is None else f"{step.name}: {step.error}"
    return f"{said} ×{step.count}" if step.count > 1 else said


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
