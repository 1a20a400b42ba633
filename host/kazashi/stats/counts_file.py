"""CSV files of counts: claims, confirmations, persons, whatever a formula needs.

    month,site,kind,prefecture,age,insurer,size,claims
    2026-11,Clinic 1,clinic,Toyama,,,,812

Only `month` and one count are needed. Counts: `Count` in rates.py. An empty cell is not known,
which is another thing than 0. No line may be the total of others, or share ages with another.
"""

import csv
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from kazashi.stats import cells
from kazashi.stats.counts import By, Cell, Counts
from kazashi.stats.csv_file import Line, lines
from kazashi.stats.errors import CsvFlaw
from kazashi.stats.groups import ages_of
from kazashi.stats.rates import Count

_COLUMNS = (*By, *Count)


def counts_in(paths: Iterable[Path], kept: Counts | None = None) -> Counts:
    """All that stands in these files. `kept`: of journals, which they may not count again.

    Raises:
        CountsBroken: one of them is not as above, or two lines count the same.
    """
    taken = _Taken(kept or Counts())
    counts = Counts()
    for path in paths:
        for line in lines(path, _COLUMNS, (By.MONTH,)):
            cell = _cell(line)
            for count in Count:
                number = cells.number(line, count)
                if number is not None:
                    taken.add(cell, count, line)
                    counts.add(cell, count, number)
    return counts


class _Taken:
    """What was counted up to now: nothing may be counted again, as such or in a total."""

    def __init__(self, kept: Counts) -> None:
        self._of_journals = {
            (cell.month, site, count)
            for cell, counted in kept.cells.items()
            for count in counted
            for site in (cell.site, "")
        }
        self._lines: dict[tuple[Cell, Count], Line] = {}
        self._told: dict[tuple[str, ...], tuple[tuple[By, ...], Line]] = {}
        self._ages: dict[tuple[Cell, Count], dict[range, Line]] = {}

    def add(self, cell: Cell, count: Count, line: Line) -> None:
        """Raises CountsBroken."""
        if (cell.month, cell.site, count) in self._of_journals:
            raise line.wrong(CsvFlaw.IN_JOURNAL, count)
        before = self._lines.setdefault((cell, count), line)
        if before is not line:
            raise line.wrong(CsvFlaw.TWICE, before.place)
        told = tuple(by for by in By if cell.of(by))
        # Each line of a month tells its site, or none does; those of a site tell the same.
        self._alike((cell.month, count), (By.SITE,) if cell.site else (), line)
        self._alike((cell.month, count, cell.site), told, line)
        if ages := ages_of(cell.age):
            others = self._ages.setdefault((replace(cell, age=""), count), {})
            for other, where in others.items():
                if ages[0] <= other[-1] and other[0] <= ages[-1]:
                    raise line.wrong(CsvFlaw.AGES_OVERLAP, where.place)
            others[ages] = line

    def _alike(self, of: tuple[str, ...], told: tuple[By, ...], line: Line) -> None:
        before, where = self._told.setdefault(of, (told, line))
        if before != told:
            raise line.wrong(CsvFlaw.TOTAL_AND_PARTS, where.place)


def write_counts(counts: Counts, out: TextIO) -> None:
    """All of it, as `counts_in` reads it: counts alone, nothing of a person."""
    table = csv.DictWriter(out, _COLUMNS, restval="")
    table.writeheader()
    for cell, counted in counts.cells.items():
        table.writerow({by: cell.of(by) for by in By} | counted)


def _cell(line: Line) -> Cell:
    return Cell(
        month=cells.month(line),
        site=cells.site(line),
        kind=cells.kind(line),
        prefecture=cells.prefecture(line),
        age=cells.age(line),
        insurer=cells.insurer(line),
        size=cells.size(line),
    )
