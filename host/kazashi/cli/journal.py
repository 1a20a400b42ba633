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
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from kazashi.cli import show
from kazashi.cli.console import Console
from kazashi.cli.options import AsJson, JournalPath
from kazashi.cli.writing import writing
from kazashi.reception.japan import JAPAN
from kazashi.reception.journal import INTERRUPTED, KeptStep, KeptVisit, View, default_path
from kazashi.visible import escaped

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
    return {
        "visit": visit.id,
        "begun_at": visit.begun_at.isoformat(),
        "profile": visit.profile,
        "reader": visit.reader,
        "is_test": visit.is_test,
        "outcome": visit.outcome,
        "ended_at": visit.ended_at.isoformat() if visit.ended_at else None,
        "steps": [
            {"at": step.at.isoformat(), "step": step.name, "facts": step.facts}
            for step in visit.steps
        ],
    }


def _show(console: Console, visits: list[KeptVisit]) -> None:
    table = Table(box=None, padding=(0, 1, 0, 0))
    table.add_column("visit", justify="right")
    table.add_column("begun, in Japan", no_wrap=True)
    for name in ("profile", "way", "outcome", "test"):
        table.add_column(name)
    table.add_column("steps", overflow="fold")
    for visit in visits:
        outcome = visit.outcome or _RUNNING
        table.add_row(
            str(visit.id),
            f"{visit.begun_at.astimezone(JAPAN):%Y-%m-%d %H:%M:%S}",
            Text(visit.profile),
            Text(str(visit.fact("way") or "")),
            Text(outcome, _STYLES.get(outcome, "")),
            "yes" if visit.is_test else "",
            Text(", ".join(_counted(map(_told, visit.steps)))),
        )
    console.print(table)


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
    with writing(path):
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding=encoding, newline="") as out:
                yield out
        except BaseException:
            path.unlink()
            raise


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
