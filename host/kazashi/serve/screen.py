"""What a desk shows at a moment: all that its screens and programs follow."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from time import monotonic
from typing import Any

from kazashi.errors import KazashiError
from kazashi.reception.people import (
    AskCertificate,
    AskConsents,
    AskFallback,
    AskFourItems,
    AskFrame,
    AskFront,
    AskItemsPin,
    AskPasscode,
    AskPin,
    AskPrescription,
    AskRegistration,
    AskStaff,
    AskSubsidies,
    AskToken,
    AskTurn,
    Question,
)
from kazashi.reception.rules import Group
from kazashi.reception.texts import Message
from kazashi.reception.visit import Outcome, Reason
from kazashi.serve.questions import question_to_json
from kazashi.words import screen_key

OF_STAFF = (AskPasscode, AskStaff, AskFourItems, AskFallback, AskCertificate)
OF_PATIENT = (  # PINs, pictures and consents: no member of the staff answers them
    *(AskPin, AskItemsPin, AskFront, AskFrame, AskTurn),
    *(AskRegistration, AskConsents, AskSubsidies, AskPrescription),
)
_SHARING = (AskRegistration, AskConsents, AskSubsidies, AskPrescription)


class Step(StrEnum):
    """Where a desk stands."""

    OPENING = "opening"  # its reader was not open yet since the service began
    UNASSIGNED = "unassigned"  # it is not known which reader it has
    OUT_OF_ORDER = "out_of_order"  # its reader does not answer
    IDLE = "idle"  # the next patient may come
    WORKING = "working"  # the machine does something
    PLACE = "place"  # the card or phone is to be laid down
    READ = "read"  # it lies there, and is read
    ASKED = "asked"  # a person is to answer `question`
    ENDED = "ended"  # the card is to be taken
    STOPPED = "stopped"  # by the patient, the staff, or time


class Stage(IntEnum):
    """How far a visit has come; those before it are done."""

    NONE = 0  # no patient is there
    CHOOSE = 1  # card or phone
    LAY = 2
    IDENTIFY = 3
    SHARE = 4
    DONE = 5


class Who(StrEnum):
    """Who acts next."""

    MACHINE = "machine"
    PATIENT = "patient"
    STAFF = "staff"


@dataclass(frozen=True)
class Call:
    """The patient, or the desk itself, has called the staff. `by`: who has taken it."""

    since: datetime
    by: str = ""


@dataclass(frozen=True)
class SoFar:
    """How far the patient has come in a question of several screens.

    `steps`: those seen, the last is shown. `agreed`: the consents given or refused up to now.
    """

    steps: tuple[str, ...]
    agreed: Mapping[Group, bool] = field(default_factory=dict[Group, bool])

    def to_json(self) -> dict[str, object]:
        return {"steps": self.steps, "agreed": self.agreed}


@dataclass(frozen=True)
class Screen:
    """`number`: of the question, an answer names it. `notices`: told since the last answer.

    `deadline`: of `clock`; `is_warned`: the patient is asked for a sign of life until
    then. `place`: what is to be laid down. `fault`: of the reader. `is_left`: the card lies there
    still. `lost_since`: a visit's patient screen is gone; until one is back. `reminders`: how often
    the staff had the screen call out in this visit. `so_far`: for the patient screen alone, no
    event has it. `has_table`: cards are laid by program, on a simulated reader.
    """

    desk: str
    name: str
    since: datetime
    id: int = 0
    visit: int = 0  # counted since the start of the service
    step: Step = Step.OPENING
    stage: Stage = Stage.NONE
    question: Question[Any] | None = None
    number: int = 0
    so_far: SoFar | None = None
    notices: tuple[Message, ...] = ()
    place: str = ""
    deadline: float | None = None
    is_warned: bool = False
    call: Call | None = None
    language: str = "ja"
    fault: KazashiError | None = None
    outcome: Outcome | None = None
    why: Reason | None = None
    is_left: bool = False
    lost_since: datetime | None = None
    reminders: int = 0
    is_test: bool = False
    has_table: bool = False
    clock: Callable[[], float] = field(default=monotonic, repr=False, compare=False)

    @property
    def who(self) -> Who:
        """Who acts next."""
        if self.call or self.is_left or self.lost_since or isinstance(self.question, OF_STAFF):
            return Who.STAFF
        match self.step:
            case Step.UNASSIGNED | Step.OUT_OF_ORDER:
                return Who.STAFF
            case Step.ASKED | Step.PLACE | Step.ENDED | Step.STOPPED:
                return Who.PATIENT
            case _:
                return Who.MACHINE

    @property
    def must_staff_act(self) -> bool:
        return self.who is Who.STAFF

    @property
    def seconds_left(self) -> int | None:
        """Until the patient is asked for a sign of life, or the visit stops."""
        return None if self.deadline is None else max(0, round(self.deadline - self.clock()))

    def to_json(self) -> dict[str, object]:
        lost = self.lost_since and self.lost_since.isoformat()
        call = self.call and {"since": self.call.since.isoformat(), "by": self.call.by or None}
        return {
            "desk": self.desk,
            "name": self.name,
            "id": self.id,
            "visit": self.visit,
            "step": self.step,
            "who": self.who,
            "since": self.since.isoformat(),
            "question": self.question
            and {"number": self.number, **question_to_json(self.question)},
            "notices": [message_to_json(each) for each in self.notices],
            "place": self.place or None,
            "seconds_left": self.seconds_left,
            "is_warned": self.is_warned,
            "call": call,
            "language": self.language,
            "fault": self.fault and screen_key(self.fault),
            "outcome": self.outcome,
            "why": self.why,
            "is_left": self.is_left,
            "lost_since": lost,
            "is_test": self.is_test,
            "has_table": self.has_table,
        }


def stage_of(step: Step, question: Question[Any] | None) -> Stage | None:
    """The stage that begins there; None: none does."""
    match step:
        case Step.OPENING | Step.UNASSIGNED | Step.OUT_OF_ORDER | Step.IDLE | Step.STOPPED:
            return Stage.NONE
        case Step.PLACE:
            return Stage.LAY
        case Step.ENDED:
            return Stage.DONE
        case Step.WORKING | Step.READ:
            return None
        case Step.ASKED if isinstance(question, AskToken):
            return Stage.CHOOSE
        case Step.ASKED:
            return Stage.SHARE if isinstance(question, _SHARING) else Stage.IDENTIFY


def message_to_json(message: Message) -> dict[str, object]:
    return {
        "key": message.key,
        "values": {name: _plain(value) for name, value in message.values.items()},
    }


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | float | bool | None) else str(value)
