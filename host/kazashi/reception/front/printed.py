"""照合番号B among the lines that are printed on a card's front.

    平成元年3月31日生  性別 女
    2029年3月31日まで有効
    セキュリティコード 1234          → 01033120291234

Six digits of the birth, with the year of the Japanese era, or the last two digits of a year of the
West, as cards of foreign residents have it; the year of expiry; the security code. That was written
without a real card at hand: labels and order are from descriptions of it.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

_ERAS = {  # the year before its first, and its last
    "明治": (1867, 45),
    "大正": (1911, 15),
    "昭和": (1925, 64),
    "平成": (1988, 31),
    "令和": (2018, 99),
}
_OLDEST = 1867
_DATE = r"(\d{1,2})月(\d{1,2})日"
_BIRTH = re.compile(rf"(?:({'|'.join(_ERAS)})(元|\d{{1,2}})|(?<!\d)(\d{{4}}))年{_DATE}生")
_EXPIRY = re.compile(rf"(?<!\d)(\d{{4}})年{_DATE}まで")
_LABEL = re.compile(r"セキュリティ|コ[ー一―-]ド")
_CODE = re.compile(r"(?<!\d)\d{4}$")
_FAR = 1.5  # widths of its label that the security code may be away from it
_LONGEST_YEARS = 11  # a card lasts until the tenth birthday after it was issued
_GRACE_YEARS = 1  # what it was issued for goes on for some months


@dataclass(frozen=True)
class Line:
    """Text in one place of a picture. `x`, `y`: its middle; `width`: along the text; in pixels."""

    text: str
    x: float
    y: float
    width: float


def code_b_of(lines: Sequence[Line], today: date) -> str | None:
    """Fourteen digits; None: not all of them stand there once, and as dates that may be."""
    plain = [Line(_narrow(line.text), line.x, line.y, line.width) for line in lines]
    text = "\n".join(line.text for line in plain)
    found = {_birth(match, today) for match in _BIRTH.finditer(text)}
    years = {_expiry(match, today) for match in _EXPIRY.finditer(text)}
    codes = _security_codes(plain)
    parts = [*found, *years, *codes]
    if (len(found), len(years), len(codes)) != (1, 1, 1) or not all(parts):
        return None
    return "".join(parts)


def _birth(match: re.Match[str], today: date) -> str:
    """Six digits; empty: there is no such day, or it is yet to come."""
    era, of_era, western, month, day = match.groups()
    before, last = _ERAS.get(era, (0, today.year))
    year = 1 if of_era == "元" else int(of_era or western)
    try:
        born = date(before + year, int(month), int(day))
    except ValueError:
        return ""
    is_possible = 1 <= year <= last and born.year > _OLDEST and born <= today
    return f"{year % 100:02}{born:%m%d}" if is_possible else ""


def _expiry(match: re.Match[str], today: date) -> str:
    """Four digits; empty: no card that is used today may end then."""
    year, month, day = map(int, match.groups())
    try:
        date(year, month, day)
    except ValueError:
        return ""
    is_possible = today.year - _GRACE_YEARS <= year <= today.year + _LONGEST_YEARS
    return str(year) if is_possible else ""


def _security_codes(lines: Sequence[Line]) -> set[str]:
    """Four digits at the end of their label, or else those that stand alone beside it."""
    labels = [line for line in lines if _LABEL.search(line.text)]
    within = {found[0] for line in labels if (found := _CODE.search(line.text))}
    if within:
        return within
    alone = [line for line in lines if re.fullmatch(r"\d{4}", line.text)]
    return {line.text for line in alone if any(_is_beside(line, label) for label in labels)}


def _is_beside(line: Line, label: Line) -> bool:
    away = ((line.x - label.x) ** 2 + (line.y - label.y) ** 2) ** 0.5
    return away <= _FAR * label.width


def _narrow(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())
