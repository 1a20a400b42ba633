"""What people type: digits in any width, dates of either calendar, and never a My Number.

Medical institutions never handle a My Number (cgi3.kouikirengo-tochigi.jp/seido/inscard.html), so
twelve digits in a row, or as the card prints them, are refused wherever they are typed.
"""

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto, unique

from kazashi.cards.birth import Birth, birth_of
from kazashi.cards.surface import Sex
from kazashi.errors import KazashiError

_MY_NUMBER = re.compile(r"(?<!\d)(?:\d{12}|\d{4}(?:[\s‐-―−ー－-]\d{4}){2})(?!\d)")
_NO_TEXT = ("Cc", "Cf", "Cs")  # Unicode categories: control, invisible, half a character
_LONGEST = 200  # characters of a name, an address


@unique
class Slip(Enum):
    """What is wrong with something typed."""

    EMPTY = auto()
    TOO_LONG = auto()  # `most` characters
    NOT_TEXT = auto()
    NOT_DECODED = auto()
    MY_NUMBER = auto()
    NO_DATE = auto()
    NO_SUCH_DAY = auto()
    FUTURE = auto()
    SHORT_YEAR = auto()
    OTHER_ERA = auto()
    NO_SEX = auto()
    NO_CHOICE = auto()  # 1 to `most`
    FILE_UNREADABLE = auto()
    CLOCK_UNSEEN = auto()
    INSURER_DIGITS = auto()
    INSURER_CHECK_DIGIT = auto()
    BRANCH_DIGITS = auto()
    SHARE = auto()
    EXPIRED = auto()  # since the day after `day`
    TELEPHONE = auto()
    NOT_OFFERED = auto()
    CARD_UNSHOWN = auto()
    NOT_A_PIN = auto()
    NOT_CODE_B = auto()


@dataclass(eq=False)
class Mistyped(KazashiError, ValueError):
    """`field`: which. What was typed is not repeated."""

    field: str
    slip: Slip
    most: int = 0
    day: date | None = None


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


def plain(field: str, text: str, longest: int = _LONGEST) -> str:
    """`text` without blanks around it, as it was typed otherwise.

    Raises:
        Mistyped: it is too long, has a control character, or a My Number.
    """
    text = text.strip()
    if len(text) > longest:
        raise Mistyped(field, Slip.TOO_LONG, longest)
    if any(unicodedata.category(character) in _NO_TEXT for character in text):
        raise Mistyped(field, Slip.NOT_TEXT)
    if any(_MY_NUMBER.search(each) for each in (text, narrow(text))):  # ² narrows to a digit
        raise Mistyped(field, Slip.MY_NUMBER)
    return text


def required(field: str, text: str, longest: int = _LONGEST) -> str:
    """`plain`, and not empty."""
    text = plain(field, text, longest)
    if not text:
        raise Mistyped(field, Slip.EMPTY)
    return text


def narrow(text: str) -> str:
    """Wide digits and letters as narrow ones. Not for names: it changes kanji, too."""
    return unicodedata.normalize("NFKC", text)


def digits(text: str) -> str:
    """`text` with wide digits as ASCII ones, and without blanks: PINs, codes, numbers."""
    return narrow("".join(narrow(text).split()))  # what the blanks kept apart may combine


def four_digits(text: str) -> str:
    """A PIN. Mistyped: it is none."""
    return _exactly(4, text, Slip.NOT_A_PIN)


def fourteen_digits(text: str) -> str:
    """照合番号B. Mistyped: it is none."""
    return _exactly(14, text, Slip.NOT_CODE_B)


def _exactly(count: int, text: str, slip: Slip) -> str:
    typed = digits(text)
    if not re.fullmatch(f"[0-9]{{{count}}}", typed):
        raise Mistyped("digits", slip)
    return typed


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
