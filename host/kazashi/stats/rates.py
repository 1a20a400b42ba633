"""Rates by the ministry's formulas, in percent, rounded half up.

Ref: 厚生労働省, January 2026 (confirmations, claims); December 2024 and February 2025 (those
treated, registered, holders); 協会けんぽ, October 2024.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import floor

DIGITS = 2  # behind the point, as the ministry publishes rates of confirmations and claims


class Count(StrEnum):
    """What is counted; the name of its column."""

    CARD_CONFIRMATIONS = "card_confirmations"  # online, with マイナ保険証; no online medical care
    CONFIRMATIONS = "confirmations"  # all that were made online
    CARD_PERSONS = "card_persons"  # used マイナ保険証; each once a month and site
    CLAIMS = "claims"  # レセプト
    CARD_USERS = "card_users"  # used it; each once a month, wherever
    TREATED = "treated"  # persons treated in the month, estimated
    TREATED_HOLDERS = "treated_holders"  # of these, with a My Number Card
    TREATED_REGISTERED = "treated_registered"  # of these, registered: 利用登録
    REGISTERED = "registered"
    HOLDERS = "holders"
    RESIDENTS = "residents"


class Rate(StrEnum):
    """What is divided by what."""

    CONFIRMATIONS = "confirmations"  # オンライン資格確認件数ベース利用率
    CLAIMS = "claims"  # レセプト件数ベース利用率
    TREATED = "treated"
    TREATED_HOLDERS = "treated_holders"
    TREATED_REGISTERED = "treated_registered"
    REGISTERED = "registered"  # 登録率
    HELD = "held"  # 保有率

    @property
    def numerator(self) -> Count:
        return _FORMULAS[self][0]

    @property
    def denominator(self) -> Count:
        return _FORMULAS[self][1]


_FORMULAS = {
    Rate.CONFIRMATIONS: (Count.CARD_CONFIRMATIONS, Count.CONFIRMATIONS),
    Rate.CLAIMS: (Count.CARD_PERSONS, Count.CLAIMS),
    Rate.TREATED: (Count.CARD_USERS, Count.TREATED),
    Rate.TREATED_HOLDERS: (Count.CARD_USERS, Count.TREATED_HOLDERS),
    Rate.TREATED_REGISTERED: (Count.CARD_USERS, Count.TREATED_REGISTERED),
    Rate.REGISTERED: (Count.REGISTERED, Count.HOLDERS),
    Rate.HELD: (Count.HOLDERS, Count.RESIDENTS),
}


@dataclass(frozen=True)
class Quotient:
    """`numerator` ÷ `denominator`."""

    numerator: int
    denominator: int

    @property
    def share(self) -> Fraction | None:
        """Exact; None: nothing to divide by."""
        return Fraction(self.numerator, self.denominator) if self.denominator else None

    @property
    def percent(self) -> Decimal | None:
        return None if self.share is None else percent(self.share)


def percent(share: Fraction, digits: int = DIGITS) -> Decimal:
    """`share` in percent, rounded half up, with `digits` behind the point; no float has a part."""
    whole = floor(share * 10 ** (2 + digits) + Fraction(1, 2))
    return Decimal(whole).scaleb(-digits)
