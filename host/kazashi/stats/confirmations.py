"""Confirmations made online, one by one, and what is counted of them.

Ref: 厚生労働省, January 2026: confirmations count cases; persons count once a month and site.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from kazashi.stats.counts import Cell, Counts
from kazashi.stats.rates import Count


@dataclass(frozen=True)
class Confirmation:
    """The centre said: covered. `is_by_card`: by マイナ保険証, on a card or phone; else by a paper.

    `insured`: hash by the numbers of the insurance; "": they are not known. `certificate`: hash by
    the certificate; "": there was none.
    """

    cell: Cell
    is_by_card: bool
    insured: str = ""
    certificate: str = ""


@dataclass(frozen=True)
class Counted:
    """`by_certificate`: persons, once a month and site, who could be told by certificate alone.

    `unknown`: confirmations with the card whose person is not known at all.
    """

    counts: Counts
    by_certificate: int
    unknown: int


def counted(confirmations: Iterable[Confirmation]) -> Counted:
    """What there is to count. Who is seen in several cells of a month is counted in the first."""
    counts = Counts()
    every = list(confirmations)
    insured = {
        (*near, each.certificate): each.insured
        for each in every
        if each.insured and each.certificate
        for near in _near(each.cell)
    }
    at_site, users = set[tuple[str, str, str]](), set[tuple[str, str]]()
    by_certificate, unknown = 0, 0
    for each in every:
        cell = each.cell
        for count in (Count.CARD_CONFIRMATIONS, Count.CARD_PERSONS, Count.CARD_USERS):
            counts.add(cell, count, 0)  # known, if nobody comes
        counts.add(cell, Count.CONFIRMATIONS, 1)
        if not each.is_by_card:
            continue
        counts.add(cell, Count.CARD_CONFIRMATIONS, 1)
        elsewhere = (insured.get((*near, each.certificate)) for near in _near(cell))
        known = each.insured or next(filter(None, elsewhere), "")
        person = known or each.certificate
        if not person:
            unknown += 1
            continue
        if (cell.month, cell.site, person) not in at_site:
            at_site.add((cell.month, cell.site, person))
            counts.add(cell, Count.CARD_PERSONS, 1)
            by_certificate += not known
        if (cell.month, person) not in users:
            users.add((cell.month, person))
            counts.add(cell, Count.CARD_USERS, 1)
    return Counted(counts, by_certificate, unknown)


def _near(cell: Cell) -> tuple[tuple[str, str], ...]:
    """Where to look for a person's insurance: in this month at this site; ever, here; anywhere."""
    return (cell.month, cell.site), ("", cell.site), ("", "")
