"""Cells of a CSV file: month, site, kind, prefecture, age, insurer, size, a number.

Each function takes a line and gives "" or None if the cell is empty or its column is not there.
All raise CountsBroken for anything else; what stood there is not repeated.
"""

import re

from kazashi.reception.ages import age_group
from kazashi.reception.insurers import InsurerKind, insurer_kind
from kazashi.reception.typed import Mistyped, Slip, narrow, plain
from kazashi.stats import groups
from kazashi.stats.csv_file import Line
from kazashi.stats.errors import CsvFlaw

_LONGEST_NAME = 60
_MONTH = re.compile(r"([0-9]{4})[-/年]?([0-9]{1,2})(?:月?|[-/月][0-9]{1,2}日?)")
# What Excel makes of 2026-11 when it opens a file: Nov-26, also in Japanese.
_NAMES = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_IN_EXCEL = {name: number for number, name in enumerate(_NAMES, 1)}
_STARTS_A_FORMULA = ("=", "+", "-", "@")  # in a spreadsheet, also if it is wide


def month(line: Line) -> str:
    """2026-11, from that, 2026/11, 202611, 2026年11月, a day of it, or Excel's Nov-26."""
    text = narrow(line.cells.get("month", ""))
    if found := re.fullmatch(r"([A-Z][a-z]{2})-([0-9]{2})", text):
        year, number = f"20{found[2]}", _IN_EXCEL.get(found[1], 0)
    elif found := _MONTH.fullmatch(text):
        year, number = found[1], int(found[2])
    else:
        raise line.wrong(CsvFlaw.NOT_A_MONTH, "month")
    if not 1 <= number <= 12 or int(year) == 0:
        raise line.wrong(CsvFlaw.NOT_A_MONTH, "month")
    return f"{year}-{number:02}"


def site(line: Line) -> str:
    """The name of a site: no My Number, no total, and nothing that a spreadsheet would run."""
    text = line.cells.get("site", "")
    if flaw := flaw_of_name(text):
        raise line.wrong(flaw, "site")
    return text


def flaw_of_name(text: str) -> CsvFlaw | None:
    """What is wrong with the name of a site."""
    try:
        plain("site", text, _LONGEST_NAME)
    except Mistyped as error:
        return CsvFlaw.MY_NUMBER if error.slip is Slip.MY_NUMBER else CsvFlaw.NOT_A_NAME
    if narrow(text).startswith(_STARTS_A_FORMULA):
        return CsvFlaw.NOT_A_NAME
    return CsvFlaw.TOTAL if groups.is_total(text) else None


def kind(line: Line) -> str:
    text = line.cells.get("kind", "")
    found = groups.KINDS_IN_JAPANESE.get(text, text.lower())
    return _chosen(line, "kind", found, tuple(groups.FacilityKind))


def prefecture(line: Line) -> str:
    text = narrow(line.cells.get("prefecture", ""))
    found = groups.prefecture(text) or text
    return _chosen(line, "prefecture", found, groups.PREFECTURES)


def insurer(line: Line) -> str:
    """The kind of insurer, from that or from an insurer's number."""
    text = narrow(line.cells.get("insurer", ""))
    found = insurer_kind(text) or text.lower()
    return _chosen(line, "insurer", found, tuple(InsurerKind))


def size(line: Line) -> str:
    """From a number of beds, or a group of it."""
    text = narrow(line.cells.get("size", ""))
    found = groups.size_of(int(text)) if re.fullmatch(r"[0-9]{1,5}", text) else text
    return _chosen(line, "size", found, groups.SIZES)


def age(line: Line) -> str:
    """A group, as 75-79 or 85+, or years."""
    text = narrow(line.cells.get("age", "")).lower()
    if re.fullmatch(r"[0-9]{1,3}", text):
        return age_group(int(text))
    if text in ("", groups.UNKNOWN):
        return text
    ages = groups.ages_of(text)
    if not ages:
        raise line.wrong(CsvFlaw.NOT_AN_AGE, "age")
    return f"{ages[0]}+" if text.endswith("+") else f"{ages[0]}-{ages[-1]}"  # 05-09 is 5-9


def number(line: Line, column: str) -> int | None:
    """Whole, not below 0, with commas or without; a My Number is longer."""
    text = narrow(line.cells.get(column, ""))
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,11}|[0-9]{1,3}(,[0-9]{3}){1,3}", text):
        raise line.wrong(CsvFlaw.NOT_A_COUNT, column)
    return int(text.replace(",", ""))


def _chosen(line: Line, column: str, text: str, allowed: tuple[str, ...]) -> str:
    if text.lower() in ("", groups.UNKNOWN):
        return text.lower()
    if text not in allowed:
        raise line.wrong(CsvFlaw.NOT_ONE_OF, f"{column}: {', '.join(allowed)}")
    return str(text)
