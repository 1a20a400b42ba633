"""A reader, the rules of the place where it stands, and whom it asks."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, fields
from datetime import datetime
from threading import Lock
from time import monotonic
from typing import Any

from kazashi.reader import Reader
from kazashi.reception.anchors import Anchors
from kazashi.reception.centre import Centre
from kazashi.reception.certified import CertifiedComponent
from kazashi.reception.face.attempts import Attempts
from kazashi.reception.face.matching import FaceMatcher, FaceNotAvailable, FaceNotConfigured
from kazashi.reception.face.presence import SeesTurns
from kazashi.reception.front.reading import ReadsFront
from kazashi.reception.japan import utc_now
from kazashi.reception.journal import Journal, JournalError
from kazashi.reception.numbers.patient import PatientNumbers
from kazashi.reception.passcode import Passcode
from kazashi.reception.persons import Persons
from kazashi.reception.profiles import Profile
from kazashi.reception.results import Results
from kazashi.reception.rules import CodeB
from kazashi.reception.visit import Outcome

NO_FACES = FaceNotAvailable((FaceNotConfigured(),))


@dataclass(frozen=True)
class Faces:
    """Face matching at one reader."""

    matcher: FaceMatcher
    attempts: Attempts
    turns: SeesTurns | None = None  # of the presence check; None: there is none


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What a site has decided.

    `faces`: if face matching is not available, why. `passcode`: of the staff, None: no visual
    check. `photo_from_chip`: they see that photo, too. `accepts`: outcomes of a person without
    eligibility that the reception goes on with; `asks_about`: the centre is asked about them even
    though no key has proved the certificate. `persons`: hashes them for figures; None: the journal
    does not tell them apart.
    """

    faces: Faces | FaceNotAvailable = NO_FACES
    passcode: Passcode | None = None
    photo_from_chip: bool = False
    code_b: CodeB = CodeB.AT_READER
    accepts: frozenset[Outcome] = frozenset()
    asks_about: frozenset[Outcome] = frozenset()
    persons: Persons | None = None

    @property
    def policy(self) -> dict[str, Any]:
        """By name: for another object that has one."""
        return {each.name: getattr(self, each.name) for each in fields(Policy)}


@dataclass(frozen=True)
class Place(Policy):
    """Where patients check in.

    `reader`: None if it is out of order: only the fall-backs are left. `centre`: None if there is
    none to ask. `journal`: None if it cannot be opened. `component`: an approved verifier's, which
    has the card's key sign after face or visual check. `front`: reads 照合番号B off the card that
    lies on the reader, None: no camera sees it. `results`: of the reception computer, None: there
    is none. `numbers`: the clinic's own of its patients. `now`: aware of its zone. `clock`:
    seconds, for the timeline. `timeout_s`: how long a card or phone is waited for until it is said
    that none was found; None: as long as the patient screen's design has it. `turn`: held during a
    visit.
    """

    reader: Reader | None
    profile: Profile
    anchors: Anchors
    centre: Centre | None
    journal: Journal | None
    front: ReadsFront | None = None
    component: CertifiedComponent | None = None
    results: Results | None = None
    numbers: PatientNumbers | None = None
    now: Callable[[], datetime] = utc_now
    clock: Callable[[], float] = monotonic
    timeout_s: float | None = None
    turn: Lock = field(default_factory=Lock, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Failures that other programs have kept count here, too."""
        if self.reader and isinstance(self.faces, Faces):
            self.faces.attempts.recall_from(self.journal, self.reader.info.serial, self.now)
        if self.passcode and self.journal:
            with suppress(JournalError):  # each visit tells it
                self.passcode.recall(self.journal, self.now)
