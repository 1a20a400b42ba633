"""What came of a patient's visit."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum

from kazashi.reception.consents import Consents, Prescription
from kazashi.reception.eligibility import Eligibility
from kazashi.reception.fallback import Basis
from kazashi.reception.profiles import Token, Way
from kazashi.reception.timeline import Span
from kazashi.reception.validity import Validity


class Outcome(StrEnum):
    """How a visit ended."""

    INTERRUPTED = "interrupted"  # it has no end
    CHECKED_IN = "checked_in"  # known, and the centre has answered: see `eligibility`
    HELD = "held"  # known, and the centre is to be asked later
    NOT_ANSWERED = "not_answered"  # known, and neither did the centre answer nor was the visit held
    FELL_BACK = "fell_back"  # not by the card: see `fallback`, and why in `refused`
    NO_CARD = "no_card"  # no chip was sensed, or nobody brought one
    NOT_A_MY_NUMBER_CARD = "not_a_my_number_card"
    SEVERAL_CARDS = "several_cards"
    WRONG_TOKEN = "wrong_token"  # a phone where it is of no use, or a card
    UNREADABLE = "unreadable"  # one was, and could not be read
    NO_CERTIFICATE = "no_certificate"  # none for user authentication is on the card
    UNUSABLE_CERTIFICATE = "unusable_certificate"
    UNKNOWN_ISSUER = "unknown_issuer"
    NOT_GENUINE = "not_genuine"  # a copy
    NOT_IDENTIFIED = "not_identified"  # no way is left, or staff say that it is somebody else
    READER_FAILED = "reader_failed"


SUCCESSES = (Outcome.CHECKED_IN, Outcome.HELD, Outcome.FELL_BACK)


class Proof(StrEnum):
    """What shows that the chip is no copy."""

    SIGNATURE = "signature"  # over the caller's challenge, by the key of the certificate
    INTERNAL_AUTHENTICATION = "internal_authentication"  # by the key of the card's face
    COMPONENT = "component"  # the approved component says so, and keeps its signature
    NONE = "none"


@dataclass
class Visit:
    """Fields stay empty where the visit did not get so far.

    `certificate_sha256` and what follows up to `reason` speak of the card; after a fall-back, of
    none.
    """

    profile: str
    way: Way | None  # that led to `outcome`; at first the one asked for; None: without a card
    challenge: bytes = b""
    outcome: Outcome = Outcome.INTERRUPTED
    refused: Outcome | None = None  # why the card did not help, where a fall-back did
    token: Token | None = None
    certificate_sha256: str = ""
    issuer: str = ""  # its name; that of a test begins with `anchors.TEST_MARK`
    validity: Validity | None = None
    proof: Proof = Proof.NONE
    signature: bytes = b""  # PKCS #1 v1.5, SHA-256, over `challenge`
    staff: str = ""  # who compared by eye
    reason: str = ""  # and why by eye
    consents: Consents = field(default_factory=Consents)
    prescription: Prescription | None = None
    eligibility: Eligibility | None = None
    fallback: Basis | None = None
    is_test: bool = False  # where test anchors are believed: of no value
    is_kept: bool = True  # all of it is in the journal
    spans: tuple[Span, ...] = ()

    def disown_card(self) -> None:
        """Nothing of the card speaks of this patient."""
        self.token = self.validity = None
        self.certificate_sha256 = self.issuer = self.staff = self.reason = ""
        self.proof, self.signature = Proof.NONE, b""

    def to_json(self) -> dict[str, object]:
        numbers = self.fallback.numbers if self.fallback else None
        return {
            "outcome": self.outcome,
            "refused": self.refused,
            "profile": self.profile,
            "way": self.way,
            "token": self.token,
            "certificate_sha256": self.certificate_sha256 or None,
            "issuer": self.issuer or None,
            "validity": self.validity,
            "proof": self.proof,
            "challenge": self.challenge.hex() or None,
            "signature": self.signature.hex() or None,
            "staff": self.staff or None,
            "reason": self.reason or None,
            "consents": self.consents.to_json(),
            "prescription": self.prescription and self.prescription.name.lower(),
            "eligibility": self.eligibility and self.eligibility.to_json(),
            "fallback": self.fallback,
            "claim_numbers": asdict(numbers) if numbers else None,
            "is_test": self.is_test,
            "is_kept": self.is_kept,
            "timeline_ms": [span.to_json() for span in self.spans],
        }
