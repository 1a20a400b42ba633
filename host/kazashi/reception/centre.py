"""The centre's conversation: who this is, what to ask them; then, with their answers, eligibility.

Source: codes as in the result of 顔認証付きカードリーダー (hangilc/myclinic-ts, codes.ts); 6 is of
医療扶助 alone (Layout 8.07). The order of the questions: facts of the ministry, S0 of January 2026.

The centre of オンライン資格確認 answers approved software alone. What stands behind `Centre` is
configuration; without one, a visit ends with a person and no eligibility.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from threading import Event
from typing import Protocol, TypeVar, cast, runtime_checkable

from kazashi.cards.surface import FourItems
from kazashi.errors import Cancelled
from kazashi.reception.errors import ReceptionError
from kazashi.reception.journal.facts import is_word
from kazashi.reception.json_of import UNTOLD
from kazashi.reception.papers.certificate import CertificatePaper
from kazashi.reception.rules import Consents, Group, Prescription, Proof, Token, Way
from kazashi.reception.validity import Validity

REFERENCE_SIZE = 8  # bytes: 16 digits, as wide as ArbitraryFileIdentifier


class CentreError(ReceptionError):
    """Base: the centre did not answer. The visit is held, and asked about later."""


class CentreUnreachable(CentreError):
    """The network or the centre is down."""


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
    """QualificationValidity, OQSCD006."""

    VALID = 1
    INVALID = 2
    INVALID_NEWER = 3  # there is a newer one
    NONE = 4
    SEVERAL = 5  # medical insurance alone
    WELFARE_UNREGISTERED = 6  # 有効(未登録): 医療扶助, but not for this institution

    @property
    def is_covered(self) -> bool:
        return self is Standing.VALID


class CertificateState(StrEnum):
    """The patient's certificate as the centre sees it."""

    VALID = "valid"
    GRACE = "grace"  # it has ended: eligibility alone
    ENDED = "ended"
    REVOKED = "revoked"


@dataclass(frozen=True)
class Holder:
    """A person who showed a certificate, and how. `signature`: over `challenge`, by its key."""

    certificate: bytes = field(repr=False)  # DER
    token: Token
    way: Way
    validity: Validity
    proof: Proof
    challenge: bytes = b""
    signature: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        if not self.validity.allows_check_in:
            raise ValueError(f"this certificate is {self.validity}: nothing may be asked with it")


@dataclass(frozen=True)
class HeldItems(FourItems):
    """Of a person held. `references`: of questions that the centre did not answer in time."""

    references: tuple[str, ...] = ()


Who = Holder | CertificatePaper | FourItems


@dataclass(frozen=True)
class Eligibility:
    """`insurance`: for each that was found, XML names to values, as the centre wrote them. What
    stands within another element has a path of XPath, `…List/MedicalTicketInfo[2]/TicketType`.

    `rest`: what else it wrote, by paths from XmlMsg; empty if that is not known.
    """

    reference: str
    standing: Standing
    insurance: tuple[Mapping[str, str], ...] = field(default=(), repr=False)
    rest: Mapping[str, str] = field(
        default_factory=dict[str, str], kw_only=True, repr=False, metadata=UNTOLD
    )
    is_simulated: bool = False


@dataclass(frozen=True)
class Identity:
    """First answer: what the screens then ask.

    `reference`: ours, as it was asked. `groups`: of consent, that this institution may ask.
    `subsidies`: names of what was found of 医療費助成 (PMH). `message`: the centre's own notice
    (ProcessingResultMessage), shown to staff as it is. `eligibility`: None unless this answer says
    that, too, and nothing more is to be asked.
    """

    reference: str
    standing: Standing
    is_registered: bool = True  # 健康保険証利用登録
    groups: tuple[Group, ...] = tuple(Group)
    subsidies: tuple[str, ...] = ()
    asks_prescription: bool = field(default=True, metadata=UNTOLD)
    certificate: CertificateState = CertificateState.VALID
    message: str = field(default="", repr=False, metadata=UNTOLD)
    eligibility: Eligibility | None = field(default=None, metadata=UNTOLD)
    is_simulated: bool = False

    @property
    def final(self) -> Eligibility | None:
        """The whole answer, if there is no second question: it says both, or is no coverage."""
        if self.eligibility or self.standing.is_covered:
            return self.eligibility
        return Eligibility(self.reference, self.standing, is_simulated=self.is_simulated)


@dataclass(frozen=True)
class Completion:
    """Second question: what the patient answered, for the person of `reference`.

    `registers`: True if they register the card as their 健康保険証 now. `shares_subsidies`: None if
    that was not asked. `validity`: of the certificate; None: the person showed none.

    Raises:
        ValueError: it asks for medical information, and the certificate is not for that.
    """

    reference: str
    consents: Consents = field(default_factory=Consents)
    prescription: Prescription | None = None
    registers: bool = False
    shares_subsidies: bool | None = None
    validity: Validity | None = None

    def __post_init__(self) -> None:
        allows = self.validity is None or self.validity.allows_medical_information
        if not allows and self.consents.open_medical_information:
            raise ValueError(f"this certificate is {self.validity}: it is for eligibility alone")


class Completes(Protocol):
    """Answers the second question: a centre, or an approved component that asked the first."""

    def complete(self, completion: Completion) -> Eligibility:
        """Eligibility, with the patient's answers; again, without the card, while care goes on.

        Raises:
            CentreError: nothing, for now.
        """
        ...


class Centre(Completes, Protocol):
    """What knows."""

    def identify(self, reference: str, who: Who) -> Identity:
        """Who this is, and what to ask them. `reference`: ours; it comes back.

        Raises:
            CentreError: nothing, for now.
        """
        ...


@runtime_checkable
class SlowCentre(Centre, Protocol):
    """A centre whose answer may take minutes, and whose waits can be cancelled."""

    def until(self, cancel: Event) -> Centre:
        """The same, whose waits raise Cancelled once `cancel` is set."""
        ...


@runtime_checkable
class LateCentre(Centre, Protocol):
    """A centre that keeps answers which came late, until what they say is kept elsewhere."""

    def settled(self, references: Sequence[str]) -> None:
        """What was asked under these is needed no more. Fails by itself: it is kept then."""
        ...


_A = TypeVar("_A", Identity, Eligibility)


def facts_of(answer: Identity | Eligibility) -> dict[str, str | bool]:
    """What the journal keeps of it."""
    return {
        "reference": kept_reference(answer.reference),
        "eligibility": answer.standing.name.lower(),
        "is_test": answer.is_simulated,
    }


def kept_reference(reference: str) -> str:
    """As the journal can keep it: that of a component is anything."""
    return reference if is_word(reference) else "none"


def identity_of(centre: Centre, reference: str, who: Who) -> Identity:
    """What `centre` knows of `who`.

    Raises:
        CentreError: nothing, for now, or it answered another request.
    """
    identity = _answer(lambda: centre.identify(reference, who), Identity, reference)
    if identity.eligibility and identity.eligibility.reference != reference:
        raise AnswerMixedUp
    return identity


def eligibility_of(centre: Completes, completion: Completion) -> Eligibility:
    """What `centre` says once the patient has answered.

    Raises:
        CentreError: nothing, for now, or it answered another request.
    """
    return _answer(lambda: centre.complete(completion), Eligibility, completion.reference)


def _answer(ask: Callable[[], object], kind: type[_A], reference: str) -> _A:
    try:
        answer = ask()
    except (CentreError, Cancelled):
        raise
    except Exception as error:  # of any program, and its words may hold what it was asked
        raise CentreFailed(type(error).__name__) from None
    if not isinstance(answer, kind) or cast(object, answer.reference) != reference:
        raise AnswerMixedUp
    return answer
