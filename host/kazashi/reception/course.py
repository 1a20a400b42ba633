"""A visit as it goes: people are told and asked, every step is kept and timed."""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar, cast

from kazashi.cards.surface import FourItems
from kazashi.reception.journal import NO_READER, Entry, Fact, JournalError
from kazashi.reception.journal.facts import is_text
from kazashi.reception.people import BACK, OF_A_WAY, InPlace, People, Question
from kazashi.reception.place import Place
from kazashi.reception.texts import Message
from kazashi.reception.typed import Mistyped
from kazashi.reception.visit import Failure, Follows, Reason, Span, Visit, Who

T = TypeVar("T")

_MOST_ANSWERS = 3  # that make no sense


class Timeline:
    """Steps without a gap. `now_s`: seconds that never go back."""

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


class Course:
    """What every part of a visit may do: tell, ask, keep."""

    def __init__(self, place: Place, visit: Visit, people: People) -> None:
        self.place = place
        self.visit = visit
        self._people = people
        self._timeline = Timeline(place.clock)
        self._entry: Entry | None = None
        self.visit.is_kept = place.journal is not None
        at_simulated = place.reader is not None and place.reader.info.is_simulated
        self.visit.is_test = place.anchors.is_test or at_simulated
        if place.journal:
            reader = place.reader.info.serial if place.reader else NO_READER
            with self._kept():
                self._entry = place.journal.begin(place.profile.name, reader)
                visit.number = self._entry.id

    def tell(self, message: Message) -> None:
        self._people.tell(message)

    def ask(self, question: Question[T]) -> T | None:
        """Ask; the time until the answer is the people's. Keep who answers in their place.

        Raises:
            Failure: ANY_WAY, they went back from a question of a way.
        """
        with self.waiting(question.name):
            answer = self._people.ask(question)
        if isinstance(answer, InPlace):
            given = cast("InPlace[T]", answer)
            self.note("in place", question=question.name.replace(" ", "-"), helper=given.staff)
            answer = given.answer
        if answer == BACK and isinstance(question, OF_A_WAY):
            raise Failure(Reason.NOTHING_ENTERED, follows=Follows.ANY_WAY)
        return cast("T | None", answer)

    def ask_checked(self, question: Question[T], check: Callable[[T], T]) -> T | None:
        """Ask, again if `check` finds the answer Mistyped; None: nothing that makes sense."""
        for _ in range(_MOST_ANSWERS):
            answer = self.ask(question)
            if answer is None:
                break
            try:
                return check(answer)
            except Mistyped as error:
                self.tell(Message.of(error))
        return None

    def need(self, question: Question[T], check: Callable[[T], T] | None = None) -> T:
        """`ask_checked`, for an answer without which the way does not lead on: else Failure."""
        answer = self.ask_checked(question, check) if check else self.ask(question)
        if answer is None:
            raise Failure(Reason.NOTHING_ENTERED)
        return answer

    def begin(self, step: str) -> None:
        """The machine goes on with this."""
        self._timeline.begin(step)

    @contextmanager
    def waiting(self, step: str) -> Generator[None]:
        """For people; then what was in hand goes on."""
        before = self._timeline.begin(step, Who.PEOPLE)
        try:
            yield
        finally:
            self._timeline.begin(*before)

    def note(self, step: str, **facts: Fact | None) -> None:
        """Keep a step in the journal. A fact that is None is unknown, and not kept."""
        self.note_each(step, [{name: f for name, f in facts.items() if f is not None}])

    def note_each(self, step: str, each: Sequence[Mapping[str, Fact]]) -> None:
        """Keep several steps of one kind in the journal, at once."""
        if self._entry and each:
            with self._kept():
                self._entry.steps(step, each)

    @property
    def can_hold(self) -> bool:
        """As far as is known: the journal has kept all so far."""
        return self._entry is not None and self.visit.is_kept

    def hold(self, items: FourItems, reason: str) -> bool:
        """Keep the person until the centre can be asked. False if that was not possible."""
        if not (self.place.journal and self._entry):
            return False
        if not (is_text(items.name) and is_text(items.address)):  # cut short by nobody
            return False
        with self._kept():
            self.place.journal.hold(
                self._entry.id,
                name=items.name,
                address=items.address,
                birth=items.birth,
                sex=items.sex,
                reason=reason,
            )
            return True
        return False

    def release(self) -> None:
        """The centre has answered: the person is held no more."""
        if self.visit.is_held and self.place.journal and self._entry:
            with self._kept():
                self.place.journal.release(self._entry.id)
                self.visit.is_held = False

    def end(self) -> None:
        """The visit is over, and kept as it ended."""
        try:
            if self._entry:
                with self._kept():
                    facts: dict[str, Fact] = {"is_test": True} if self.visit.is_test else {}
                    if self.visit.why:
                        facts["why"] = self.visit.why
                    self._entry.end(self.visit.outcome, **facts)
        finally:
            self.visit.spans = self._timeline.spans()

    @contextmanager
    def _kept(self) -> Generator[None]:
        """A patient goes on if the journal does not, and the staff are told, once."""
        try:
            yield
        except JournalError as error:
            was_kept, self.visit.is_kept = self.visit.is_kept, False
            if was_kept:
                self.tell(Message.of(error))
        except BaseException:  # a signal, in the middle of writing
            self.visit.is_kept = False
            raise
