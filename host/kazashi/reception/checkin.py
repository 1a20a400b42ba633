"""A patient checks in: known by one of the ways, asked what they agree to, the centre asked.

with kazashi.open() as reader, Journal(default_path()) as journal:
    reception = Reception(reader, PROFILES["desk"], anchors, centre, journal)
    visit = reception.check_in(Way.PIN, desk)

One visit at a time, and nothing of it reaches the next: each ends with the field off, and the
reader's buffers cleared.
"""

import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from time import monotonic

from kazashi.errors import ReaderError
from kazashi.reader import Reader
from kazashi.reception.anchors import Anchors
from kazashi.reception.certified import CertifiedComponent, CertifiedFailed, identify
from kazashi.reception.consents import DAY
from kazashi.reception.desk import AskWay, Desk
from kazashi.reception.eligibility import Centre, Identified
from kazashi.reception.face.matching import FaceNotAvailable
from kazashi.reception.inquiry import ask_centre, ask_consents
from kazashi.reception.journal import Journal
from kazashi.reception.patient import Patient, Refused, TokenFailed, WayFailed
from kazashi.reception.profiles import Profile, Way, next_ways
from kazashi.reception.texts import Text, text_of
from kazashi.reception.visit import SUCCESSES, Outcome, Proof, Timeline, Visit
from kazashi.reception.ways import RUNS, Faces
from kazashi.reception.without_card import fall_back
from kazashi_wire.messages import Signal

_CHALLENGE_SIZE = 32
_NO_FACES = FaceNotAvailable("this reception was opened without a matcher: give it faces=")
_DONE = Text("受付が終わりました。カードをお取りください。", "Checked in. Please take the card.")
_NOT_DONE = Text(
    "受付できませんでした。カードを取り、係の者をお呼びください。",
    "Not checked in. Please take the card and call the staff.",
)
_OTHER_CERTIFICATE = Text(
    "このカードは確認できません。係の者をお呼びください。",
    "The approved component found another certificate. Please call the staff.",
)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Reception:
    """A reader, the rules of the place where it stands, and whom it asks.

    `faces`: where face matching is not available, why. `component`: an approved verifier's, which
    has the card's key sign after face or visual check. `now`: aware of its zone. `clock`: seconds,
    for the timeline. `timeout_s`: how long a card is waited for.
    """

    def __init__(
        self,
        reader: Reader,
        profile: Profile,
        anchors: Anchors,
        centre: Centre,
        journal: Journal,
        *,
        faces: Faces | FaceNotAvailable = _NO_FACES,
        component: CertifiedComponent | None = None,
        consents_last: timedelta = DAY,
        now: Callable[[], datetime] = _utc_now,
        clock: Callable[[], float] = monotonic,
        timeout_s: float = 30.0,
    ) -> None:
        self._reader = reader
        self._profile = profile
        self._anchors = anchors
        self._centre = centre
        self._journal = journal
        self._faces = faces
        self._component = component
        self._consents_last = consents_last
        self._now = now
        self._clock = clock
        self._timeout_s = timeout_s

    def check_in(self, way: Way, desk: Desk, challenge: bytes = b"") -> Visit:
        """One patient, from the card to the answer of the centre.

        `way`: to begin with; where it fails, `desk` is asked which to go on with, and where none is
        left, it is led through the official fall-backs. `challenge`: what the card's key is to
        sign; 32 fresh bytes by default.

        Raises:
            ValueError: the profile does not offer this way.
        """
        if way not in self._profile.ways:
            offered = ", ".join(self._profile.ways)
            raise ValueError(f"profile {self._profile.name} has no way {way}: choose of {offered}")
        challenge = challenge or secrets.token_bytes(_CHALLENGE_SIZE)
        visit = Visit(self._profile.name, way, challenge=challenge)
        return self._serve(visit, desk, partial(self._with_card, way))

    def check_in_without_card(self, desk: Desk) -> Visit:
        """One patient who has none with them."""
        return self._serve(
            Visit(self._profile.name, None), desk, lambda patient: fall_back(patient, self._centre)
        )

    def _serve(self, visit: Visit, desk: Desk, run: Callable[[Patient], None]) -> Visit:
        patient = Patient(
            visit,
            desk,
            self._reader,
            self._profile,
            self._anchors,
            self._journal,
            self._now,
            self._timeout_s,
            Timeline(self._clock),
        )
        try:
            run(patient)
        except ReaderError as error:
            visit.outcome = Outcome.READER_FAILED
            patient.note("reader", error=type(error).__name__)
            patient.tell(text_of(error))
            fall_back(patient, self._centre)
        finally:
            patient.end()
        self._say_goodbye(visit, desk)
        return visit

    def _with_card(self, way: Way, patient: Patient) -> None:
        try:
            about = self._identify(way, patient)
        except Refused as refused:
            patient.visit.outcome = refused.outcome
            patient.tell(refused.reason)
            fall_back(patient, self._centre)
            return
        ask_consents(patient, self._consents_last)
        if patient.visit.eligibility is None:
            ask_centre(patient, self._centre, about)

    def _identify(self, way: Way, patient: Patient) -> Identified:
        """Try ways until one has found who it is.

        Raises:
            Refused: none is left, or nobody may be checked in with such a card.
        """
        failed = set[Way]()
        while True:
            patient.visit.way = way
            patient.note("way", way=way)
            try:
                patient.try_way(way, partial(self._run, way, patient))
            except TokenFailed as failure:
                failed.update(failure.token.ways)
                way = _next_way(patient, failed, failure.outcome, failure.reason)
            except WayFailed as failure:
                failed.add(way)
                way = _next_way(patient, failed, Outcome.NOT_IDENTIFIED, failure.reason)
            else:
                return patient.identified(way)

    def _run(self, way: Way, patient: Patient) -> None:
        RUNS[way](patient, self._faces)
        if self._component and patient.visit.proof is not Proof.SIGNATURE:
            _certify(patient, self._component, way)

    def _say_goodbye(self, visit: Visit, desk: Desk) -> None:
        is_done = visit.outcome in SUCCESSES
        desk.tell(_DONE if is_done else _NOT_DONE)
        with suppress(ReaderError):  # the desk has told it
            self._reader.show(Signal.DONE if is_done else Signal.FAILED)


def _next_way(patient: Patient, failed: set[Way], outcome: Outcome, reason: Text) -> Way:
    """What to go on with; the card that lies there stays.

    Raises:
        Refused: nothing is left, or nobody chooses.
    """
    token = patient.visit.token if patient.card else None
    ways = next_ways(
        patient.profile,
        failed,
        token=token,
        has_pin=patient.has_pin,
        has_photo=patient.has_photo,
    )
    if not ways:
        raise Refused(outcome, reason)
    patient.tell(reason)
    chosen = patient.ask(AskWay(ways))
    if chosen is None or chosen not in ways:
        raise Refused(outcome, reason)
    return chosen


def _certify(patient: Patient, component: CertifiedComponent, way: Way) -> None:
    """The approved component has the card's key sign the challenge.

    Raises:
        WayFailed: it does not.
        Refused: it found another certificate on the card.
    """
    visit = patient.visit
    patient.begin("approved component")
    try:
        certificate, result = identify(component, patient.present_card(), way, visit.challenge)
    except CertifiedFailed as error:
        patient.note("approved component", error=error.reason)
        raise WayFailed(text_of(error)) from error
    if certificate.sha256 != visit.certificate_sha256:
        raise Refused(Outcome.NOT_GENUINE, _OTHER_CERTIFICATE)
    visit.signature, visit.proof = result.signature, Proof.SIGNATURE
    patient.note("approved component", proof=visit.proof)
    if result.eligibility:
        visit.eligibility = result.eligibility
        visit.outcome = Outcome.CHECKED_IN
