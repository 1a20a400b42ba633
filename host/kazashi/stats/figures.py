"""Rates of groups, with mean and median over their sites, and the distribution of the sites.

A rate is made of months and sites for which both numerator and denominator are known; the others
are counted in `left_out`, and have no part in it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from statistics import mean, median

from kazashi.stats.counts import By, Counts, Unit
from kazashi.stats.groups import order_of
from kazashi.stats.rates import Quotient, Rate, percent

LEAST_CLAIMS = 50  # a month and site, of the ministry's distribution of sites
BIN_PERCENT = 10

Group = tuple[str, ...]


@dataclass(frozen=True)
class Figure:
    """A rate of one group. `mean`, `median`: of the rates of its `sites`, in percent."""

    group: Group
    quotient: Quotient | None  # None: numerator or denominator is known of nobody here
    sites: int
    mean: Decimal | None
    median: Decimal | None
    left_out: int  # months and sites of which one of both is not known


@dataclass(frozen=True)
class Bin:
    """So many `sites` have a rate of `least` percent or more, and less than BIN_PERCENT above.

    The last has 100 % and more: a claim may come later than the visit.
    """

    least: int
    sites: int


def figures(counts: Counts, rate: Rate, by: Sequence[By] = ()) -> list[Figure]:
    """`rate` of each group, sorted; without `by`, of all."""
    groups = _by_group(counts, rate, by)
    ordered = sorted(groups, key=lambda group: [order_of(value) for value in group])
    return [_figure(group, groups[group]) for group in ordered]


def distribution(counts: Counts, rate: Rate) -> list[Bin]:
    """How many sites have which rate, over all their months.

    By claims, only sites that have LEAST_CLAIMS or more a month, on average of the months known.
    """
    (units,) = _by_group(counts, rate, ()).values() or [{}]
    whole = _complete(units)
    months = defaultdict[str, int](int)
    for unit in whole:
        months[unit.site] += 1
    least = LEAST_CLAIMS if rate is Rate.CLAIMS else 0
    found = [0] * (100 // BIN_PERCENT + 1)
    for site, quotient in _by_site(whole).items():
        if quotient.share is not None and quotient.denominator >= least * months[site]:
            found[min(int(quotient.share * 100) // BIN_PERCENT, len(found) - 1)] += 1
    return [Bin(at * BIN_PERCENT, sites) for at, sites in enumerate(found)]


_Parts = tuple[int | None, int | None]  # numerator and denominator, None: not known


def _by_group(counts: Counts, rate: Rate, by: Sequence[By]) -> dict[Group, dict[Unit, _Parts]]:
    groups = defaultdict[Group, dict[Unit, _Parts]](dict)
    for cell, counted in counts.cells.items():
        above, below = counted.get(rate.numerator), counted.get(rate.denominator)
        if above is None and below is None:
            continue
        units = groups[tuple(cell.of(each) for each in by)]
        unit = Unit(cell.month, cell.site)
        before = units.get(unit, (None, None))
        units[unit] = (_sum(before[0], above), _sum(before[1], below))
    return groups


def _sum(one: int | None, other: int | None) -> int | None:
    return other if one is None else one + (other or 0)


def _complete(units: dict[Unit, _Parts]) -> dict[Unit, Quotient]:
    return {
        unit: Quotient(above, below)
        for unit, (above, below) in units.items()
        if above is not None and below is not None
    }


def _figure(group: Group, units: dict[Unit, _Parts]) -> Figure:
    whole = _complete(units)
    shares = [each.share for each in _by_site(whole).values() if each.share is not None]
    return Figure(
        group,
        _total(whole.values()) if whole else None,
        len(shares),
        percent(Fraction(mean(shares))) if shares else None,
        percent(Fraction(median(shares))) if shares else None,
        len(units) - len(whole),
    )


def _by_site(whole: dict[Unit, Quotient]) -> dict[str, Quotient]:
    """Of each site that is told, over its months."""
    sites = defaultdict[str, list[Quotient]](list)
    for unit, quotient in whole.items():
        if unit.site:
            sites[unit.site].append(quotient)
    return {site: _total(each) for site, each in sites.items()}


def _total(quotients: Iterable[Quotient]) -> Quotient:
    each = list(quotients)
    return Quotient(sum(one.numerator for one in each), sum(one.denominator for one in each))
