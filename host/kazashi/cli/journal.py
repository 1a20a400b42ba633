"""`kazashi journal`: the recorded visits, on the terminal or in a file."""

import csv
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

from kazashi.cli import show
from kazashi.cli.console import Console
from kazashi.cli.options import AsJson, JournalPath
from kazashi.cli.visit_table import show_visits
from kazashi.cli.writing import new_text
from kazashi.reception.japan import japan_time
from kazashi.reception.journal import (
    KeptVisit,
    ListedStep,
    ListedVisit,
    View,
    default_path,
)
from kazashi.reception.journal.facts import in_japan
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
_Visit = Annotated[
    int,
    typer.Argument(metavar="VISIT", help="Its number, from `journal list`.", min=1, max=2**62),
]
_Limit = Annotated[int, typer.Option("--limit", metavar="N", min=1, help="The last N visits.")]
_NewFile = Annotated[Path, typer.Argument(metavar="FILE", help="A new file: .jsonl or .csv.")]

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
            show.print_json_array(map(_listed_as_json, view.listed(*which)))
        else:
            show_visits(Console(), list(view.listed(*which)))


def _listed_as_json(visit: ListedVisit) -> str:
    number, begun_at, ended_at, *others = visit
    ended = f'"{japan_time(ended_at)}"' if ended_at else "null"
    return (
        f'{{"visit": {number}, "begun_at": "{japan_time(begun_at)}", "ended_at": {ended}, '
        f"{_others_as_json(*others)}}}"
    )


@lru_cache(4096)  # many visits have the same
def _others_as_json(
    profile: str,
    reader: str,
    outcome: str | None,
    is_test: bool,
    way: str | None,
    fallback: str | None,
    steps: tuple[ListedStep, ...],
) -> str:
    """Without the brackets."""
    facts = {
        "profile": profile,
        "reader": reader,
        "is_test": is_test,
        "outcome": outcome,
        "way": way,
        "fallback": fallback,
        "steps": [{"step": name, "error": error, "times": times} for name, error, times in steps],
    }
    return escaped(json.dumps(facts, ensure_ascii=False))[1:-1]


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


@app.command("show")
def show_visit(visit: _Visit, *, as_json: AsJson = False, journal: JournalPath = None) -> None:
    """Show one visit: all that was kept of it, each step with its facts."""
    with View(journal or default_path()) as view:
        kept = view.visit(visit)
    if kept is None:
        raise typer.BadParameter(f"there is no visit {visit}", param_hint="VISIT")
    facts = _facts(kept)
    if as_json:
        show.print_json(facts)
        return
    steps: list[dict[str, Any]] = facts.pop("steps")
    console = Console()
    show.show_facts(console, {name: fact for name, fact in facts.items() if fact is not None})
    for step in steps:
        show.show_facts(console, {"at": step["at"]} | step["facts"], step["step"])


@app.command("export")
def export(file: _NewFile, *, journal: JournalPath = None) -> None:
    """Write all visits into a file: a visit a line (.jsonl), or a step a line (.csv)."""
    if file.suffix not in _FORMATS:
        raise typer.BadParameter(f"name a file of {' or '.join(_FORMATS)}", param_hint="FILE")
    encoding, write = _FORMATS[file.suffix]
    with View(journal or default_path()) as view, new_text(file, encoding) as out:
        write(out, _with_bar(view))


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
