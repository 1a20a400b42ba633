"""A patient checks in: show a card or phone, be identified, answer, hear from the centre.

    with kazashi.open() as reader, Journal(default_path()) as journal:
        reception = Reception(reader, PROFILES["desk"], anchors, centre, journal)
        visit = reception.check_in(people)

One visit at a time, and nothing of it reaches the next: each ends with the field off, and the
reader's buffers cleared.
"""

import secrets
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from functools import partial
from threading import Event
from time import monotonic

from kazashi.errors import Cancelled, ReaderError
from kazashi.reception.centre import CentreError
from kazashi.reception.conversation import ask_before, ask_centre
from kazashi.reception.errors import DeskBusy
from kazashi.reception.find_number import find_number
from kazashi.reception.hand_over import hand_over
from kazashi.reception.hold import hold
from kazashi.reception.on_reader import Patient
from kazashi.reception.people import People
from kazashi.reception.place import Place
from kazashi.reception.rules import Token, Way
from kazashi.reception.texts import Message
from kazashi.reception.visit import Failure, Follows, Outcome, Reason, Visit
from kazashi.reception.walk import fall_back
from kazashi.reception.ways import identify_patient
from kazashi_wire.messages import Signal

Keep = Callable[[Visit], object]

_CHALLENGE_SIZE = 32
_LOOK_S = 0.1  # between two looks at `cancel` while another patient is served
_TURN_S = 900.0  # for another patient: longer than any visit whose questions have their own limits


class Reception(Place):
    """A place where patients check in."""

    def check_in(
        self,
        people: People,
        way: Way | None = None,
        token: Token | None = None,
        challenge: bytes = b"",
        keep: Keep | None = None,
        cancel: Event | None = None,
    ) -> Visit:
        """One patient, from the card to the answer of the centre.

        `way`, `token`: to begin with; if None, `people` are asked. If a way fails, they are asked
        which to go on with, and if none is left, led through the official fall-backs. `challenge`:
        what the card's key is to sign; 32 fresh bytes by default. `keep` gets the visit as soon as
        its outcome stands: a caller that a signal interrupts in the goodbye has it there, and the
        journal as well.

        `cancel` may be set by any thread, until the outcome stands. A wait for card or reader then
        ends within 100 ms; `people` that wait for a person have to end their own wait. A patient
        who comes while another is served is told to wait.

        Raises:
            Cancelled: `cancel` was set. The field is off, and the journal has the visit as
                interrupted.
            DeskBusy: another patient was served for 15 minutes more.
            ValueError: the profile does not offer this way with this token.
        """
        if way and token is None:
            token = next((each for each in self.profile.tokens if way in self._ways(each)), None)
        if way and (token is None or way not in self._ways(token)):
            raise ValueError(f"profile {self.profile.name} has no way {way} with {token or 'any'}")
        if token and not self._ways(token):
            raise ValueError(f"profile {self.profile.name} takes no {token}")
        challenge = challenge or secrets.token_bytes(_CHALLENGE_SIZE)
        visit = Visit(self.profile.name, token, way, challenge)
        return self._serve(visit, people, partial(_with_token, token=token, way=way), keep, cancel)

    def check_in_without_card(
        self, people: People, keep: Keep | None = None, cancel: Event | None = None
    ) -> Visit:
        """One patient who has none with them, or whom no reader can serve. Else as `check_in`."""
        visit = Visit(self.profile.name, outcome=Outcome.NO_CARD, why=Reason.NO_TOKEN)
        return self._serve(visit, people, fall_back, keep, cancel)

    def _ways(self, token: Token) -> tuple[Way, ...]:
        return self.profile.ways_of(token)

    def _serve(
        self,
        visit: Visit,
        people: People,
        run: Callable[[Patient], None],
        keep: Keep | None,
        cancel: Event | None,
    ) -> Visit:
        with self._in_turn(people, cancel or Event()):
            patient = Patient(self, visit, people, cancel)
            if visit.is_test:
                patient.tell(Message("test"))
            try:
                _to_its_end(patient, run)
            except Cancelled:
                patient.interrupt()
                raise
            except BaseException:  # of the people, or Ctrl-C
                patient.let_go()
                raise
            try:
                hand_over(patient)  # first, so that who is told of the end finds the file
                find_number(patient)
            finally:
                if keep:
                    keep(visit)
            patient.end()
            self._say_goodbye(patient)
            return visit

    @contextmanager
    def _in_turn(self, people: People, cancel: Event) -> Generator[None]:
        if not self.turn.acquire(blocking=False):
            people.tell(Message("wait-for-turn"))
            deadline = monotonic() + _TURN_S
            while not self.turn.acquire(timeout=_LOOK_S):
                if cancel.is_set():
                    raise Cancelled
                if monotonic() > deadline:
                    raise DeskBusy(_TURN_S)
        try:
            yield
        finally:
            self.turn.release()

    def _say_goodbye(self, patient: Patient) -> None:
        outcome = patient.visit.outcome
        patient.tell(outcome.message)
        if patient.last_token is Token.CARD:
            patient.tell(Message("take-card"))
        if self.reader:
            is_done = outcome.is_accepted(self.accepts)
            with suppress(ReaderError):  # people have been told
                self.reader.show(Signal.DONE if is_done else Signal.FAILED)


def _to_its_end(patient: Patient, run: Callable[[Patient], None]) -> None:
    """The visit; if it cannot go on with the card, the official fall-backs."""
    visit = patient.visit
    try:
        run(patient)
    except Failure as failure:
        visit.outcome, visit.why = failure.outcome, failure.reason
        patient.note("refused", why=failure.reason)
        if not failure.is_told:
            patient.tell(failure.message)
        if failure.follows is not Follows.THE_END:
            fall_back(patient)
    except CentreError as error:
        visit.outcome, visit.why = Outcome.NOT_ANSWERED, Reason.CENTRE_DOWN
        patient.tell(Message.of(error))
        hold(patient, error)
        fall_back(patient)
    except ReaderError as error:
        visit.outcome, visit.why = Outcome.READER_FAILED, Reason.READER_FAILED
        patient.note("reader", error=type(error).__name__)
        patient.tell(Message.of(error))
        fall_back(patient)


def _with_token(patient: Patient, token: Token | None, way: Way | None) -> None:
    """Show, be identified, answer, and hear from the centre."""
    if patient.place.reader is None:
        raise Failure(Reason.READER_FAILED, follows=Follows.FALLBACK)
    ask_before(patient)
    identify_patient(patient, token, way)
    holder = patient.holder()
    if holder.proof.is_of_certificate:  # a card that was shown its PIN signs once
        patient.let_go()
    ask_centre(patient, holder)
