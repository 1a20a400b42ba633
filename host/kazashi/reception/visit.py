"""What came of a patient's visit, and why; the one kind of failure on the way there."""

from collections.abc import Collection
from dataclasses import dataclass, field, fields
from enum import Enum, StrEnum, auto, unique

from kazashi.errors import KazashiError
from kazashi.reception.centre import Eligibility, Identity, Standing
from kazashi.reception.fallback import Basis
from kazashi.reception.json_of import json_of
from kazashi.reception.numbers.patient import FoundPatient
from kazashi.reception.results import ResultFile
from kazashi.reception.rules import Consents, Prescription, Proof, Token, Way
from kazashi.reception.texts import Message
from kazashi.reception.validity import Validity


class Outcome(StrEnum):
    """How a visit ended: no more than is true."""

    INTERRUPTED = "interrupted"  # it has no end
    # with eligibility, now or later
    CHECKED_IN = "checked_in"  # the centre says: covered
    FELL_BACK = "fell_back"  # on paper or past data, as the staff decided: see `fallback`
    HELD = "held"  # the centre could not be asked: it is asked later
    # a person, no eligibility
    IDENTIFIED = "identified"  # by the certificate's key; there is no centre to ask
    FACE_ONLY = "face_only"  # like the photo in a chip; nothing ties that to the certificate
    SEEN_BY_STAFF = "seen_by_staff"  # by their eyes; nothing ties that to the certificate
    NOT_ANSWERED = "not_answered"  # the centre could not be asked, and the visit not held
    # the centre's answer is no coverage
    INVALID = "invalid"
    NONE_FOUND = "none_found"
    SEVERAL_FOUND = "several_found"
    WELFARE_UNREGISTERED = "welfare_unregistered"
    NOT_REGISTERED = "not_registered"  # 利用登録 was refused, or not answered
    # no person is known
    SOMEBODY_ELSE = "somebody_else"  # the staff say so: the visit ends
    NO_CARD = "no_card"  # no chip was sensed, or the patient has none
    NOT_A_MY_NUMBER_CARD = "not_a_my_number_card"
    SEVERAL_CARDS = "several_cards"
    WRONG_TOKEN = "wrong_token"  # a phone that is of no use here, or a card
    UNREADABLE = "unreadable"  # one was, and could not be read
    NO_CERTIFICATE = "no_certificate"  # none for user authentication is on the card
    UNUSABLE_CERTIFICATE = "unusable_certificate"
    UNKNOWN_ISSUER = "unknown_issuer"
    NOT_GENUINE = "not_genuine"  # a copy
    NOT_IDENTIFIED = "not_identified"  # no way is left
    READER_FAILED = "reader_failed"

    @property
    def message(self) -> Message:
        """What the patient reads at the end."""
        return Message(f"outcome.{self}")

    def is_accepted(self, accepted: Collection["Outcome"] = ()) -> bool:
        """Whether the reception goes on with it: exit status 0, and the reader's green signal.

        `accepted`: those of `PERSONS` that the configuration names.
        """
        return self in _ELIGIBLE or (self in PERSONS and self in accepted)


_ELIGIBLE = (Outcome.CHECKED_IN, Outcome.FELL_BACK, Outcome.HELD)
PERSONS = (Outcome.IDENTIFIED, Outcome.FACE_ONLY, Outcome.SEEN_BY_STAFF)

OUTCOME_OF = {
    Standing.VALID: Outcome.CHECKED_IN,
    Standing.INVALID: Outcome.INVALID,
    Standing.INVALID_NEWER: Outcome.INVALID,
    Standing.NONE: Outcome.NONE_FOUND,
    Standing.SEVERAL: Outcome.SEVERAL_FOUND,
    Standing.WELFARE_UNREGISTERED: Outcome.WELFARE_UNREGISTERED,
}


class Reason(StrEnum):
    """Why the card, or a way with it, did not lead on."""

    NOTHING_ENTERED = "nothing_entered"
    NO_TOKEN = "no_token"  # neither card nor phone
    NO_WAY = "no_way"  # the site has none that works: no face matching, no passcode
    # PIN
    NO_PIN = "no_pin"  # the card has none
    PIN_LOCKED = "pin_locked"
    PIN_WRONG = "pin_wrong"  # too often
    LAST_TRY_KEPT = "last_try_kept"
    # face
    FACE_NOT_AVAILABLE = "face_not_available"
    FACE_PAUSE = "face_pause"  # after too many failures
    CODE_WRONG = "code_wrong"
    CODE_BLOCKED = "code_blocked"
    NO_PHOTO = "no_photo"
    PHOTO_UNUSABLE = "photo_unusable"
    PHOTO_UNPROVED = "photo_unproved"  # its issuer is not configured
    NO_COMPARISON = "no_comparison"  # the engine failed
    OTHER_FACE = "other_face"
    NO_TURN = "no_turn"  # the head was not turned as asked
    # staff
    NO_PASSCODE = "no_passcode"  # the configuration has none
    PASSCODE_WRONG = "passcode_wrong"
    SOMEBODY_ELSE = "somebody_else"
    # approved component
    COMPONENT_FAILED = "component_failed"
    # card, phone, reader
    NOT_SENSED = "not_sensed"
    NOT_A_MY_NUMBER_CARD = "not_a_my_number_card"
    SEVERAL_CARDS = "several_cards"
    ANOTHER_TOKEN = "another_token"
    UNREADABLE = "unreadable"
    REFUSED_BY_CARD = "refused_by_card"
    NO_CERTIFICATE = "no_certificate"
    UNUSABLE_CERTIFICATE = "unusable_certificate"
    CERTIFICATE_ENDED = "certificate_ended"
    CERTIFICATE_REVOKED = "certificate_revoked"
    UNKNOWN_ISSUER = "unknown_issuer"
    NOT_GENUINE = "not_genuine"
    READER_FAILED = "reader_failed"
    # centre
    NO_CENTRE = "no_centre"
    CENTRE_DOWN = "centre_down"
    NO_KEY = "no_key"  # no key has proved the certificate: the centre is not asked about it
    NOT_REGISTERED = "not_registered"
    NOT_COVERED = "not_covered"

    @property
    def message(self) -> Message:
        return Message(f"reason.{self.replace('_', '-')}")


@unique
class Follows(Enum):
    """What may follow a failure."""

    ANOTHER_TAP = auto()  # the same way again, once something else lies there
    ANOTHER_WAY = auto()  # with the token that lies there
    ANY_WAY = auto()  # the same too: the patient went back
    ANOTHER_TOKEN = auto()
    FALLBACK = auto()  # no card helps
    THE_END = auto()  # nothing: staff are called


_AFTER = {
    Follows.ANOTHER_TOKEN: (
        *(Reason.ANOTHER_TOKEN, Reason.NOT_SENSED, Reason.NOT_A_MY_NUMBER_CARD, Reason.UNREADABLE),
        *(Reason.SEVERAL_CARDS, Reason.NO_CERTIFICATE, Reason.READER_FAILED),
    ),
    Follows.FALLBACK: (
        *(Reason.NO_TOKEN, Reason.NO_WAY, Reason.UNKNOWN_ISSUER, Reason.UNUSABLE_CERTIFICATE),
        *(Reason.CERTIFICATE_ENDED, Reason.CERTIFICATE_REVOKED, Reason.NOT_GENUINE),
        *(Reason.NOT_REGISTERED, Reason.NOT_COVERED),
    ),
    Follows.THE_END: (Reason.SOMEBODY_ELSE,),
}
_FOLLOWS = {reason: follows for follows, reasons in _AFTER.items() for reason in reasons}
_OUTCOMES = {Reason(each): each for each in Outcome if each in [*Reason]} | {
    Reason.NO_TOKEN: Outcome.NO_CARD,
    Reason.NOT_SENSED: Outcome.NO_CARD,
    Reason.CERTIFICATE_ENDED: Outcome.UNUSABLE_CERTIFICATE,
    Reason.CERTIFICATE_REVOKED: Outcome.UNUSABLE_CERTIFICATE,
}


class Failure(Exception):
    """A way, or the whole card, does not lead on. `message`: what the patient is told.

    `said`: that, or the error that says it; None: what the reason says. `follows`, `outcome` (of
    the visit, if nothing that follows helps): if they are not those of `reason`. `token`: what lies
    there; None: nothing is said of it.
    """

    def __init__(
        self,
        reason: Reason,
        said: Message | KazashiError | None = None,
        *,
        follows: Follows | None = None,
        outcome: Outcome | None = None,
        token: Token | None = None,
    ) -> None:
        super().__init__(reason.value)
        self.reason, self.token = reason, token
        self.follows = follows or _FOLLOWS.get(reason, Follows.ANOTHER_WAY)
        self.outcome = outcome or _OUTCOMES.get(reason, Outcome.NOT_IDENTIFIED)
        said = Message.of(said) if isinstance(said, KazashiError) else said
        self.message = said or reason.message
        self.is_told = False  # with the question that followed


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

    def to_json(self) -> dict[str, object]:
        return {
            "step": self.step,
            "who": self.who,
            "begin": round(self.begin_ms, 1),
            "end": round(self.end_ms, 1),
        }


@dataclass
class Visit:
    """Fields stay empty if the visit did not get so far.

    `certificate_sha256` and what follows up to `identity` speak of the card, and so do the answers
    up to `prescription`. After a fall-back they are empty if the card showed nobody, and if the
    centre has answered about a paper instead.
    """

    profile: str
    token: Token | None = None  # that was used; at first the one asked for
    way: Way | None = None  # that led to `outcome`; at first the one asked for
    challenge: bytes = b""
    outcome: Outcome = Outcome.INTERRUPTED
    why: Reason | None = None  # not checked in by the card
    refused: Outcome | None = None  # what the visit came to before a fall-back
    certificate_sha256: str = ""
    issuer: str = ""  # its name; that of a test begins with `anchors.TEST_MARK`
    validity: Validity | None = None
    proof: Proof = Proof.NONE
    signature: bytes = b""  # PKCS #1 v1.5, SHA-256, over `challenge`
    staff: str = ""  # who compared by eye
    reason: str = ""  # and why by eye
    identity: Identity | None = None  # the centre's first answer
    consents: Consents = field(default_factory=Consents)
    registers: bool = False
    shares_subsidies: bool | None = None
    prescription: Prescription | None = None
    eligibility: Eligibility | None = None  # its second
    fallback: Basis | None = None
    files: tuple[ResultFile, ...] = ()  # for the reception computer, already in their folders
    patient: FoundPatient | None = None  # by the clinic's own numbers
    is_held: bool = False
    is_test: bool = False  # by test anchors, or at a simulated reader: of no value
    number: int | None = None  # in the journal
    is_kept: bool = True  # all of it is there
    spans: tuple[Span, ...] = ()

    @property
    def is_covered(self) -> bool:
        return self.eligibility is not None and self.eligibility.standing.is_covered

    def disown_card(self) -> None:
        """Nothing of the card speaks of this patient."""
        self.token = self.validity = self.identity = None
        self.certificate_sha256 = self.issuer = self.staff = self.reason = ""
        self.proof, self.signature = Proof.NONE, b""

    def disown_answers(self) -> None:
        """What the patient answered with the card has no part in what follows."""
        self.way, self.consents = None, Consents()
        self.registers, self.shares_subsidies, self.prescription = False, None, None

    def to_json(self) -> dict[str, object]:
        """See visit.schema.json."""
        numbers = self.fallback.numbers if self.fallback else None
        told: dict[str, object] = {"outcome": self.outcome}
        told |= {each.name: json_of(getattr(self, each.name)) for each in fields(self)}
        return told | {"claim_numbers": json_of(numbers), "timeline_ms": told.pop("spans")}
