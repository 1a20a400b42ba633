"""A desk's Screen, and the people who answer there: the engine's `People`.

The engine tells and asks in the desk's thread, and waits; answers come from any other. What the
screen shows changes under one lock, and each change is an event.

A patient who does nothing is asked for a sign of life, and the visit stops if there is none. A call
stands until the staff let it go, whatever becomes of the visit.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from threading import Condition, Event
from time import monotonic
from typing import Any, TypeVar, cast

from kazashi.reception.japan import japan_today, utc_now
from kazashi.reception.people import AskConsents, InPlace, Question
from kazashi.reception.texts import Message
from kazashi.reception.typed import required
from kazashi.serve.access import Role
from kazashi.serve.patience import Patience
from kazashi.serve.questions import PICTURES, NotAnAnswer, answer_of
from kazashi.serve.screen import (
    OF_PATIENT,
    OF_STAFF,
    Call,
    Screen,
    SoFar,
    Stage,
    Step,
    Who,
    stage_of,
)

T = TypeVar("T")

_MOST_NOTICES = 20
_READING = "reading"
_PLACE = "place."  # messages that ask for a card or phone
_UNSENSED = "not-sensed."  # why it is asked how to go on, after three tries
_NOT_OF = {Role.PATIENT: OF_STAFF, Role.STAFF: OF_PATIENT}  # what they do not answer
_IN_VISIT = (Step.WORKING, Step.PLACE, Step.READ, Step.ASKED)
_OVER = (Step.ENDED, Step.STOPPED)


class StaleAnswer(Exception):
    """The question was answered already, or is gone."""


class NotAsked(Exception):
    """The question is not for this role: it is for the staff, or for the patient alone."""


class Display:
    """What is shown at one desk, and what people answer there.

    `publish` gets each new Screen, in order; it must not wait. `clock`: seconds that never go back.
    """

    def __init__(
        self,
        screen: Screen,
        publish: Callable[[Screen], None],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._screen = replace(screen, clock=clock)
        self._publish = publish
        self._patience = Patience(clock)
        self._language = screen.language  # that each visit begins with
        self._changed = Condition()
        self._answer: list[object] = []
        self._is_closed = False
        self._gone_since: datetime | None = None  # the patient screen, that was there before
        self.cancel = Event()  # of the visit

    @property
    def screen(self) -> Screen:
        return self._screen

    # -- by the desk ---------------------------------------------------------------------------

    def show(self, step: Step, **changes: Any) -> None:
        """Another step; of the one before nothing is left but the visit's own."""
        with self._changed:
            self._set(step=step, question=None, deadline=None, is_warned=False, place="", **changes)

    def begin(self) -> None:
        """The next patient: nothing of the one before is left. Cancelled at once if closed."""
        with self._changed:
            if not self._is_closed:
                self.cancel.clear()
            self._answer.clear()
            self._patience.is_slow = False
            self._set(
                step=Step.WORKING,
                stage=Stage.CHOOSE,
                visit=self._screen.visit + 1,
                question=None,
                notices=(),
                outcome=None,
                why=None,
                is_left=False,
                lost_since=self._gone_since,
                reminders=0,
            )

    def rest(self) -> None:
        """No patient is there: in the site's language again."""
        self.show(
            Step.IDLE,
            notices=(),
            outcome=None,
            why=None,
            is_left=False,
            fault=None,
            language=self._language,
        )

    def tell(self, message: Message) -> None:
        """Show `message` until the next answer; one that asks for a card is a step of its own."""
        with self._changed:
            if message.key.startswith(_PLACE):
                self._set(step=Step.PLACE, place=message.key.removeprefix(_PLACE))
            elif message.key == _READING:
                self._set(step=Step.READ, place="")
            elif message not in self._screen.notices:
                notices = (*self._screen.notices, message)[-_MOST_NOTICES:]
                self._set(notices=notices)

    def ask(self, question: Question[T]) -> T | InPlace[T] | None:
        """Show `question` until it is answered, or the visit is cancelled: then None."""
        with self._changed:
            self._answer.clear()
            if _is_unsensed(question):
                self.call()
            self._set_waiting(
                step=Step.ASKED,
                question=question,
                number=self._screen.number + 1,
                notices=self._with_reason(question),
                place="",
            )
            while not (self._answer or self.cancel.is_set()):
                self._changed.wait(self._patience.left_s(self._screen))
                self._look_at_time()
            answer = self._answer.pop() if self._answer else None
            self._set(
                step=Step.WORKING,
                question=None,
                notices=(),
                deadline=None,
                is_warned=False,
            )
            return cast("T | InPlace[T] | None", answer)

    def left_behind(self) -> None:
        """The card was not taken: the staff are to see to it."""
        with self._changed:
            self._set(is_left=True)

    def taken(self) -> None:
        with self._changed:
            if self._screen.is_left:
                self._set(is_left=False)

    # -- by screens and programs, from any thread ------------------------------------------------

    def answer(self, number: int, value: object, by: Role, name: str = "") -> None:
        """`value`, from JSON, is the answer to the question `number`. `by`: who answers.

        `name`: of the member of the staff who answers in the patient's place, kept in the journal.

        Raises:
            StaleAnswer: that question is gone, or was answered.
            NotAsked: the question is not for this role.
            NotAnAnswer: it is none to this question.
            Mistyped: a field of it is not what it should be.
        """
        with self._changed:
            question = self._question_to(by, number)
            answer = answer_of(question, value, japan_today(utc_now()))
            is_in_place = by is Role.STAFF or (by is Role.PROGRAM and name)
            if is_in_place and not isinstance(question, OF_STAFF):
                answer = InPlace(answer, required("name", name))
            self._take(answer)

    def keep(self, number: int, so_far: SoFar, by: Role) -> None:
        """The patient has come so far in the question `number`. Raises as `answer` does."""
        with self._changed:
            question = self._question_to(by, number)
            asked = question.groups if isinstance(question, AskConsents) else ()
            if not so_far.agreed.keys() <= {*asked}:
                raise NotAnAnswer
            self._screen = replace(self._screen, so_far=so_far)  # no event: the page knows it

    def require_picture(self, number: int, by: Role) -> None:
        """Whether a picture is the answer to the question `number`. Raises as `answer` does."""
        with self._changed:
            if not isinstance(self._question_to(by, number), PICTURES):
                raise NotAnAnswer

    def answer_with_picture(self, number: int, picture: bytes, by: Role) -> None:
        """A picture is the answer. Raises as `answer` does."""
        with self._changed:
            self.require_picture(number, by)
            self._take(picture)

    def touch(self, *, is_slow: bool) -> None:
        """A sign of life. `is_slow`: this patient needs twice the time."""
        with self._changed:
            self._patience.is_slow = is_slow
            self._put_off()

    def call(self) -> None:
        """The patient calls the staff. The visit waits, and stands where it stood."""
        with self._changed:
            if self._screen.call is None:
                self._set_waiting(call=Call(utc_now()))

    def take_call(self, by: str) -> None:
        """A member of the staff comes; the others see who."""
        with self._changed:
            if call := self._screen.call:
                self._set(call=replace(call, by=by))

    def let_go(self) -> None:
        """The staff are done: the patient goes on where they were."""
        with self._changed:
            if self._screen.call:
                self._set_waiting(call=None)

    def lose_screen(self) -> None:
        """No patient screen follows any more. The staff are to see to it, once a patient is there:
        screens are switched off at night.
        """
        with self._changed:
            self._gone_since = self._gone_since or utc_now()
            if self._screen.step in _IN_VISIT and not self._screen.lost_since:
                self._set_waiting(lost_since=self._gone_since)

    def find_screen(self) -> None:
        """One follows again: the patient goes on where they were."""
        with self._changed:
            self._gone_since = None
            if self._screen.lost_since:
                self._set_waiting(lost_since=None)

    def remind(self) -> None:
        """Have the screen call out again what it shows."""
        with self._changed:
            self._set(reminders=self._screen.reminders + 1)

    def stop(self) -> None:
        """Cancel the visit. One whose outcome stands already ends as it would."""
        with self._changed:
            if self._screen.step in _IN_VISIT:
                self._cancel()

    def close(self) -> None:
        """Cancel the visit, and each that would follow."""
        with self._changed:
            self._is_closed = True
            self._cancel()

    def speak(self, language: str) -> None:
        """Show texts in `language` until this visit ends."""
        with self._changed:
            if language != self._screen.language:
                self._set(language=language)

    # -- inside, with the lock held ---------------------------------------------------------------

    def _cancel(self) -> None:
        self.cancel.set()
        self._changed.notify_all()

    def _question(self, number: int) -> Question[Any]:
        screen = self._screen
        if screen.question is None or screen.number != number or self._answer:
            raise StaleAnswer
        return screen.question

    def _question_to(self, by: Role, number: int) -> Question[Any]:
        question = self._question(number)
        if isinstance(question, _NOT_OF.get(by, ())):
            raise NotAsked
        return question

    def _take(self, answer: object) -> None:
        self._answer.append(answer)
        self._changed.notify_all()

    def _set(self, **changes: Any) -> None:
        before = self._screen
        if changes.get("step", before.step) is not before.step:
            changes["since"] = utc_now()
            if before.step in _OVER:  # the next patient begins in the site's language
                changes["language"] = self._language
        if "question" in changes:
            changes["so_far"] = None
        screen = replace(before, id=before.id + 1, **changes)
        stage = stage_of(screen.step, screen.question)
        self._screen = screen if stage is None else replace(screen, stage=stage)
        self._publish(self._screen)

    def _set_waiting(self, **changes: Any) -> None:
        """The patient has all the time for the question, or none is measured."""
        deadline = self._patience.deadline(replace(self._screen, **changes))
        self._set(deadline=deadline, is_warned=False, **changes)
        self._changed.notify_all()

    def _with_reason(self, question: Question[Any]) -> tuple[Message, ...]:
        reason = _reason_of(question)
        return (*self._screen.notices, *([reason] if reason else []))

    def _put_off(self) -> None:
        screen = self._screen
        if screen.question is None or screen.who is not Who.PATIENT or self.cancel.is_set():
            return
        if screen.is_warned:
            self._set_waiting()
        else:  # no event: each press would be one
            self._screen = replace(screen, deadline=self._patience.deadline(screen))
            self._changed.notify_all()

    def _look_at_time(self) -> None:
        screen = self._screen
        if self._patience.left_s(screen) != 0 or self._answer:
            return
        if screen.is_warned:
            self.cancel.set()
        else:
            self._set(is_warned=True, deadline=self._patience.last_deadline())


def _reason_of(question: Question[Any]) -> Message | None:
    """Why it is asked again."""
    reason = getattr(question, "reason", None)
    return reason if isinstance(reason, Message) else None


def _is_unsensed(question: Question[Any]) -> bool:
    reason = _reason_of(question)
    return reason is not None and reason.key.startswith(_UNSENSED)
