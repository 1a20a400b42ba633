"""被保険者資格申立書: a patient who shows the card, and whose insurance is not found, declares it.

Source: 保発0710第1号 of 10 July 2023 and its explanation for patients (wic-net 10145/10);
厚生労働省, マイナ保険証の円滑な利用について, January 2026: telephone number, 摘要欄, later check.
The fields are still to be compared with the official form.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeVar

from kazashi.cards.birth import Birth
from kazashi.cards.surface import Sex
from kazashi.reception.fallback import Basis
from kazashi.reception.journal import KeptVisit
from kazashi.reception.papers.certificate import insurer_of, share_of
from kazashi.reception.papers.fields import birth_date, sex_of
from kazashi.reception.typed import Mistyped, Slip, digits, narrow, plain, required

_TELEPHONE = re.compile(r"0\d{9,10}")
_BETWEEN_DIGITS = re.compile(r"[-‐-―−ー()]")
_FORMER_INSURANCE = "旧資格情報"


class Insurance(StrEnum):
    """保険の種類."""

    EMPLOYEES = "employees"
    NATIONAL = "national"
    ELDERLY = "elderly"
    UNKNOWN = "unknown"


class Since(StrEnum):
    """For how long the patient has had this insurance."""

    ONE_MONTH = "one_month"
    LONGER = "longer"
    UNKNOWN = "unknown"


class Numbers(StrEnum):
    """Which numbers of the insurance are written down."""

    CURRENT = "current"
    FORMER = "former"
    NONE = "none"


@dataclass(frozen=True)
class Declaration:
    """What a patient declares. "" or None: not known."""

    name: str = field(repr=False)
    kana: str = field(repr=False)
    birth: Birth = field(repr=False)
    sex: Sex = field(repr=False)
    address: str = field(repr=False)
    telephone: str = field(repr=False)
    insurance: Insurance
    insurer_name: str = field(repr=False)
    employer: str = field(repr=False)  # 事業所名
    since: Since
    share: int | None  # 負担割合 in tenths, 1 to 3
    numbers: Numbers
    insurer: str = field(repr=False)  # 保険者番号
    symbol: str = field(repr=False)
    number: str = field(repr=False)
    signed: date
    visit: str  # its number in the journal
    staff: str = field(repr=False)


def declaration(
    *,
    today: date,
    card_shown: bool,
    name: str = "",
    kana: str = "",
    birth: str = "",
    sex: str = "",
    address: str = "",
    telephone: str = "",
    insurance: str = "unknown",
    insurer_name: str = "",
    employer: str = "",
    since: str = "unknown",
    share: str = "",
    numbers: str = "none",
    insurer: str = "",
    symbol: str = "",
    number: str = "",
    visit: str = "",
    staff: str = "",
) -> Declaration:
    """What was typed from it, or by the patient; without `numbers`, those given are left out.

    Raises:
        Mistyped: a field is not what it should be, it says which; or no card was shown.
    """
    if not card_shown:
        raise Mistyped("card_shown", Slip.CARD_UNSHOWN)
    which = _chosen("numbers", Numbers, numbers)
    has_numbers = which is not Numbers.NONE
    return Declaration(
        name=required("name", name),
        kana=plain("kana", kana),
        birth=birth_date(birth, today),
        sex=sex_of(sex),
        address=required("address", address),
        telephone=telephone_of(telephone),
        insurance=_chosen("insurance", Insurance, insurance),
        insurer_name=plain("insurer_name", insurer_name),
        employer=plain("employer", employer),
        since=_chosen("since", Since, since),
        share=share_of(share),
        numbers=which,
        insurer=insurer_of(insurer) if has_numbers else "",
        symbol=narrow(plain("symbol", symbol)) if has_numbers else "",
        number=narrow(required("number", number)) if has_numbers else "",
        signed=today,
        visit=digits(plain("visit", visit)),
        staff=required("staff", staff),
    )


_NUMBERS = {
    Basis.DECLARED_CURRENT: Numbers.CURRENT,
    Basis.DECLARED_FORMER: Numbers.FORMER,
    Basis.DECLARED_UNKNOWN: Numbers.NONE,
    Basis.DECLARED_UNKNOWN_ELDERLY: Numbers.NONE,
}


def basis_of(visit: KeptVisit) -> Basis | None:
    """Where its fall-backs led, if that was a declaration: the card was shown on the way there."""
    kept = visit.fact("fallback")
    return next((each for each in Basis if each == kept and each.needs_declaration), None)


def known_of(visit: KeptVisit, basis: Basis) -> dict[str, str]:
    """What the journal knows of a declaration: fields of `declaration`."""
    staff = visit.fact("staff")
    known = {"visit": str(visit.id), "numbers": _NUMBERS[basis].value}
    return known | ({"staff": str(staff)} if staff else {})


def telephone_of(text: str) -> str:
    """A telephone number of Japan: 03-1234-5678; digits of any width.

    Raises:
        Mistyped: it has not 10 or 11 digits, or does not begin with 0.
    """
    typed = digits(required("telephone", text))
    if not _TELEPHONE.fullmatch(_BETWEEN_DIGITS.sub("", typed)):
        raise Mistyped("telephone", Slip.TELEPHONE)
    return typed


def remarks(basis: Basis, declared: Declaration) -> str:
    """The text of 摘要欄 in the claim, "" if there is none.

    Raises:
        ValueError: `basis` is none of a declaration.
    """
    if not basis.needs_declaration:
        raise ValueError(f"{basis} has no declaration")
    if basis is Basis.DECLARED_FORMER:
        return _FORMER_INSURANCE
    if not (numbers := basis.numbers):
        return ""
    parts = [numbers.note, f"住所:{declared.address}"]
    if declared.employer and basis is not Basis.DECLARED_UNKNOWN_ELDERLY:
        parts.append(f"事業所名:{declared.employer}")
    return " ".join([*parts, f"連絡先:{declared.telephone}"])


_Choice = TypeVar("_Choice", bound=StrEnum)


def _chosen(field: str, choices: type[_Choice], text: str) -> _Choice:
    try:
        return choices(plain(field, text))
    except ValueError as error:
        if isinstance(error, Mistyped):
            raise
        raise Mistyped(field, Slip.NOT_OFFERED) from None
