"""What the staff see of each desk, and where they must act now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kazashi.reception.fallback import Basis
from kazashi.reception.numbers.patient import FoundPatient
from kazashi.reception.people import (
    AskCertificate,
    AskCodeB,
    AskFallback,
    AskFourItems,
    AskLastTry,
    AskPasscode,
    AskStaff,
    AskToken,
    AskWay,
)
from kazashi.serve.desk import Desk
from kazashi.serve.screen import OF_STAFF, Screen, Step

HELPED = (AskToken, AskWay, AskLastTry, AskCodeB)  # what the staff may answer for the patient
_AFTER = (Step.ENDED, Step.IDLE)
_IN_VISIT = (Step.WORKING, Step.PLACE, Step.READ, Step.ASKED)


class Due(StrEnum):
    """Why the staff must act."""

    VISUAL = "visual"
    FALLBACK = "fallback"
    CERTIFICATE = "certificate"
    FOUR_ITEMS = "four-items"
    CALLED = "called"
    COMING = "coming"  # one of them has taken the call
    LOST = "lost"  # the patient's screen
    LEFT = "left"  # a card
    FAULT = "fault"  # of the reader
    UNASSIGNED = "unassigned"


class Colour(StrEnum):
    """Of a tag, each with its icon and words."""

    INFO = "info"
    OK = "ok"
    WARN = "warn"
    ATTN = "attn"


_QUESTIONS = {
    AskPasscode: Due.VISUAL,
    AskStaff: Due.VISUAL,
    AskFallback: Due.FALLBACK,
    AskCertificate: Due.CERTIFICATE,
    AskFourItems: Due.FOUR_ITEMS,
}
_STEPS = {Step.OUT_OF_ORDER: Due.FAULT, Step.UNASSIGNED: Due.UNASSIGNED}
_TAGS = {
    Step.OPENING: (Colour.WARN, "opening"),
    Step.IDLE: (Colour.OK, "idle"),
    Step.ENDED: (Colour.OK, "ended"),
    Step.STOPPED: (Colour.WARN, "stopped"),
}


@dataclass(frozen=True)
class DeskView:
    """What the staff see of a desk.

    `basis`: where the fall-backs of its last visit have led; `number`: of that in the journal;
    `patient`: by the clinic's own numbers.
    """

    screen: Screen
    basis: Basis | None = None
    number: int | None = None
    patient: FoundPatient | None = None

    @property
    def due(self) -> Due | None:
        """None: the staff have nothing to do there."""
        screen = self.screen
        if screen.question is not None and isinstance(screen.question, OF_STAFF):
            return _QUESTIONS[type(screen.question)]
        if screen.call:
            return Due.COMING if screen.call.by else Due.CALLED
        if screen.lost_since:
            return Due.LOST
        if screen.is_left:
            return Due.LEFT
        return _STEPS.get(screen.step)

    @property
    def since(self) -> datetime:
        """When it began: the call, the loss of the screen, or what the desk shows."""
        screen = self.screen
        if self.due in (Due.CALLED, Due.COMING) and screen.call:
            return screen.call.since
        if self.due is Due.LOST and screen.lost_since:
            return screen.lost_since
        return screen.since

    @property
    def tag(self) -> tuple[Colour, str]:
        """Colour, and the key of its words after `staff.tag.`."""
        if due := self.due:
            return Colour.ATTN, due
        return _TAGS.get(self.screen.step, (Colour.INFO, "under-way"))

    @property
    def sees(self) -> str:
        """What stands on the patient's screen: a key after `staff.sees.`."""
        screen = self.screen
        if screen.lost_since:
            return "lost"
        if screen.call:
            return "staff"
        if screen.question is not None:
            name = screen.question.name.replace(" ", "-")
            return "staff" if isinstance(screen.question, OF_STAFF) else name
        return screen.step.replace("_", "-")

    @property
    def who(self) -> str:
        """Who acts next: a key after `staff.who.`."""
        return "idle" if self.screen.step is Step.IDLE else self.screen.who

    @property
    def is_in_visit(self) -> bool:
        return self.screen.step in _IN_VISIT

    @property
    def can_begin(self) -> bool:
        """A patient without a card may begin."""
        return not self.is_in_visit

    @property
    def can_help(self) -> bool:
        """The patient is asked what the staff may answer for them."""
        return isinstance(self.screen.question, HELPED)


def view_of(desk: Desk) -> DeskView:
    """A desk as it is now."""
    screen, last = desk.display.screen, desk.last
    if last is None or screen.step not in _AFTER:
        return DeskView(screen)
    return DeskView(screen, last.fallback, last.number, last.patient)


def due_first(views: Iterable[DeskView]) -> list[DeskView]:
    """Where the staff must act, the longest wait first."""
    return sorted((view for view in views if view.due), key=lambda view: view.since)
