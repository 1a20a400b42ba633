"""Whether a certificate may be used today, and for what.

Source: MHLW newpage_50657, nishipla-kenpo: three months of notice before the end; after the end
eligibility alone, until the last day of the third following month; then nothing. Phones have no
such grace (iryohokenjyoho kb 3b11e4ee93dbee107fa07cddfaba1051). After a renewal, a card is
registered again as health insurance card: 厚生労働省, eligibility at the desk from 2 December 2024.

A day is Japan's, wherever the machine stands, and a certificate is good to the end of its last one.
"""

from calendar import monthrange
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from kazashi.reception.japan import japan_today
from kazashi.reception.texts import Message

if TYPE_CHECKING:
    from kazashi.cards.certificate import Certificate

_NOTICE_MONTHS = 3
_GRACE_MONTHS = 3


class Validity(StrEnum):
    """What the dates of a certificate allow."""

    NORMAL = "normal"
    ENDING = "ending"  # all of it, and a notice
    ELIGIBILITY_ONLY = "eligibility_only"  # no medical information
    UNUSABLE = "unusable"
    NOT_YET = "not_yet"

    @property
    def allows_check_in(self) -> bool:
        return self not in (Validity.UNUSABLE, Validity.NOT_YET)

    @property
    def allows_medical_information(self) -> bool:
        return self in (Validity.NORMAL, Validity.ENDING)

    def notice(self, *, is_phone: bool, until: date | None = None) -> Message:
        """What the patient is told. How a phone's certificate is renewed is not known.

        `until`: from `good_until`, if that is known.
        """
        name = self.value.replace("_", "-")
        values = {"until": until} if until else {}
        return Message(f"validity-phone.{name}" if is_phone else f"validity-card.{name}", values)


def validity(certificate: "Certificate", today: date, *, is_phone: bool) -> Validity:
    """What the dates of `certificate` allow on `today`, a day in Japan."""
    last = last_day(certificate)
    if today < japan_today(certificate.not_before):
        return Validity.NOT_YET
    if today <= last:
        return Validity.ENDING if today >= _months_before(last) else Validity.NORMAL
    if not is_phone and today <= _end_of_grace(last):
        return Validity.ELIGIBILITY_ONLY
    return Validity.UNUSABLE


def last_day(certificate: "Certificate") -> date:
    """The last day in Japan on which `certificate` is valid."""
    return japan_today(certificate.not_after)


def good_until(certificate: "Certificate", found: Validity) -> date | None:
    """The last day that a patient is to know of; None: they are told of none."""
    match found:
        case Validity.ENDING:
            return last_day(certificate)
        case Validity.ELIGIBILITY_ONLY:
            return _end_of_grace(last_day(certificate))
        case _:
            return None


def _months_before(last: date) -> date:
    """The same day of the month, or that month's last where it is shorter."""
    year, month = _shifted(last, -_NOTICE_MONTHS)
    return date(year, month, min(last.day, monthrange(year, month)[1]))


def _end_of_grace(last: date) -> date:
    year, month = _shifted(last, _GRACE_MONTHS)
    if year > date.max.year:
        return date.max
    return date(year, month, monthrange(year, month)[1])


def _shifted(day: date, months: int) -> tuple[int, int]:
    """Year and month, `months` later."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return year, month + 1
