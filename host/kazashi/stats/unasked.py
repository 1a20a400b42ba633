"""Who is sent a 資格確認書 without asking for it.

Ref: 厚生労働省, January 2026, on people of 75 and over. An insurer may treat them, it says,
as those of 74 and younger; how these are treated is not in it, but general: without a usable
マイナ保険証 it comes unasked [unconfirmed].
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from kazashi.reception.ages import legal_age

RULE_BEGINS = date(2026, 8, 1)  # before, everybody of 75 and over is sent one
ELDERLY, OLDEST = 75, 85
_USES, _YEAR_MONTHS = 6, 12
_RECENT_USES, _RECENT_MONTHS = 1, 3
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Insured:
    """A person. `has_card`: a マイナ保険証 that can be used. `uses`: the days on which it was."""

    birth: date
    has_card: bool
    uses: Iterable[date] = ()


def is_sent_unasked(
    person: Insured,
    on: date,
    known_until: date | None = None,
    *,
    as_younger: bool = False,
) -> bool:
    """Whether the insurer sends `person` one on the day `on`; False: on request alone.

    `known_until`: the last day whose uses the insurer knows; None: `on`. `as_younger`: it treats
    people of 75 and over as those of 74 and younger [from RULE_BEGINS on, unconfirmed].
    """
    age = legal_age(person.birth, on)
    if age < ELDERLY or legal_age(person.birth, on - _DAY) < ELDERLY:
        return not person.has_card  # 後期高齢者医療 begins on the birthday, not on its eve
    if on < RULE_BEGINS:
        return True
    if as_younger:
        return not person.has_card
    return age >= OLDEST or not (person.has_card and _uses_it(person.uses, known_until or on))


def _uses_it(uses: Iterable[date], until: date) -> bool:
    """Six times or more in the year up to `until`, and once in its last three months."""
    days = [day for day in uses if day <= until]
    in_year = sum(day > _months_before(until, _YEAR_MONTHS) for day in days)
    recent = sum(day > _months_before(until, _RECENT_MONTHS) for day in days)
    return in_year >= _USES and recent >= _RECENT_USES


def _months_before(day: date, months: int) -> date:
    """The same day of that month, or its last."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
