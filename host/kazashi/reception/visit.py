"""A patient's visit to the reader: how it ended, and where its time went."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from kazashi.reception.consents import Consents, Prescription
from kazashi.reception.eligibility import Eligibility
from kazashi.reception.profiles import Token, Way
from kazashi.reception.validity import Validity


class Outcome(StrEnum):
    """How a visit ended."""

    CHECKED_IN = "checked_in"  # known, and the centre has answered: see `eligibility`
    HELD = "held"  # known, and the centre is to be asked later
    NOT_ANSWERED = "not_answered"  # known, and neither did the centre answer nor was the visit held
    FELL_BACK = "fell_back"  # without the card: see `fallback`
    NO_CARD = "no_card"  # no chip was sensed
    NOT_A_MY_NUMBER_CARD = "not_a_my_number_card"
    UNREADABLE = "unreadable"  # one was, and could not be read
    UNUSABLE_CERTIFICATE = "unusable_certificate"
    UNKNOWN_ISSUER = "unknown_issuer"
    NOT_GENUINE = "not_genuine"  # a copy
    NOT_IDENTIFIED = "not_identified"  # no way is left, or staff say that it is somebody else
    READER_FAILED = "reader_failed"


SUCCESSES = (Outcome.CHECKED_IN, Outcome.HELD, Outcome.FELL_BACK)


class Proof(StrEnum):
    """What shows that the chip is no copy."""

    SIGNATURE = "signature"  # over the caller's challenge, by the key of the certificate
    INTERNAL_AUTHENTICATION = "internal_authentication"  # by the key of the card's surface
    NONE = "none"  # only the approved component could ask for more


class Who(StrEnum):
    """Who had the time."""

    MACHINE = "machine"
    PEOPLE = "people"


@dataclass(frozen=True)
class Span:
    """A piece of a visit, in milliseconds since its beginning."""

    step: str
    who: Who
    begin_ms: float
    end_ms: float


class Timeline:
    """One step after the other, without a gap."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._start_s = self._begin_s = now_s()
        self._step, self._who = "start", Who.MACHINE
        self._spans: list[Span] = []

    def begin(self, step: str, who: Who = Who.MACHINE) -> tuple[str, Who]:
        """End the step in hand, begin another. What was in hand."""
        before = self._step, self._who
        now_s = self._now_s()
        self._spans.append(self._span(now_s))
        self._begin_s, self._step, self._who = now_s, step, who
        return before

    def spans(self) -> tuple[Span, ...]:
        """All so far."""
        return *self._spans, self._span(self._now_s())

    def _span(self, now_s: float) -> Span:
        begin_ms = (self._begin_s - self._start_s) * 1000
        return Span(self._step, self._who, begin_ms, (now_s - self._start_s) * 1000)


@dataclass
class Visit:
    """What came of one patient. Fields stay empty where the visit did not get so far."""

    profile: str
    way: Way | None  # that led to `outcome`; at first the one asked for; None: without a card
    outcome: Outcome = Outcome.NOT_IDENTIFIED
    token: Token | None = None
    certificate_sha256: str = ""
    validity: Validity | None = None
    proof: Proof = Proof.NONE
    challenge: bytes = b""
    signature: bytes = b""  # PKCS #1 v1.5, SHA-256, over `challenge`
    consents: Consents = field(default_factory=Consents)
    prescription: Prescription | None = None
    eligibility: Eligibility | None = None
    fallback: str = ""  # its outcome code
    is_test: bool = False  # by a test authority: of no value
    is_kept: bool = True  # all of it is in the journal
    spans: tuple[Span, ...] = ()

    def to_json(self) -> dict[str, object]:
        return {
            "outcome": self.outcome,
            "profile": self.profile,
            "way": self.way,
            "token": self.token,
            "certificate_sha256": self.certificate_sha256 or None,
            "validity": self.validity,
            "proof": self.proof,
            "challenge": self.challenge.hex() or None,
            "signature": self.signature.hex() or None,
            "consents": self.consents.to_json(),
            "prescription": self.prescription and self.prescription.name.lower(),
            "eligibility": self.eligibility and self.eligibility.to_json(),
            "fallback": self.fallback or None,
            "is_test": self.is_test,
            "is_kept": self.is_kept,
            "timeline_ms": [
                {
                    "step": span.step,
                    "who": span.who,
                    "begin": round(span.begin_ms, 1),
                    "end": round(span.end_ms, 1),
                }
                for span in self.spans
            ],
        }
