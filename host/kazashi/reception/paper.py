"""資格確認書: who has no card shows this, on paper or, electronic, on a screen.

Source: check digit of the insurer's number: 保険者番号設定要領 (www5f.biglobe.ne.jp/~h-it mc0124);
a branch may be missing, then the centre finds it (iryohokenjyoho-portalsite.jp/faq/post-15.html);
the elderly have a number and no symbol (city.otsu.lg.jp 4436).
"""

import re
from dataclasses import dataclass, field
from datetime import date

from kazashi.cards.birth import Birth
from kazashi.reception.typed import Mistyped, Slip, birth_date, narrow, plain, required

_LONGEST = 19  # characters of symbol and of number: 38 bytes of Shift_JIS on a claim


@dataclass(frozen=True)
class CertificatePaper:
    """`insurer`: 6 digits (national health insurance) or 8. `symbol`, `branch`: "" where none."""

    insurer: str
    symbol: str = field(repr=False)
    number: str = field(repr=False)
    branch: str = field(repr=False)
    birth: Birth = field(repr=False)
    is_electronic: bool = False


def certificate_paper(
    *,
    insurer: str,
    symbol: str,
    number: str,
    branch: str,
    birth: str,
    today: date,
    is_electronic: bool = False,
    clock_seen: bool = False,
) -> CertificatePaper:
    """What was typed from it. An electronic one is real where staff saw its clock run.

    Raises:
        Mistyped: a field is not what it should be; it says which.
    """
    if is_electronic and not clock_seen:
        raise Mistyped("clock_seen", Slip.CLOCK_UNSEEN)
    return CertificatePaper(
        _insurer(insurer),
        narrow(plain("symbol", symbol, _LONGEST)),
        narrow(required("number", number, _LONGEST)),
        _branch(branch),
        birth_date(birth, today),
        is_electronic,
    )


def check_digit(digits: str) -> int:
    """Of the digits of an insurer's number before it: doubled and not, from the last one on."""
    doubled = [int(digit) * (2 - index % 2) for index, digit in enumerate(reversed(digits))]
    return -sum(each // 10 + each % 10 for each in doubled) % 10


def _insurer(text: str) -> str:
    number = narrow(plain("insurer", text))
    if not re.fullmatch(r"[0-9]{6}|[0-9]{8}", number):
        raise Mistyped("insurer", Slip.INSURER_DIGITS)
    if check_digit(number[:-1]) != int(number[-1]):
        raise Mistyped("insurer", Slip.INSURER_CHECK_DIGIT)
    return number


def _branch(text: str) -> str:
    number = narrow(plain("branch", text))
    if not re.fullmatch(r"([0-9]{2})?", number):
        raise Mistyped("branch", Slip.BRANCH_DIGITS)
    return number
