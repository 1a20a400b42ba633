"""All that one question about figures has found: for a table, a file, a picture."""

from collections.abc import Sequence
from dataclasses import dataclass

from kazashi.stats.confirmations import Counted
from kazashi.stats.counts import By, Counts
from kazashi.stats.figures import Bin, Figure, distribution, figures
from kazashi.stats.rates import Rate


@dataclass(frozen=True)
class Found:
    """`total`: one, or none. `months`: that have a part in it. `by_certificate`, `unknown`: see
    `Counted`. `tests`: confirmations that are tests, counted if `is_test`.
    """

    rate: Rate
    by: tuple[By, ...]
    figures: Sequence[Figure]
    total: Sequence[Figure]
    months: tuple[str, ...]
    distribution: Sequence[Bin]
    by_certificate: int
    unknown: int
    tests: int
    is_test: bool

    @property
    def period(self) -> str:
        """From the first to the last month that has a part in the rate."""
        return " to ".join(dict.fromkeys((*self.months[:1], *self.months[-1:])))


def found(
    counts: Counts,
    rate: Rate,
    by: Sequence[By] = (),
    *,
    read: Counted | None = None,
    tests: int = 0,
    is_test: bool = False,
) -> Found:
    """`rate` of `counts`, in groups. `read`: what of them was counted one by one."""
    return Found(
        rate,
        tuple(by),
        figures(counts, rate, by),
        figures(counts, rate),
        tuple(each.group[0] for each in figures(counts, rate, (By.MONTH,)) if each.quotient),
        distribution(counts, rate),
        read.by_certificate if read else 0,
        read.unknown if read else 0,
        tests,
        is_test,
    )
