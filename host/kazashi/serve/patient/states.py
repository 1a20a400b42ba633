"""What the patient screen shows of a desk's Screen: one of its states, and what was told.

The numbers are those of the design. p13 and p14 are steps of p12 in the browser, p19 one of p01;
p08 is p07 with a notice; p17 is a notice that stands before the next question; p25 lies above any
state.
"""

from collections.abc import Mapping
from enum import StrEnum

from kazashi.reception.people import (
    AskCodeB,
    AskConsents,
    AskFrame,
    AskFront,
    AskItemsPin,
    AskLastTry,
    AskPin,
    AskPrescription,
    AskRegistration,
    AskSubsidies,
    AskToken,
    AskTurn,
    AskWay,
    leads_back,
)
from kazashi.reception.texts import Message
from kazashi.reception.visit import Outcome
from kazashi.serve.screen import OF_STAFF, Screen, Step
from kazashi.words.patient import is_for_patient


class State(StrEnum):
    """What one screen shows. The value names its template and begins the keys of its texts."""

    CHOOSE = "choose"  # p01, p19
    LAY = "lay"  # p02
    UNSENSED = "unsensed"  # p03
    WAY = "way"  # p04
    FRONT = "front"  # p05
    CODE_B = "code-b"  # p05, typed
    FACE = "face"  # p06
    PIN = "pin"  # p07, p08
    LAST_TRY = "last-try"  # p09
    BLOCKED = "blocked"  # p10
    REGISTRATION = "registration"  # p11
    CONSENTS = "consents"  # p12, p13, p14
    SUBSIDIES = "subsidies"  # p15
    PRESCRIPTION = "prescription"  # p16
    DONE = "done"  # p18
    HOLD = "hold"  # p20
    ANOTHER = "another"  # p21
    SEVERAL = "several"  # p22
    BROKEN = "broken"  # p23
    DOWN = "down"  # p24
    LANGUAGE = "language"  # p26
    STAFF = "staff"  # p27
    STOPPED = "stopped"  # p28
    WAITING = "waiting"


_OF_QUESTION: Mapping[type, State] = {
    AskToken: State.CHOOSE,
    AskWay: State.WAY,
    AskFront: State.FRONT,
    AskCodeB: State.CODE_B,
    AskFrame: State.FACE,
    AskTurn: State.FACE,
    AskPin: State.PIN,
    AskItemsPin: State.PIN,
    AskLastTry: State.LAST_TRY,
    AskRegistration: State.REGISTRATION,
    AskConsents: State.CONSENTS,
    AskSubsidies: State.SUBSIDIES,
    AskPrescription: State.PRESCRIPTION,
}
_HELD = (Outcome.HELD, Outcome.NOT_ANSWERED)
_PLACED = ("not-sensed.", "several-cards.")  # LAY says them in states of their own
_LIES_THERE = "lies-there."
_BLOCKED = ("pin-blocked.screen", "reason.pin-locked")
_WRONG_PIN = "wrong-pin."
_TELL_OF_DATES = ("ending", "eligibility-only")


def state_of(screen: Screen) -> State:
    """What the patient sees."""
    if screen.call:
        return State.STAFF
    match screen.step:
        case Step.UNASSIGNED | Step.OUT_OF_ORDER:
            return State.BROKEN
        case Step.IDLE:
            return State.CHOOSE
        case Step.OPENING | Step.WORKING | Step.READ:
            return State.WAITING
        case Step.PLACE:
            return _place(screen)
        case Step.ASKED:
            return _asked(screen)
        case Step.ENDED:
            return State.DOWN if screen.outcome in _HELD else State.DONE
        case Step.STOPPED:
            return State.STOPPED


def can_go_back(screen: Screen) -> bool:
    """Whether the question leads back to the choice before it."""
    return screen.question is not None and leads_back(screen.question) and screen.call is None


def is_wrong_pin(screen: Screen) -> bool:
    return any(each.key.startswith(_WRONG_PIN) for each in screen.notices)


def notice_on_dates(screen: Screen) -> Message | None:
    """That the certificate has ended, or ends soon; the visit goes on."""
    return next((each for each in screen.notices if _tells_of_dates(each)), None)


def told(screen: Screen) -> Message | None:
    """The last that the patient was told, unless the state says it itself."""
    for each in reversed(screen.notices):
        if each.key in _BLOCKED or each.key.startswith((*_PLACED, _LIES_THERE, _WRONG_PIN)):
            return None
        if is_for_patient(each.key) and not _tells_of_dates(each):
            return None if each.key.startswith("test") else each
    return None


def _place(screen: Screen) -> State:
    if screen.place != "card":
        return State.HOLD
    told = screen.notices[-1].key if screen.notices else ""
    if told.startswith("not-sensed."):
        return State.UNSENSED
    return State.SEVERAL if told.startswith("several-cards.") else State.LAY


def _asked(screen: Screen) -> State:
    question = screen.question
    if isinstance(question, OF_STAFF):
        is_held = any(each.key == "held-for-later" for each in screen.notices)
        return State.DOWN if is_held else State.STAFF
    reason = getattr(question, "reason", None)
    key = reason.key if isinstance(reason, Message) else ""
    if isinstance(question, AskWay) and key in _BLOCKED:
        return State.BLOCKED
    if isinstance(question, AskToken) and key.startswith(_LIES_THERE):
        return State.ANOTHER
    return _OF_QUESTION[type(question)] if question else State.WAITING


def _tells_of_dates(message: Message) -> bool:
    kind, _, what = message.key.partition(".")
    return kind in ("validity-card", "validity-phone") and what in _TELL_OF_DATES
