"""What people type: text, digits in any width, and never a My Number.

Medical institutions never handle a My Number (cgi3.kouikirengo-tochigi.jp/seido/inscard.html), so
twelve digits in a row, or as the card prints them, are refused wherever they are typed.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto, unique

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
