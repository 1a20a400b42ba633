"""Whether a certificate may be used today, and for what.

Source: MHLW newpage_50657, nishipla-kenpo: three months of notice before the end; after the end
eligibility alone, until the last day of the third following month; then nothing. Phones have no
such grace (iryohokenjyoho kb 3b11e4ee93dbee107fa07cddfaba1051).

A day is Japan's, wherever the machine stands, and a certificate is good to the end of its last one.
"""

from calendar import monthrange
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from kazashi.reception.japan import japan_today
from kazashi.reception.texts import Text

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

    @property
    def text(self) -> Text:
        """What the patient is told."""
        return _TEXTS[self]


_TEXTS = {
    Validity.NORMAL: Text("電子証明書は有効です。", "The certificate is valid."),
    Validity.ENDING: Text(
        "電子証明書の有効期限が近づいています。お住まいの市区町村の窓口で更新してください。",
        "The certificate ends soon. Renew it at the office of your municipality.",
    ),
    Validity.ELIGIBILITY_ONLY: Text(
        "電子証明書の有効期限が切れているため、資格情報のみ提供します。"
        "お住まいの市区町村の窓口で更新してください。",
        "The certificate has ended: eligibility alone is provided, no medical information. "
        "Renew it at the office of your municipality.",
    ),
    Validity.UNUSABLE: Text(
        "電子証明書の有効期限が切れているため、利用できません。係の者をお呼びください。",
        "The certificate has ended and cannot be used. Please call the staff.",
    ),
    Validity.NOT_YET: Text(
        "電子証明書の有効期間がまだ始まっていません。係の者をお呼びください。",
        "The certificate is not valid yet. Please call the staff.",
    ),
}


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
