"""A reader, the rules of the place where it stands, and whom it asks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from kazashi.reader import Reader
from kazashi.reception.anchors import Anchors
from kazashi.reception.certified import CertifiedComponent
from kazashi.reception.consents import DAY
from kazashi.reception.eligibility import Centre
from kazashi.reception.face.attempts import Attempts
from kazashi.reception.face.matching import FaceMatcher, FaceNotAvailable, FaceNotConfigured
from kazashi.reception.japan import utc_now
from kazashi.reception.journal import Journal
from kazashi.reception.profiles import Profile

NO_FACES = FaceNotAvailable((FaceNotConfigured(),))


@dataclass(frozen=True)
class Faces:
    """Face matching at one reader."""

    matcher: FaceMatcher
    attempts: Attempts


@dataclass(frozen=True)
class Place:
    """Where patients check in.

    `reader`: None where it is out of order, and only the fall-backs are left. `journal`: None
    where it cannot be opened. `faces`: where face matching is not available, why. `component`: an
    approved verifier's, which has the card's key sign after face or visual check. `now`: aware of
    its zone. `clock`: seconds, for the timeline. `timeout_s`: how long a card is waited for.
    """

    reader: Reader | None
    profile: Profile
    anchors: Anchors
    centre: Centre
    journal: Journal | None
    faces: Faces | FaceNotAvailable = NO_FACES
    component: CertifiedComponent | None = None
    consents_last: timedelta = DAY
    now: Callable[[], datetime] = utc_now
    clock: Callable[[], float] = monotonic
    timeout_s: float = 30.0
