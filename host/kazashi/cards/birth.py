"""A date of birth as stored on a card: unknown parts are zeros (生年月日不詳)."""

from dataclasses import dataclass
from datetime import date

_LEAP_YEAR = 2000  # allows 29 February if the year is unknown


@dataclass(frozen=True)
class PartialDate:
    """A date with unknown parts, which are 0."""

    year: int
    month: int
    day: int

    def isoformat(self) -> str:
        """YYYY-MM-DD, with zeros for unknown parts."""
        return f"{self.year:04}-{self.month:02}-{self.day:02}"


Birth = date | PartialDate


def birth_of(digits: str) -> Birth:
    """Read YYYYMMDD.

    Raises:
        ValueError: no values of the unknown parts make it a day of the calendar.
    """
    if len(digits) != 8 or not (digits.isascii() and digits.isdigit()):
        raise ValueError("a date of birth has eight digits")
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    if year and month and day:
        return date(year, month, day)
    date(year or _LEAP_YEAR, month or 1, day or 1)  # ValueError if no day fits
    return PartialDate(year, month, day)
