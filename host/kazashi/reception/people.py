"""The people at the desk, patient and staff, behind whatever screen there is.

Here is what they are asked, and people whose answers were given beforehand.

A question names what an answer looks like; None is no answer: they do not know, or give up. Some
lead BACK, to the choice before, which then is as it was.
What is read stands in the catalogues, `ask.pin` for `AskPin`: see kazashi.words.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import Any, Generic, Literal, Protocol, TypeVar, cast

from kazashi.cards.surface import FourItems
from kazashi.reception.face.presence import Turn
from kazashi.reception.fallback import Answer, Step
from kazashi.reception.papers.certificate import CertificatePaper
from kazashi.reception.rules import DAY, HOUR, Group, Prescription, Token, Way
from kazashi.reception.texts import Message
from kazashi.reception.typed import required

T = TypeVar("T")

Neither = Literal["neither"]
NEITHER: Neither = "neither"
Back = Literal["back"]
BACK: Back = "back"


@dataclass(frozen=True)
class Question(Generic[T]):
    """What a person at the desk is asked; T is what an answer is."""

    @property
    def name(self) -> str:
        """One word or two: pin, last try, four items."""
        return re.sub(r"(?<=.)([A-Z])", r" \1", type(self).__name__.removeprefix("Ask")).lower()

    @property
    def message(self) -> Message:
        return Message(f"ask.{self.name.replace(' ', '-')}")


@dataclass(frozen=True)
class AskToken(Question[Token | Neither]):
    """What the patient shows; NEITHER: no card and no phone. `reason`: why it is asked again."""

    tokens: tuple[Token, ...]
    reason: Message | None = None


@dataclass(frozen=True)
class AskWay(Question[Way]):
    """How to go on: `ways`, the most sensible first. `reason`: why not as before, if it failed."""

    ways: tuple[Way, ...]
    reason: Message | None = None


@dataclass(frozen=True)
class AskPin(Question[str]):
    """The 4-digit PIN of `token`. `tries_left`: None if it was not asked yet (Android), or has no
    limit.
    """

    tries_left: int | None
    token: Token = Token.CARD

    @property
    def message(self) -> Message:
        return Message(f"ask.pin.{self.token}")


@dataclass(frozen=True)
class AskItemsPin(Question[str]):
    """The 4-digit PIN of 券面事項入力補助AP, which may be another one. `tries_left`: None if the
    card has no limit.
    """

    tries_left: int | None


@dataclass(frozen=True)
class AskLastTry(Question[bool]):
    """Whether the holder wants to use the last try of the PIN."""


@dataclass(frozen=True)
class AskCodeB(Question[str]):
    """照合番号B, 14 digits: birth YYMMDD with the year of the Japanese era, year of the card's
    expiry, security code. Typed from the card's face.
    """


@dataclass(frozen=True)
class AskFront(Question[bytes]):
    """A picture of the card's front as it lies there, PNG or JPEG, taken now."""

    @property
    def message(self) -> Message:
        return Message("place.card")


@dataclass(frozen=True)
class AskFrame(Question[bytes]):
    """A picture of the person, PNG or JPEG, taken now."""


@dataclass(frozen=True)
class AskTurn(Question[bytes]):
    """A picture taken once the head is turned to that side."""

    turn: Turn

    @property
    def message(self) -> Message:
        return self.turn.message


@dataclass(frozen=True)
class AskPasscode(Question[str]):
    """The site's passcode for a visual check, from the staff; good for this one patient."""


@unique
class SightReason(StrEnum):
    """Why staff compare a person by eye, in the order of the screen.

    The values are in the journal: never reuse one. Source: 厚生労働省 "マイナ保険証の円滑な利用
    について": a forgotten PIN, injury, disability, dementia and the like.
    """

    FORGOTTEN_PIN = "forgotten_pin"
    INJURY = "injury"
    DISABILITY = "disability"
    DEMENTIA = "dementia"
    FACE_FAILED = "face_failed"  # the camera or face matching has trouble
    OTHER = "other"  # staff type which

    @property
    def message(self) -> Message:
        """What staff choose by."""
        return Message(f"sight-reason.{self.value.replace('_', '-')}")

    def kept(self, typed: str = "") -> str:
        """What the journal keeps: the value, or what was `typed` of OTHER.

        Raises:
            Mistyped: OTHER without a text, or with one that may not be kept.
        """
        return required("reason", typed) if self is SightReason.OTHER else self.value


@dataclass(frozen=True)
class StaffCheck:
    """What a member of the staff saw, and why by eye: one of `SightReason`, or typed."""

    staff: str
    reason: str
    is_same: bool


@dataclass(frozen=True)
class AskStaff(Question[StaffCheck]):
    """Staff compare the person with `photo` (JPEG 2000, from the chip; empty: with the card)."""

    photo: bytes = field(repr=False)


@dataclass(frozen=True)
class AskRegistration(Question[bool]):
    """Whether to register this card as the patient's 健康保険証, now and once."""


@dataclass(frozen=True)
class AskConsents(Question[Collection[Group]]):
    """Which of `groups` the patient agrees to. All and none are equally easy to answer.

    `is_for_dispensing`: at a pharmacy, which asks with other words. `lasts_hours`: how long the
    consent is good; None: while care goes on.
    """

    groups: tuple[Group, ...]
    is_for_dispensing: bool = False
    lasts_hours: float | None = DAY / HOUR

    @property
    def message(self) -> Message:
        return Message("ask.consents-for-dispensing") if self.is_for_dispensing else super().message


@dataclass(frozen=True)
class AskSubsidies(Question[bool]):
    """Whether to share the subsidies (医療費助成, PMH) that the centre found, by `names`."""

    names: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class AskPrescription(Question[Prescription]):
    """Electronic or paper."""


@dataclass(frozen=True)
class AskFourItems(Question[FourItems]):
    """Name, address, birth and sex, as staff read them from card or certificate."""


@dataclass(frozen=True)
class AskFallback(Question[Answer | Back]):
    """The question of `step`, if no card helps: see fallback.py. BACK: to the question before."""

    step: Step
    can_go_back: bool = False

    @property
    def message(self) -> Message:
        return self.step.message


@dataclass(frozen=True)
class AskCertificate(Question[CertificatePaper]):
    """What stands on a certificate of eligibility (資格確認書)."""


# Back from these, how to show who it is can be chosen anew.
OF_A_WAY = (AskPin, AskItemsPin, AskLastTry, AskCodeB, AskFront, AskFrame, AskTurn)


def leads_back(question: Question[Any]) -> bool:
    """Whether BACK is an answer to it."""
    is_later = isinstance(question, AskFallback) and question.can_go_back
    return is_later or isinstance(question, OF_A_WAY)


@dataclass(frozen=True)
class InPlace(Generic[T]):
    """An answer that `staff` gave in the patient's place: the journal keeps who it was."""

    answer: T | None
    staff: str


class People(Protocol):
    """Tells and asks. An answer is None if there is none; BACK if the question leads there."""

    def tell(self, message: Message) -> None: ...
    def ask(self, question: Question[T]) -> T | InPlace[T] | Back | None: ...


class Answers:
    """People whose answers were given beforehand, and who are told nothing.

    `answers`: for a kind of question the answer, or a function of the question. What is not there
    is not answered.
    """

    def __init__(self, answers: Mapping[type[Question[Any]], object]) -> None:
        self._answers = answers

    def tell(self, message: Message) -> None: ...

    def ask(self, question: Question[T]) -> T | None:
        answer = self._answers.get(type(question))
        if callable(answer):
            answer = cast(Callable[[Question[T]], T | None], answer)(question)
        return cast("T | None", answer)
