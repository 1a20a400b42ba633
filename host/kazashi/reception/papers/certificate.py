"""資格確認書: a person without a card shows it, on paper or, electronic, on a screen.

Source: its fields and four forms: 厚生労働省, マイナ保険証の円滑な利用について, January 2026;
check digit of the insurer's number: 保険者番号設定要領 (www5f.biglobe.ne.jp/~h-it mc0124);
a branch may be missing, then the centre finds it (iryohokenjyoho-portalsite.jp/faq/post-15.html);
the elderly have a number and no symbol (city.otsu.lg.jp 4436). 自衛官診療証 has the same fields.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from kazashi.cards.birth import Birth
from kazashi.reception.insurers import insurer_number
from kazashi.reception.papers.fields import birth_date, whole_date
from kazashi.reception.texts import Message
from kazashi.reception.typed import Mistyped, Slip, digits, narrow, plain, required

_LONGEST = 19  # characters of symbol and of number: 38 bytes of Shift_JIS on a claim


class Form(StrEnum):
    """What it is printed on."""

    CARD = "card"
    POSTCARD = "postcard"
    A4 = "a4"
    ELECTRONIC = "electronic"

    @property
    def message(self) -> Message:
        return Message(f"paper-form.{self}")


@dataclass(frozen=True)
class CertificatePaper:
    """What stands on it, as a request to the centre needs it, and what staff check.

    `insurer`: 6 digits (national health insurance) or 8. `symbol`, `branch`: "" if there is none.
    """

    insurer: str
    symbol: str = field(repr=False)
    number: str = field(repr=False)
    branch: str = field(repr=False)
    birth: Birth = field(repr=False)
    name: str = field(repr=False)
    expires: date  # 有効期限: its last day
    share: int | None = None  # 負担割合 in tenths, 1 to 3; None: it does not stand on it
    form: Form = Form.CARD
    cost_limit: bool = False  # consent to LimitApplicationCertificateRelatedConsFlg

    def checked(self, today: date) -> "CertificatePaper":
        """The same, in which there is a name and a number, no My Number, and a day to come.

        Raises:
            Mistyped: there is not; it says which field.
        """
        required("name", self.name)
        required("number", self.number)
        plain("symbol", self.symbol)
        if self.expires < today:
            raise Mistyped("expires", Slip.EXPIRED, day=self.expires)
        return self


def certificate_paper(
    *,
    insurer: str,
    symbol: str,
    number: str,
    branch: str,
    birth: str,
    name: str,
    expires: str,
    share: str,
    form: Form,
    today: date,
    clock_seen: bool = False,
    cost_limit: bool = False,
) -> CertificatePaper:
    """What was typed from it. An electronic one is real if staff saw its clock run.

    `share`: 3, 3割; "" if it does not stand on it.

    Raises:
        Mistyped: a field is not what it should be, or it has expired; it says which.
    """
    if form is Form.ELECTRONIC and not clock_seen:
        raise Mistyped("clock_seen", Slip.CLOCK_UNSEEN)
    return CertificatePaper(
        insurer_of(insurer),
        symbol_of(symbol),
        insured_number_of(number),
        branch_of(branch),
        birth_date(birth, today),
        required("name", name),
        whole_date("expires", expires),
        share_of(share),
        form,
        cost_limit,
    ).checked(today)


def share_of(text: str) -> int | None:
    """負担割合 in tenths, from 3 or 3割; None: nothing was typed.

    Raises:
        Mistyped: it is no share of 1 to 3 tenths.
    """
    typed = digits(plain("share", text)).removesuffix("割")
    if typed not in ("", "1", "2", "3"):
        raise Mistyped("share", Slip.SHARE)
    return int(typed) if typed else None


def check_digit(digits: str) -> int:
    """Of the digits of an insurer's number before it: doubled and not, from the last one on."""
    doubled = [int(digit) * (2 - index % 2) for index, digit in enumerate(reversed(digits))]
    return -sum(each // 10 + each % 10 for each in doubled) % 10


def insurer_of(text: str) -> str:
    """An insurer's number of 6 or 8 digits whose check digit fits.

    Raises:
        Mistyped: it is none.
    """
    number = insurer_number(plain("insurer", text))
    if not re.fullmatch(r"[0-9]{6}|[0-9]{8}", number):
        raise Mistyped("insurer", Slip.INSURER_DIGITS)
    if check_digit(number[:-1]) != int(number[-1]):
        raise Mistyped("insurer", Slip.INSURER_CHECK_DIGIT)
    return number


def symbol_of(text: str) -> str:
    """記号; "" if there is none. Raises Mistyped."""
    return narrow(plain("symbol", text, _LONGEST))


def insured_number_of(text: str) -> str:
    """番号. Raises Mistyped."""
    return narrow(required("number", text, _LONGEST))


def branch_of(text: str) -> str:
    """枝番; "" if there is none. Raises Mistyped."""
    number = narrow(plain("branch", text))
    if not re.fullmatch(r"([0-9]{2})?", number):
        raise Mistyped("branch", Slip.BRANCH_DIGITS)
    return number
