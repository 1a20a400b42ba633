"""`kazashi stats`: how many use マイナ保険証, by the ministry's formulas."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from kazashi.cli import show, stats_output
from kazashi.cli.console import Console
from kazashi.cli.options import AsJson, Picture
from kazashi.cli.site import visits_at
from kazashi.cli.writing import writing
from kazashi.reception.journal import View, default_path
from kazashi.reception.persons import Persons, key_in
from kazashi.stats import picture
from kazashi.stats.cells import flaw_of_name
from kazashi.stats.confirmations import Confirmation, Counted, counted
from kazashi.stats.counts import By, Counts
from kazashi.stats.counts_file import counts_in
from kazashi.stats.found import found
from kazashi.stats.journals import JournalReader
from kazashi.stats.rates import Rate
from kazashi.stats.sites_file import sites_in

_Journals = Annotated[
    list[str] | None,
    typer.Option(
        "--journal",
        metavar="[SITE=]FILE",
        help="A journal, and of which site; again for others. Default: this computer's, unless "
        "--database or --counts is given.",
    ),
]
_Databases = Annotated[
    list[str] | None,
    typer.Option(
        "--database",
        metavar="[SITE=]FILE",
        help="A configuration; its table database has the journals of a whole site; again.",
    ),
]
_CountFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--counts", metavar="FILE", dir_okay=False, help="CSV of claims or other counts; again."
    ),
]
_Sites = Annotated[
    Path | None,
    typer.Option("--sites", metavar="FILE", dir_okay=False, help="CSV: site, kind, prefecture …"),
]
_Key = Annotated[
    Path | None,
    typer.Option(
        "--key",
        metavar="FILE",
        dir_okay=False,
        help="The key by which persons are counted, made if missing; default: persons.key beside "
        "this computer's journal.",
        show_default=False,
    ),
]
_Rate = Annotated[Rate, typer.Option("--rate", help="The formula.")]
_Grouped = Annotated[
    list[By] | None, typer.Option("--by", help="Group by this; again for groups in groups.")
]
_Tests = Annotated[
    bool, typer.Option("--test", help="Count tests and simulated visits, too, and mark all of it.")
]
_NewCsv = Annotated[
    Path | None, typer.Option("--csv", metavar="FILE", help="Write it to a new file, too.")
]
_NewCounts = Annotated[
    Path | None,
    typer.Option("--save", metavar="FILE", help="Keep what was counted in a new file."),
]


def stats(
    journals: _Journals = None,
    databases: _Databases = None,
    counts: _CountFiles = None,
    sites: _Sites = None,
    key: _Key = None,
    rate: _Rate = Rate.CONFIRMATIONS,
    by: _Grouped = None,
    csv: _NewCsv = None,
    save: _NewCounts = None,
    plot: Picture = None,
    *,
    test: _Tests = False,
    as_json: AsJson = False,
) -> None:
    """Say how many use マイナ保険証: rates by formula, month, kind, prefecture and more."""
    if test and save:
        raise typer.BadParameter("give one of --test and --save: a file of counts bears no mark")
    by = list(dict.fromkeys(by or [By.MONTH]))
    is_told = journals or databases or counts
    paths = _named(journals if is_told else [str(default_path())], "--journal")
    configs = _named(databases, "--database")
    read = _read(paths, configs, key or default_path().with_name("persons.key"), with_tests=test)
    every = counts_in(counts or (), read.of.counts)
    every.add_all(read.of.counts)
    if sites:
        every = every.at_sites(sites_in(sites))
    told = found(every, rate, by, read=read.of, tests=read.tests, is_test=test)
    if save:
        stats_output.save_counts(every, save)
    if csv:
        stats_output.write_csv(told, csv)
    if plot:
        with writing(plot):
            picture.plot(told, plot)
    if as_json:
        show.print_json(stats_output.facts(told))
    else:
        stats_output.show_figures(Console(), told)


@dataclass(frozen=True)
class _Read:
    """What journals said. `tests`: confirmations in them that are tests."""

    of: Counted
    tests: int


def _named(given: Sequence[str] | None, option: str) -> list[tuple[str, Path]]:
    """Site and file of each; a site without a name is that of the file."""
    found: list[tuple[str, Path]] = []
    for each in given or ():
        site, sign, path = each.partition("=")
        site, path = (site, Path(path)) if sign else (Path(each).stem, Path(each))
        if not site or flaw_of_name(site):
            raise typer.BadParameter("give SITE=FILE, with the name of a site", param_hint=option)
        if path.absolute() in [other.absolute() for _, other in found]:
            raise typer.BadParameter(f"{path} is there twice", param_hint=option)
        found.append((site, path))
    return found


def _read(
    paths: Sequence[tuple[str, Path]],
    configs: Sequence[tuple[str, Path]],
    key: Path,
    *,
    with_tests: bool,
) -> _Read:
    if not (paths or configs):
        return _Read(Counted(Counts(), 0, 0), 0)
    columns = (TextColumn("  visits {task.completed:,.0f}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)
        for _, path in paths:
            View(path).close()  # no key is made for a journal that is not there
        persons = Persons(key_in(key))
        reader = JournalReader(persons, with_tests, lambda: progress.advance(task))
        of_journals = (each for site, path in paths for each in reader.confirmations(path, site))
        of = counted(chain(of_journals, _of_databases(configs, reader)))
    return _Read(of, reader.tests)


def _of_databases(
    configs: Sequence[tuple[str, Path]], reader: JournalReader
) -> Iterator[Confirmation]:
    known: set[UUID] = set()
    for site, config in configs:
        for journal, visits in visits_at(config):
            if journal in known:
                said = f"another one has a journal of {config}, too: its visits would count twice"
                raise typer.BadParameter(said, param_hint="--database")
            known.add(journal)
            yield from reader.of_visits(visits, site)
