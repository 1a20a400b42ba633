"""Kinds of insurers, by their numbers (保険者番号).

Ref: 法別番号, the first two digits of eight, and the third digit of six: 保険者番号等設定要領.
"""

import re
from enum import StrEnum, unique

from kazashi.reception.typed import narrow


@unique
class InsurerKind(StrEnum):
    """Who insures, as far as its number tells."""

    KYOKAI = "kyokai"  # 協会けんぽ
    SEAMEN = "seamen"  # 船員
    DAY_LABOURERS = "day_labourers"  # 日雇特例
    SOCIETY = "society"  # 健康保険組合
    DEFENCE = "defence"  # 自衛官
    MUTUAL_AID = "mutual_aid"  # 共済
    MUNICIPAL = "municipal"  # 国民健康保険, 市町村
    UNION = "union"  # 国民健康保険組合
    ELDERLY = "elderly"  # 後期高齢者医療
    WELFARE = "welfare"  # 医療扶助


_BY_LAW = {
    **dict.fromkeys(("01",), InsurerKind.KYOKAI),
    **dict.fromkeys(("02",), InsurerKind.SEAMEN),
    **dict.fromkeys(("03", "04"), InsurerKind.DAY_LABOURERS),
    **dict.fromkeys(("06", "63"), InsurerKind.SOCIETY),
    **dict.fromkeys(("07",), InsurerKind.DEFENCE),
    **dict.fromkeys(("31", "32", "33", "34", "72", "73", "74", "75"), InsurerKind.MUTUAL_AID),
    **dict.fromkeys(("67",), InsurerKind.MUNICIPAL),
    **dict.fromkeys(("39",), InsurerKind.ELDERLY),
    **dict.fromkeys(("12",), InsurerKind.WELFARE),
}


def insurer_number(text: str) -> str:
    """`text` without what pads six digits to eight: blanks, or zeros, which begin no eight."""
    number = "".join(narrow(text).split())
    return number[2:] if re.fullmatch(r"00[0-9]{6}", number) else number


def insurer_kind(number: str) -> InsurerKind | None:
    """By its number; None: it tells none. Of six digits, the third is 3 for a 国保組合."""
    number = insurer_number(number)
    if re.fullmatch(r"[0-9]{6}", number):
        return InsurerKind.UNION if number[2] == "3" else InsurerKind.MUNICIPAL
    return _BY_LAW.get(number[:2]) if re.fullmatch(r"[0-9]{8}", number) else None
