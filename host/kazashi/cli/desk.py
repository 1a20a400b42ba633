"""The desk on a terminal: options answer some questions in advance, the other answers are typed.

Without a terminal each answer is a line of stdin; at its end there is no answer. PIN and
照合番号B come only this way: every program of the computer can read a command line.
"""

import re
import sys
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import singledispatchmethod
from getpass import getpass
from pathlib import Path
from typing import Any, Literal, TypeVar, cast

from kazashi.cards.surface import FourItems
from kazashi.cli.console import Console
from kazashi.cli.photo import show_photo
from kazashi.reception.consents import Item, Prescription
from kazashi.reception.desk import (
    AskCertificate,
    AskCodeB,
    AskConsents,
    AskFallback,
    AskFourItems,
    AskFrame,
    AskItemsPin,
    AskLastTry,
    AskPin,
    AskPrescription,
    AskStaff,
    AskWay,
    Question,
    StaffCheck,
)
from kazashi.reception.fallback import Answer
from kazashi.reception.japan import japan_today, utc_now
from kazashi.reception.outage import typed_items
from kazashi.reception.paper import CertificatePaper, Form, certificate_paper
from kazashi.reception.profiles import Way
from kazashi.reception.settings import content
from kazashi.reception.texts import Message, Text, text_in_both, text_of
from kazashi.reception.typed import Mistyped, Slip, digits, narrow

T = TypeVar("T")
Language = Literal["ja", "en"]

_MOST_MISTYPED = 3
_MOST_PICTURE = 50_000_000  # bytes
_BETWEEN = re.compile(r"[\s,、]")  # between numbers, after conversion to ASCII
_NONE = (["-"], ["‐"], ["−"], ["ー"])  # variants of "-" on keyboards, also Japanese ones

_YES_NO = ((True, Text("はい", "Yes")), (False, Text("いいえ", "No")))
_FORMS = tuple((form, text_in_both(form.message)) for form in Form)
_WHICH = Text("番号:", "Number:")
_WHICH_ITEMS = Text(
    "同意する番号を空白か読点で区切って(0: すべて、なし: -):",
    "Numbers agreed to, with blanks or commas between (0: all, -: none):",
)
_FRAME_FILE = Text("写真のファイル:", "File of the picture:")
_STAFF = Text("職員の名前:", "Name of the member of staff:")
_REASON = Text("目視確認の理由:", "Why by eye:")
_IS_SAME = Text("ご本人ですか。", "Is it the same person?")
_NAME = Text("氏名:", "Name:")
_ADDRESS = Text("住所:", "Address:")
_BIRTH = Text("生年月日(例 昭和60年4月3日。不明な月日は00):", "Birth (such as 1985-04-03):")
_SEX = Text("性別(男・女、または0・3・9):", "Sex (male, female, or 0, 3, 9):")
_INSURER = Text("保険者番号:", "Number of the insurer:")
_SYMBOL = Text("記号(ないときは空):", "Symbol (empty if there is none):")
_NUMBER = Text("番号:", "Number of the insured person:")
_BRANCH = Text("枝番(ないときは空):", "Branch (empty if there is none):")
_EXPIRES = text_in_both(Message("type.expires"))
_SHARE = text_in_both(Message("type.share"))
_FORM = text_in_both(Message("type.form"))
_CLOCK_SEEN = text_in_both(Message("type.clock-seen"))
_COST_LIMIT = text_in_both(Message("type.cost-limit"))


@dataclass(frozen=True)
class Given:
    """Answers from options; None: ask."""

    items: Collection[Item] | None = None
    prescription: Prescription | None = None
    frame: Path | None = None  # for one comparison
    staff: str | None = None
    reason: str | None = None


class TerminalDesk:
    """`kazashi.reception.desk.Desk` on stdin and `console`."""

    def __init__(self, console: Console, language: Language, given: Given) -> None:
        self._console = console
        self._language = language
        self._given = given
        self._frame = given.frame
        self._is_terminal = sys.stdin.isatty()

    def tell(self, text: Text) -> None:
        self._console.print(self._in(text), markup=False, highlight=False)

    def ask(self, question: Question[T]) -> T | None:
        try:
            return cast("T | None", self._answer(question))
        except _NobodyAnswers:
            return None

    @singledispatchmethod
    def _answer(self, question: Question[Any]) -> object:
        raise TypeError(f"nobody knows how to ask for {question.name}")

    @_answer.register
    def _(self, question: AskPin | AskItemsPin | AskCodeB) -> str:
        return digits(self._line(question.text, is_secret=True))

    @_answer.register
    def _(self, question: AskLastTry) -> bool:
        return self._choose(question.text, _YES_NO)

    @_answer.register
    def _(self, question: AskWay) -> Way:
        self.tell(question.reason)
        return self._choose(question.text, ((way, way.label) for way in question.ways))

    @_answer.register
    def _(self, question: AskFrame) -> bytes:
        self.tell(question.text)
        return self._type(self._picture)

    @_answer.register
    def _(self, question: AskConsents) -> Collection[Item]:
        if self._given.items is not None:
            return [item for item in question.items if item in self._given.items]
        self._list(question.text, (item.label for item in question.items))
        agreed = self._type(lambda: _some_of(question.items, self._line(_WHICH_ITEMS)))
        self.tell(_agreed(agreed))
        return agreed

    @_answer.register
    def _(self, question: AskPrescription) -> Prescription:
        if self._given.prescription is not None:
            return self._given.prescription
        return self._choose(question.text, ((each, each.label) for each in Prescription))

    @_answer.register
    def _(self, question: AskStaff) -> StaffCheck:
        self.tell(question.text)
        if question.photo:
            show_photo(self._console, question.photo)
        return StaffCheck(
            staff=self._given.staff or self._line(_STAFF),
            reason=self._given.reason or self._line(_REASON),
            is_same=self._choose(_IS_SAME, _YES_NO),
        )

    @_answer.register
    def _(self, question: AskFourItems) -> FourItems:
        self.tell(question.text)
        return self._type(
            lambda: typed_items(
                name=self._line(_NAME),
                address=self._line(_ADDRESS),
                birth=self._line(_BIRTH),
                sex=self._line(_SEX),
                today=_today(),
            )
        )

    @_answer.register
    def _(self, question: AskCertificate) -> CertificatePaper:
        self.tell(question.text)
        return self._type(
            lambda: certificate_paper(
                insurer=self._line(_INSURER),
                symbol=self._line(_SYMBOL, may_be_empty=True),
                number=self._line(_NUMBER),
                branch=self._line(_BRANCH, may_be_empty=True),
                name=self._line(_NAME),
                birth=self._line(_BIRTH),
                expires=self._line(_EXPIRES),
                share=self._line(_SHARE, may_be_empty=True),
                today=_today(),
                form=(form := self._choose(_FORM, _FORMS)),
                clock_seen=form is Form.ELECTRONIC and self._choose(_CLOCK_SEEN, _YES_NO),
                cost_limit=self._choose(_COST_LIMIT, _YES_NO),
            )
        )

    @_answer.register
    def _(self, question: AskFallback) -> Answer:
        step = question.step
        return self._choose(step.question, ((answer, answer.label) for answer in step.answers))

    def _picture(self) -> bytes:
        """The given picture, the first time only: a second comparison needs another picture."""
        given, self._frame = self._frame, None
        path = given or Path(self._line(_FRAME_FILE))
        try:
            return content(path, _MOST_PICTURE)
        except OSError as error:
            raise Mistyped("picture", Slip.FILE_UNREADABLE) from error

    def _in(self, text: Text) -> str:
        return text.ja if self._language == "ja" else text.en

    def _line(self, text: Text, *, is_secret: bool = False, may_be_empty: bool = False) -> str:
        typed = self._type(lambda: self._read(f"{self._in(text)} ", is_secret=is_secret)).strip()
        if not (typed or may_be_empty):
            raise _NobodyAnswers
        return typed

    def _read(self, prompt: str, *, is_secret: bool) -> str:
        try:
            if self._is_terminal and is_secret:
                return getpass(prompt, stream=sys.stderr)
            self._console.print(prompt, end="", markup=False, highlight=False)
            line = sys.stdin.buffer.readline()  # read as text, one bad line would spoil others
            if not self._is_terminal:
                self._console.print()  # Enter, which was not typed, would have ended the line
            if line:
                return line.decode(sys.stdin.encoding)
        except UnicodeDecodeError:
            raise Mistyped("line", Slip.NOT_DECODED) from None
        except (EOFError, OSError):  # OSError: stdin cannot be read
            pass
        raise _NobodyAnswers

    def _choose(self, text: Text, choices: Iterable[tuple[T, Text]]) -> T:
        """Choose one by its number."""
        offered = list(choices)
        self._list(text, (label for _, label in offered))
        return self._type(lambda: _one_of(offered, self._line(_WHICH)))[0]

    def _list(self, text: Text, labels: Iterable[Text]) -> None:
        self.tell(text)
        for number, label in enumerate(labels, 1):
            self._console.print(f"  {number}  {self._in(label)}", markup=False, highlight=False)

    def _type(self, read: Callable[[], T]) -> T:
        """Read typed input; ask again if it is invalid."""
        for _ in range(_MOST_MISTYPED):
            try:
                return read()
            except Mistyped as error:
                self.tell(text_of(error))
        raise _NobodyAnswers


class _NobodyAnswers(Exception):
    """An empty line, the end of stdin, or nothing that makes sense."""


def _one_of(offered: Sequence[T], number: str) -> T:
    numbered = {str(at): each for at, each in enumerate(offered, 1)}
    if (typed := narrow(number)) not in numbered:
        raise Mistyped("number", Slip.NO_CHOICE, len(offered))
    return numbered[typed]


def _some_of(offered: Sequence[T], numbers: str) -> list[T]:
    words = [word for word in _BETWEEN.split(narrow(numbers)) if word]
    if words == ["0"]:
        return [*offered]
    if words in _NONE:
        return []
    chosen = [_one_of(offered, word) for word in words or [""]]
    return [each for each in offered if each in chosen]


def _agreed(items: Collection[Item]) -> Text:
    if not items:
        return Text("同意: なし", "Agreed to: nothing")
    labels = [item.label for item in items]
    ja, en = "、".join(label.ja for label in labels), ", ".join(label.en for label in labels)
    return Text(f"同意: {ja}", f"Agreed to: {en}")


def _today() -> date:
    return japan_today(utc_now())
