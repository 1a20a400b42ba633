"""The people at the desk, patient and staff, behind whatever screen there is.

Here is what they are asked, and a desk whose answers were given beforehand.

A question names what an answer looks like; None is no answer: they gave up, or time ran out.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, Protocol, TypeVar, cast

from kazashi.cards.surface import FourItems
from kazashi.reception.consents import Item, Prescription
from kazashi.reception.fallback import Answer, Step
from kazashi.reception.paper import CertificatePaper
from kazashi.reception.profiles import Way
from kazashi.reception.texts import Text

T = TypeVar("T")


@dataclass(frozen=True)
class Question(Generic[T]):
    """What somebody at the desk is asked; T is what an answer is."""

    text: ClassVar[Text]

    @property
    def name(self) -> str:
        """One word or two: pin, last try, four items."""
        return re.sub(r"(?<=.)([A-Z])", r" \1", type(self).__name__.removeprefix("Ask")).lower()


@dataclass(frozen=True)
class AskPin(Question[str]):
    """The 4-digit PIN. `tries_left`: None if the card was not asked yet (Android), or has no
    limit.
    """

    tries_left: int | None
    text: ClassVar = Text("四けたの暗証番号を入力してください。", "Enter the 4-digit PIN.")


@dataclass(frozen=True)
class AskItemsPin(Question[str]):
    """The 4-digit PIN of 券面事項入力補助AP, which may be another one. `tries_left`: None if the
    card has no limit.
    """

    tries_left: int | None
    text: ClassVar = Text(
        "券面事項入力補助用の、四けたの暗証番号を入力してください。",
        "Enter the 4-digit PIN for the card's text (券面事項入力補助).",
    )


@dataclass(frozen=True)
class AskLastTry(Question[bool]):
    """Whether the holder wants to use the last try of the PIN."""

    text: ClassVar = Text(
        "暗証番号は、あと一回まちがえると使えなくなります。入力しますか。",
        "One more wrong PIN blocks it. Enter it all the same?",
    )


@dataclass(frozen=True)
class AskCodeB(Question[str]):
    """照合番号B, 14 digits: birth YYMMDD with the year of the Japanese era, year of the card's
    expiry, security code. Typed from the card's face, or read there by the caller's camera.
    """

    text: ClassVar = Text(
        "カードの表の、生年月日(和暦六けた)・有効期限の西暦四けた・セキュリティコード四けたを、"
        "続けて入力してください。",
        "From the card's face, in one go: birth as YYMMDD of the Japanese era, year of expiry, "
        "security code.",
    )


@dataclass(frozen=True)
class AskFrame(Question[bytes]):
    """A picture of the person, PNG or JPEG, taken now."""

    text: ClassVar = Text("カメラをまっすぐ見てください。", "Look straight into the camera.")


@dataclass(frozen=True)
class AskWay(Question[Way]):
    """How to go on: `ways`, the most sensible first. `reason`: why not as before."""

    ways: tuple[Way, ...]
    reason: Text
    text: ClassVar = Text("ほかの方法をお選びください。", "Choose another way.")


@dataclass(frozen=True)
class AskConsents(Question[Collection[Item]]):
    """Which of `items` the patient agrees to."""

    items: tuple[Item, ...]
    text: ClassVar = Text(
        "医療機関に提供してよい情報をお選びください。", "Choose what the institution may see."
    )


@dataclass(frozen=True)
class AskPrescription(Question[Prescription]):
    """Electronic or paper."""

    text: ClassVar = Text(
        "処方箋は、電子と紙のどちらにしますか。", "Electronic prescription, or paper?"
    )


@dataclass(frozen=True)
class StaffCheck:
    """What a member of the staff saw, and why by eye."""

    staff: str
    reason: str
    is_same: bool


@dataclass(frozen=True)
class AskStaff(Question[StaffCheck]):
    """Staff compare the person with `photo` (JPEG 2000, from the chip; empty: with the card)."""

    photo: bytes = field(repr=False)
    text: ClassVar = Text(
        "職員が、ご本人とカードの顔写真を見くらべて確認します。",
        "Staff: compare the person with the photo.",
    )


@dataclass(frozen=True)
class AskFourItems(Question[FourItems]):
    """Name, address, birth and sex, as staff read them from card or certificate."""

    text: ClassVar = Text(
        "氏名・住所・生年月日・性別を、カードの表や資格確認書を見て入力してください。",
        "Type name, address, birth and sex, from the card's face or the certificate.",
    )


@dataclass(frozen=True)
class AskFallback(Question[Answer]):
    """The question of `step`, where no card helps: see fallback.py."""

    step: Step
    text: ClassVar = Text("係の者がおうかがいします。", "Staff will ask you.")


@dataclass(frozen=True)
class AskCertificate(Question[CertificatePaper]):
    """What stands on a certificate of eligibility (資格確認書)."""

    text: ClassVar = Text(
        "資格確認書の記載を入力してください。",
        "Type what stands on the certificate of eligibility.",
    )


class Desk(Protocol):
    """Tells and asks."""

    def tell(self, text: Text) -> None: ...
    def ask(self, question: Question[T]) -> T | None: ...  # None: no answer


class Answers:
    """A desk whose answers were given beforehand, and that tells nobody.

    `answers`: for a kind of question the answer, or a function of the question. What is not there
    is not answered.
    """

    def __init__(self, answers: Mapping[type[Question[Any]], object]) -> None:
        self._answers = answers

    def tell(self, text: Text) -> None: ...

    def ask(self, question: Question[T]) -> T | None:
        answer = self._answers.get(type(question))
        if callable(answer):
            answer = cast(Callable[[Question[T]], T | None], answer)(question)
        return cast("T | None", answer)
