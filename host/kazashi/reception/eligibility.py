"""What a centre is asked about a person, and what it answers: the only source of insurance data.

Source: codes as in the result of 顔認証付きカードリーダー (hangilc/myclinic-ts, codes.ts).

The centre of オンライン資格確認 answers approved software alone. What stands behind `Centre` is
configuration; without one, every visit is held.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol, cast

from kazashi.cards.surface import FourItems
from kazashi.reception.consents import Consents, Prescription, State
from kazashi.reception.errors import ReceptionError
from kazashi.reception.paper import CertificatePaper
from kazashi.reception.profiles import Way
from kazashi.reception.texts import Text
from kazashi.reception.validity import Validity

REFERENCE_SIZE = 8  # bytes: 16 digits, as wide as ArbitraryFileIdentifier


class CentreError(ReceptionError):
    """Base: the centre did not answer. The visit is held, and asked about later."""


class CentreUnreachable(CentreError):
    """The network, or the centre, is down."""


class NoCentre(CentreError):
    """None is configured: the centre answers approved software alone."""


class CentreBusy(CentreError):
    """It works on something else."""


@dataclass(eq=False)
class CentreFailed(CentreError):
    """It refused this one request; `code` is its own."""

    code: str


class AnswerMixedUp(CentreError):
    """It answered another request. Never use that: it is another person's insurance."""


class Standing(IntEnum):
    """QualificationValidity."""

    VALID = 1
    INVALID = 2
    INVALID_NEWER = 3  # there is a newer one
    NONE = 4
    SEVERAL = 5
    WELFARE = 6  # 医療扶助

    @property
    def is_covered(self) -> bool:
        return self in (Standing.VALID, Standing.WELFARE)

    @property
    def text(self) -> Text:
        """What the staff are told."""
        return _TEXTS[self]


_TEXTS = {
    Standing.VALID: Text("資格は有効です。", "The insurance is valid."),
    Standing.INVALID: Text("資格は無効です。", "The insurance is not valid."),
    Standing.INVALID_NEWER: Text(
        "この資格は無効です。新しい資格があります。",
        "This insurance is not valid: there is a newer one.",
    ),
    Standing.NONE: Text("該当する資格がありません。", "No insurance is found."),
    Standing.SEVERAL: Text(
        "該当する資格が複数あります。条件を加えてください。",
        "Several insurances are found: ask with more.",
    ),
    Standing.WELFARE: Text(
        "資格は有効です(医療扶助)。", "Valid: medical care by public assistance."
    ),
}


@dataclass(frozen=True)
class Identified:
    """Somebody who showed a certificate, and how. `signature`: over `challenge`, with the PIN."""

    certificate: bytes = field(repr=False)  # DER
    way: Way
    validity: Validity
    challenge: bytes = b""
    signature: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class Request:
    """About whom, and for what. `reference`: ours, it comes back with the answer.

    Raises:
        ValueError: the certificate is not to be used, or not for medical information.
    """

    reference: str
    about: Identified | CertificatePaper | FourItems
    consents: Consents = field(default_factory=Consents)
    prescription: Prescription | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.about, Identified):
            return
        validity = self.about.validity
        if not validity.allows_check_in:
            raise ValueError(f"this certificate is {validity}: nothing may be asked with it")
        if self._asks_medical_information() and not validity.allows_medical_information:
            raise ValueError(f"this certificate is {validity}: it is for eligibility alone")

    def _asks_medical_information(self) -> bool:
        opens = (State.GIVEN, State.HARD_TO_OBTAIN)
        return any(each.item.is_medical and each.state in opens for each in self.consents.items)


@dataclass(frozen=True)
class Eligibility:
    """`insurance`: for each that was found, XML names to values, as the centre wrote them."""

    reference: str
    standing: Standing
    insurance: tuple[Mapping[str, str], ...] = field(default=(), repr=False)
    is_simulated: bool = False

    def to_json(self) -> dict[str, object]:
        return {
            "reference": self.reference,
            "standing": self.standing.name.lower(),
            "insurance": [dict(each) for each in self.insurance],
            "is_simulated": self.is_simulated,
        }


class Centre(Protocol):
    """Somebody who knows."""

    def ask(self, request: Request) -> Eligibility:
        """What is known.

        Raises:
            CentreError: nothing, for now.
        """
        ...


class MissingCentre:
    """Stands where no centre is configured: nothing is known, and each visit is held."""

    def ask(self, request: Request) -> Eligibility:
        del request
        raise NoCentre


def answer_of(centre: Centre, request: Request) -> Eligibility:
    """What `centre` answers, never to another request: that would be somebody else's insurance.

    Raises:
        CentreError: nothing, for now.
    """
    try:
        answer = cast(object, centre.ask(request))  # whoever made it
    except CentreError:
        raise
    except Exception as error:  # anybody's, and what it says may hold what it was asked
        raise CentreFailed(type(error).__name__) from None
    if not isinstance(answer, Eligibility) or answer.reference != request.reference:
        raise AnswerMixedUp
    return answer
