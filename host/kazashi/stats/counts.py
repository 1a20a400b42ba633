"""What was counted, of whom: the numbers from which rates are made."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple

from kazashi.stats.rates import Count


class By(StrEnum):
    """By what figures are grouped; the name of its column."""

    MONTH = "month"
    SITE = "site"
    KIND = "kind"
    PREFECTURE = "prefecture"
    AGE = "age"
    INSURER = "insurer"
    SIZE = "size"


@dataclass(frozen=True)
class Cell:
    """Of whom. "": all of them, it is not told apart; UNKNOWN: it is, and was not known."""

    month: str  # 2026-11
    site: str = ""
    kind: str = ""
    prefecture: str = ""
    age: str = ""
    insurer: str = ""
    size: str = ""

    def of(self, by: By) -> str:
        return str(getattr(self, by))


class Unit(NamedTuple):
    """What numerator and denominator must have in common: a month, and a site if it is told."""

    month: str
    site: str


@dataclass
class Counts:
    """`cells`: what is not counted there has no entry, which is another thing than 0."""

    cells: dict[Cell, dict[Count, int]] = field(default_factory=dict[Cell, dict[Count, int]])

    def add(self, cell: Cell, count: Count, number: int) -> None:
        here = self.cells.setdefault(cell, {})
        here[count] = here.get(count, 0) + number

    def add_all(self, others: "Counts") -> None:
        for cell, counted in others.cells.items():
            for count, number in counted.items():
                self.add(cell, count, number)

    def at_sites(self, sites: Mapping[str, Cell]) -> "Counts":
        """The same, with kind, prefecture and size of each site, if no count said them itself."""
        placed = Counts()
        for cell, counted in self.cells.items():
            known = sites.get(cell.site)
            if known:
                cell = replace(
                    cell,
                    kind=cell.kind or known.kind,
                    prefecture=cell.prefecture or known.prefecture,
                    size=cell.size or known.size,
                )
            for count, number in counted.items():
                placed.add(cell, count, number)
        return placed
