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
from functools import partial
from threading import Event

from kazashi.errors import ReaderError
from kazashi.reception.anchors import TEST_MARK
from kazashi.reception.desk import Desk
from kazashi.reception.failures import Refused
from kazashi.reception.identification import identify_patient
from kazashi.reception.inquiry import ask_centre, ask_consents
from kazashi.reception.patient import Patient
from kazashi.reception.place import Place
from kazashi.reception.profiles import Token, Way
from kazashi.reception.texts import Text, text_of
from kazashi.reception.visit import SUCCESSES, Outcome, Proof, Visit
from kazashi.reception.without_card import fall_back
from kazashi_wire.messages import Signal

Keep = Callable[[Visit], object]

_CHALLENGE_SIZE = 32

_TEST = Text(
    TEST_MARK + "これは試験です。実際の受付ではありません。",
    TEST_MARK + "This is a test: nobody is really checked in.",
)
_DONE = Text("受付が終わりました。", "Checked in.")
_STAFF_GO_ON = Text("係の者がご案内します。", "Staff will help you from here.")
_NOT_DONE = Text(
    "受付できませんでした。係の者をお呼びください。", "Not checked in. Please call the staff."
)
_TAKE_CARD = Text("カードをお取りください。", "Please take the card.")


class Reception(Place):
    """A place where patients check in."""

    def check_in(
        self,
        way: Way,
        desk: Desk,
        challenge: bytes = b"",
        keep: Keep | None = None,
        cancel: Event | None = None,
    ) -> Visit:
        """One patient, from the card to the answer of the centre.

        `way`: to begin with; where it fails, `desk` is asked which to go on with, and where none is
        left, it is led through the official fall-backs. `challenge`: what the card's key is to
        sign; 32 fresh bytes by default. `keep` gets the visit as soon as its outcome stands: a
        caller that a signal interrupts in the goodbye has it there, and the journal as well.

        `cancel` may be set by any thread, until the outcome stands. A wait for card or reader then
        ends within 100 ms; a desk that waits for people has to end its own wait.

        Raises:
            Cancelled: `cancel` was set. The field is off, and the visit has no outcome.
            ValueError: the profile does not offer this way.
        """
        if way not in self.profile.ways:
            offered = ", ".join(self.profile.ways)
            raise ValueError(f"profile {self.profile.name} has no way {way}: choose of {offered}")
        challenge = challenge or secrets.token_bytes(_CHALLENGE_SIZE)
        visit = Visit(self.profile.name, way, challenge)
        return self._serve(Patient(self, visit, desk, cancel), partial(_with_card, way=way), keep)

    def check_in_without_card(
        self, desk: Desk, keep: Keep | None = None, cancel: Event | None = None
    ) -> Visit:
        """One patient who has none with them, or whom no reader can serve. Else as `check_in`."""
        visit = Visit(self.profile.name, None, outcome=Outcome.NO_CARD)
        return self._serve(Patient(self, visit, desk, cancel), fall_back, keep)

    def _serve(self, patient: Patient, run: Callable[[Patient], None], keep: Keep | None) -> Visit:
        if patient.visit.is_test:
            patient.tell(_TEST)
        try:
            _run(patient, run)
        except BaseException:  # of the desk, or Ctrl-C
            patient.let_go()
            raise
        if keep:
            keep(patient.visit)
        patient.end()
        self._say_goodbye(patient)
        return patient.visit

    def _say_goodbye(self, patient: Patient) -> None:
        patient.tell(_goodbye(patient.visit))
        if patient.last_token is Token.CARD:
            patient.tell(_TAKE_CARD)
        is_done = patient.visit.outcome in SUCCESSES
        if self.reader:
            with suppress(ReaderError):  # people have been told
                self.reader.show(Signal.DONE if is_done else Signal.FAILED)


def _run(patient: Patient, run: Callable[[Patient], None]) -> None:
    try:
        run(patient)
    except ReaderError as error:
        patient.visit.outcome = Outcome.READER_FAILED
        patient.note("reader", error=type(error).__name__)
        patient.tell(text_of(error))
        fall_back(patient)


def _with_card(patient: Patient, way: Way) -> None:
    if patient.place.reader is None:  # people have been told
        patient.visit.outcome = Outcome.READER_FAILED
        fall_back(patient)
        return
    try:
        about = identify_patient(patient, way)
    except Refused as refused:
        patient.visit.outcome = refused.outcome
        if refused.reason:
            patient.tell(refused.reason)
        fall_back(patient)
        return
    if patient.visit.proof is Proof.SIGNATURE:  # a card that was shown its PIN signs once
        patient.let_go()
    if patient.visit.eligibility is None:  # the approved component has brought none
        ask_consents(patient)
        ask_centre(patient, about)
    answer = patient.visit.eligibility
    if answer and not answer.standing.is_covered:
        fall_back(patient)


def _goodbye(visit: Visit) -> Text:
    if visit.outcome not in SUCCESSES:
        return _NOT_DONE
    answer = visit.eligibility
    return _DONE if answer and answer.standing.is_covered else _STAFF_GO_ON
