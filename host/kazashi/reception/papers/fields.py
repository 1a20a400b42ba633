"""What staff type from a paper or a card's face: dates of either calendar, sex, four items."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from kazashi.cards.birth import Birth, birth_of
from kazashi.cards.surface import FourItems, Sex
from kazashi.reception.typed import Mistyped, Slip, narrow, plain, required


@dataclass(frozen=True)
class _Era:
    names: tuple[str, str]
    year_one: int
    first: date
    last: date  # up to Shōwa the day on which it turned belongs to both


_ERAS = (
    _Era(("明治", "M"), 1868, date(1873, 1, 1), date(1912, 7, 30)),  # the calendar is of 1873
    _Era(("大正", "T"), 1912, date(1912, 7, 30), date(1926, 12, 25)),
    _Era(("昭和", "S"), 1926, date(1926, 12, 25), date(1989, 1, 7)),
    _Era(("平成", "H"), 1989, date(1989, 1, 8), date(2019, 4, 30)),
    _Era(("令和", "R"), 2019, date(2019, 5, 1), date.max),
)
_DATE = re.compile(
    r"(?P<era>明治|大正|昭和|平成|令和|[MTSHR])?(?P<year>[0-9]{1,4}|元)[年./-]"
    r"(?P<month>[0-9]{1,2})[月./-](?P<day>[0-9]{1,2})日?"
)
_COMPACT = re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})")
# 不詳 (unknown) as registers write it: of all, of month and day, of the day
_UNKNOWN = (
    (re.compile(r"^(年月日)?不詳$"), "00000000"),
    (re.compile(r"年(月日|不詳月)?不詳日?$"), "年0月0日"),
    (re.compile(r"月日?不詳日?$"), "月0日"),
)


_SEXES = {
    Sex.UNKNOWN: ("0", "不明", "UNKNOWN"),
    Sex.MALE: ("1", "男", "男性", "M", "MALE"),
    Sex.FEMALE: ("2", "女", "女性", "F", "FEMALE"),
    Sex.UNSET: ("3", "未設定", "UNSET"),
    Sex.NOT_APPLICABLE: ("9", "適用不能", "その他", "NOT APPLICABLE", "OTHER"),
}


def typed_items(*, name: str, address: str, birth: str, sex: str, today: date) -> FourItems:
    """What was typed from the card's face.

    Raises:
        Mistyped: a field is not what it should be; it says which.
    """
    return FourItems(
        required("name", name), required("address", address), birth_date(birth, today), sex_of(sex)
    )


def sex_of(text: str) -> Sex:
    """A sex by its code or a word: 1, 男, 男性; 0, 不明; 3, 未設定; 9, 適用不能.

    Raises:
        Mistyped: it is none.
    """
    typed = narrow(required("sex", text)).upper()
    for sex, words in _SEXES.items():
        if typed in words:
            return sex
    raise Mistyped("sex", Slip.NO_SEX)


def birth_date(text: str, today: date) -> Birth:
    """A date of birth: 昭和60年4月3日, S60.4.3, 1985/4/3, 1985-04-03 or 19850403.

    Unknown parts are zeros or 不詳, and kept: 昭和10年00月00日, 昭和10年月日不詳, 19350000, 不詳.

    Raises:
        Mistyped: it is no date, outside of its era, or to come.
    """
    born = _date("birth", text)
    if _span(born)[0] > today:
        raise Mistyped("birth", Slip.FUTURE)
    return born


def whole_date(field: str, text: str) -> date:
    """A date without unknown parts, of either calendar.

    Raises:
        Mistyped: it is no date, or outside of its era.
    """
    found = _date(field, text)
    if not isinstance(found, date):
        raise Mistyped(field, Slip.NO_SUCH_DAY)
    return found


def _date(field: str, text: str) -> Birth:
    typed = re.sub(r"\s", "", narrow(plain(field, text))).upper()
    for pattern, zeros in _UNKNOWN:
        typed = pattern.sub(zeros, typed)
    found = _DATE.fullmatch(typed) or _COMPACT.fullmatch(typed)
    if found is None:
        raise Mistyped(field, Slip.NO_DATE)
    parts = found.groupdict()
    name = parts.get("era")
    era = next((each for each in _ERAS if name in each.names), None)
    year = (1 if parts["year"] == "元" else int(parts["year"])) + (era.year_one - 1 if era else 0)
    try:
        day = birth_of(f"{year:04}{int(parts['month']):02}{int(parts['day']):02}")
    except ValueError:
        raise Mistyped(field, Slip.NO_SUCH_DAY) from None
    first, last = _span(day)
    if era is None and (last < _ERAS[0].first or len(parts["year"]) < len("0000")):
        raise Mistyped(field, Slip.SHORT_YEAR)
    if era and not (era.first <= last and first <= era.last):
        raise Mistyped(field, Slip.OTHER_ERA)
    return day


def _span(day: Birth) -> tuple[date, date]:
    """The first and the last day that it may be."""
    if isinstance(day, date):
        return day, day
    if not day.year:
        return date.min, date.max
    month = day.month or 12
    last = day.day or monthrange(day.year, month)[1]
    return date(day.year, day.month or 1, day.day or 1), date(day.year, month, last)
