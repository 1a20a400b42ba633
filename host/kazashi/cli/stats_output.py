"""What `kazashi stats` says: a table, JSON, CSV."""

import csv
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path

from rich.table import Table
from rich.text import Text

from kazashi.cli.console import Console
from kazashi.cli.writing import new_text
from kazashi.stats.counts import By, Counts
from kazashi.stats.counts_file import write_counts
from kazashi.stats.figures import LEAST_CLAIMS, Figure
from kazashi.stats.found import Found
from kazashi.stats.rates import Rate
from kazashi.visible import visible

_TEST = "TEST"
_NONE = "–"
_RATE_COLUMNS = ("numerator", "denominator", "percent", "sites", "mean", "median", "left_out")


def facts(found: Found) -> dict[str, object]:
    """As JSON. Rates are text: no float rounds them again."""
    return {
        "is_test": found.is_test,
        "rate": found.rate,
        "numerator": found.rate.numerator,
        "denominator": found.rate.denominator,
        "months": found.months,
        "figures": [_facts(found.by, each) for each in found.figures],
        "total": [_facts((), each) for each in found.total],
        "sites_by_percent": [
            {"least": each.least, "sites": each.sites} for each in found.distribution
        ],
        "persons_by_certificate_alone": found.by_certificate,
        "confirmations_of_unknown_persons": found.unknown,
        "tests": found.tests,
    }


def _facts(by: Iterable[By], figure: Figure) -> dict[str, object]:
    return {
        **dict(zip(by, figure.group, strict=True)),
        "numerator": figure.quotient.numerator if figure.quotient else None,
        "denominator": figure.quotient.denominator if figure.quotient else None,
        "percent": _text(figure.quotient.percent if figure.quotient else None),
        "sites": figure.sites,
        "mean": _text(figure.mean),
        "median": _text(figure.median),
        "left_out": figure.left_out,
    }


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)


def write_csv(found: Found, path: Path) -> None:
    """A new file. What a test counted says so in each line."""
    with new_text(path, "utf-8-sig") as out:
        table = csv.DictWriter(out, ["rate", *found.by, *_RATE_COLUMNS, "mark"])
        table.writeheader()
        mark = {"rate": found.rate, "mark": _TEST if found.is_test else ""}
        for each in found.figures:
            table.writerow(_facts(found.by, each) | mark)


def save_counts(counts: Counts, path: Path) -> None:
    """A new file."""
    with new_text(path, "utf-8-sig") as out:
        write_counts(counts, out)


def show_figures(console: Console, found: Found) -> None:
    if found.is_test:
        console.print(Text(f"{_TEST}: simulated visits are counted", "bold red"))
    console.print(_table(found))
    for line in _notes(found):
        console.print(Text(line, "dim"))


def _table(found: Found) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for by in found.by:
        table.add_column(by)
    above, below = found.rate.numerator, found.rate.denominator
    for name in (above, below, "%", "sites", "mean", "median"):
        table.add_column(name.replace("_", " "), justify="right")
    for each in found.figures:
        table.add_row(*_row(found.by, each))
    if len(found.figures) > 1:
        total = [Text("all"), *[Text()] * (len(found.by) - 1)]
        for each in found.total:
            table.add_row(*total, *_row((), each), style="bold")
    return table


def _row(by: Iterable[By], figure: Figure) -> list[Text]:
    told: Mapping[str, object] = _facts(by, figure)
    cells = [*figure.group]
    for name in _RATE_COLUMNS[:-1]:
        value = told[name]
        cells.append(
            _NONE if value is None else f"{value:,}" if isinstance(value, int) else str(value)
        )
    return [Text(visible(cell) or "all") for cell in cells]


def _notes(found: Found) -> Iterable[str]:
    sides = f"{found.rate.numerator} or {found.rate.denominator}".replace("_", " ")
    if not found.months:
        both = sides.replace(" or ", " and ")
        yield f"no month and site of which both {both} are known: is each site named alike?"
    if found.months and By.MONTH not in found.by:
        yield found.period
    if bins := [each for each in found.distribution if each.sites]:
        of = f" of {LEAST_CLAIMS} claims a month or more" if found.rate is Rate.CLAIMS else ""
        spread = ", ".join(f"{each.least} %: {each.sites}" for each in bins)
        yield f"sites{of} by their rate, from … on: {spread}"
    if left_out := sum(each.left_out for each in found.total):
        yield f"months of sites without {sides}, left out: {left_out}"
    if found.by_certificate:
        yield f"persons known by certificate alone: {found.by_certificate}"
    if found.unknown:
        yield f"confirmations with the card of persons unknown: {found.unknown}"
    if found.tests and not found.is_test:
        yield f"tests not counted without --test: {found.tests}"
