"""The people on a terminal: options answer some questions in advance, the other answers are typed.

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
from typing import Any, TypeVar, cast

from kazashi.cards.surface import FourItems
from kazashi.cli.console import Console
from kazashi.cli.photo import show_photo
from kazashi.reception.fallback import Answer
from kazashi.reception.japan import japan_today, utc_now
from kazashi.reception.papers.certificate import CertificatePaper, Form, certificate_paper
from kazashi.reception.papers.fields import typed_items
from kazashi.reception.people import (
    BACK,
    NEITHER,
    AskCertificate,
    AskCodeB,
    AskConsents,
    AskFallback,
    AskFourItems,
    AskFrame,
    AskItemsPin,
    AskLastTry,
    AskPasscode,
    AskPin,
    AskPrescription,
    AskRegistration,
    AskStaff,
    AskSubsidies,
    AskToken,
    AskTurn,
    AskWay,
    Back,
    Neither,
    Question,
    SightReason,
    StaffCheck,
    leads_back,
)
from kazashi.reception.rules import Group, Prescription, Token, Way
from kazashi.reception.settings import content
from kazashi.reception.texts import Message
from kazashi.reception.typed import Mistyped, Slip, digits, narrow
from kazashi.visible import visible
from kazashi.words import Language

T = TypeVar("T")

_MOST_MISTYPED = 3
_MOST_PICTURE = 50_000_000  # bytes
_BETWEEN = re.compile(r"[\s,、]")  # between numbers, after conversion to ASCII
_BACK_KEY = "0"
_NONE = (["-"], ["‐"], ["−"], ["ー"])  # variants of "-" on keyboards, also Japanese ones

_YES_NO = ((True, Message("yes")), (False, Message("no")))
_SHARES = ((True, Message("share.yes")), (False, Message("share.no")))
_BACK = Message("type.back")
_WHICH = Message("type.which")
_WHICH_ITEMS = Message("type.which-items")
_OTHER_REASON = Message("type.other-reason")
_FRAME_FILE = Message("type.frame-file")
_STAFF = Message("type.staff")
_REASON = Message("type.reason")
_IS_SAME = Message("type.is-same")
_NAME = Message("type.name")
_ADDRESS = Message("type.address")
_BIRTH = Message("type.birth")
_SEX = Message("type.sex")
_INSURER = Message("type.insurer")
_SYMBOL = Message("type.symbol")
_NUMBER = Message("type.number")
_BRANCH = Message("type.branch")
_EXPIRES = Message("type.expires")
_SHARE = Message("type.share")
_FORM = Message("type.form")
_CLOCK_SEEN = Message("type.clock-seen")
_COST_LIMIT = Message("type.cost-limit")
_FORMS = tuple((form, form.message) for form in Form)


@dataclass(frozen=True)
class Given:
    """Answers from options; None: ask."""

    groups: Collection[Group] | None = None
    prescription: Prescription | None = None
    frame: Path | None = None  # for one comparison
    staff: str | None = None
    reason: str | None = None


class TerminalPeople:
    """`kazashi.reception.people.People` on stdin and `console`."""

    def __init__(self, console: Console, language: Language, given: Given) -> None:
        self._console = console
        self._language = language
        self._given = given
        self._frame = given.frame
        self._is_terminal = sys.stdin.isatty()
        self._leads_back = False

    def tell(self, message: Message) -> None:
        self._console.print(self._in(message), markup=False, highlight=False)

    def ask(self, question: Question[T]) -> T | Back | None:
        self._leads_back = leads_back(question)
        try:
            return cast("T | None", self._answer(question))
        except _NobodyAnswers:
            return None
        except _GoesBack:
            return BACK

    @singledispatchmethod
    def _answer(self, question: Question[Any]) -> object:
        raise TypeError(f"nobody knows how to ask for {question.name}")

    @_answer.register
    def _(self, question: AskPin | AskItemsPin | AskCodeB | AskPasscode) -> str:
        return digits(self._line(question.message, is_secret=True))

    @_answer.register
    def _(self, question: AskLastTry) -> bool:
        return self._choose(question.message, _YES_NO)

    @_answer.register
    def _(self, question: AskWay) -> Way:
        self._tell_why(question.reason)
        return self._choose(question.message, ((way, way.message) for way in question.ways))

    @_answer.register
    def _(self, question: AskToken) -> Token | Neither:
        self._tell_why(question.reason)
        offered: list[tuple[Token | Neither, Message]] = [
            (token, token.message) for token in question.tokens
        ]
        return self._choose(question.message, [*offered, (NEITHER, Message("token.neither"))])

    @_answer.register
    def _(self, question: AskRegistration) -> bool:
        return self._choose(question.message, _YES_NO)

    @_answer.register
    def _(self, question: AskSubsidies) -> bool:
        for name in question.names:
            self.tell(Message("subsidy", {"name": name}))
        return self._choose(question.message, _SHARES)

    @_answer.register
    def _(self, question: AskFrame | AskTurn) -> bytes:
        self.tell(question.message)
        return self._type(self._picture)

    @_answer.register
    def _(self, question: AskConsents) -> Collection[Group]:
        if self._given.groups is not None:
            return [group for group in question.groups if group in self._given.groups]
        self._list(question.message, (group.message for group in question.groups))
        agreed = self._type(lambda: _some_of(question.groups, self._line(_WHICH_ITEMS)))
        self._list(Message("agreed" if agreed else "agreed.none"), (g.message for g in agreed))
        return agreed

    @_answer.register
    def _(self, question: AskPrescription) -> Prescription:
        if self._given.prescription is not None:
            return self._given.prescription
        return self._choose(question.message, ((each, each.message) for each in Prescription))

    @_answer.register
    def _(self, question: AskStaff) -> StaffCheck:
        self.tell(question.message)
        if question.photo:
            show_photo(self._console, question.photo)
        return StaffCheck(
            staff=self._given.staff or self._line(_STAFF),
            reason=self._given.reason or self._sight_reason(),
            is_same=self._choose(_IS_SAME, _YES_NO),
        )

    @_answer.register
    def _(self, question: AskFourItems) -> FourItems:
        self.tell(question.message)
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
        self.tell(question.message)
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
        answers = question.step.answers
        return self._choose(question.message, ((answer, answer.message) for answer in answers))

    def _tell_why(self, reason: Message | None) -> None:
        if reason:
            self.tell(reason)

    def _sight_reason(self) -> str:
        reason = self._choose(_REASON, ((each, each.message) for each in SightReason))
        return reason.kept(self._line(_OTHER_REASON) if reason is SightReason.OTHER else "")

    def _picture(self) -> bytes:
        """The given picture, the first time only: a second comparison needs another picture."""
        given, self._frame = self._frame, None
        path = given or Path(self._line(_FRAME_FILE))
        try:
            return content(path, _MOST_PICTURE)
        except OSError as error:
            raise Mistyped("picture", Slip.FILE_UNREADABLE) from error

    def _in(self, message: Message) -> str:
        return visible(message.text(self._language))

    def _line(self, text: Message, *, is_secret: bool = False, may_be_empty: bool = False) -> str:
        is_offered = self._leads_back and text is not _WHICH  # there it stands in the list
        back = f"({_BACK_KEY}: {self._in(_BACK)}) " if is_offered else ""
        prompt = f"{self._in(text)} {back}"
        typed = self._type(lambda: self._read(prompt, is_secret=is_secret)).strip()
        if not (typed or may_be_empty):
            raise _NobodyAnswers
        if self._leads_back and narrow(typed) == _BACK_KEY:
            raise _GoesBack
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

    def _choose(self, text: Message, choices: Iterable[tuple[T, Message]]) -> T:
        """Choose one by its number."""
        offered = list(choices)
        self._list(text, (label for _, label in offered))
        return self._type(lambda: _one_of(offered, self._line(_WHICH)))[0]

    def _list(self, text: Message, labels: Iterable[Message]) -> None:
        self.tell(text)
        for number, label in enumerate(labels, 1):
            self._offer(str(number), label)
        if self._leads_back:
            self._offer(_BACK_KEY, _BACK)

    def _offer(self, key: str, label: Message) -> None:
        self._console.print(f"  {key}  {self._in(label)}", markup=False, highlight=False)

    def _type(self, read: Callable[[], T]) -> T:
        """Read typed input; ask again if it is invalid."""
        for _ in range(_MOST_MISTYPED):
            try:
                return read()
            except Mistyped as error:
                self.tell(Message.of(error))
        raise _NobodyAnswers


class _GoesBack(Exception):
    """To the choice before."""


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


def _today() -> date:
    return japan_today(utc_now())
