"""What the engine may ask and tell at a desk: each state of the two screens, made up.

A state is a function of the desk's display; it returns the answer of the question that it asks.
"""

from dataclasses import dataclass
from datetime import date
from threading import Event, Thread

from kazashi.cards.errors import PinBlocked, WrongPin
from kazashi.errors import CardGone, ReaderUnplugged, SeveralCards
from kazashi.reception.face.matching import FrameProblem
from kazashi.reception.face.presence import Turn
from kazashi.reception.fallback import Step as FallbackStep
from kazashi.reception.people import (
    AskCertificate,
    AskCodeB,
    AskConsents,
    AskFallback,
    AskFourItems,
    AskFrame,
    AskFront,
    AskItemsPin,
    AskLastTry,
    AskPasscode,
    AskPin,
    AskPrescription,
    AskRegistration,
    AskStaff,
    AskSubsidies,
    AskToken,
    AskTurn,
    AskWay,
)
from kazashi.reception.rules import Group, Token, Way
from kazashi.reception.texts import Message
from kazashi.reception.validity import Validity
from kazashi.reception.visit import Outcome, Reason
from kazashi.serve.display import Display
from kazashi.serve.screen import Step
from served_desks import LIMIT_S

DAY = date(2027, 2, 28)


def asks(question, *notices):
    """The notices, then the question."""

    def play(desk):
        for notice in notices:
            desk.tell(notice)
        return desk.ask(question)

    return play


def tells(*notices):
    def play(desk):
        for notice in notices:
            desk.tell(notice)

    return play


def shows(step, **changes):
    return lambda desk: desk.show(step, notices=(), **changes)


def ends(outcome, why=None):
    return shows(Step.ENDED, outcome=outcome, why=why)


def _left_behind(desk):
    ends(Outcome.CHECKED_IN)(desk)
    desk.left_behind()


def _calls(desk):
    desk.call()
    return desk.ask(AskPin(3))


ALL = tuple(Token)
SUBSIDIES = ("子ども医療費受給者証", "障害者医療費受給者証")
WAYS = (Way.FACE, Way.PIN, Way.VISUAL)

PATIENT = {
    "p01-choose": Display.rest,
    "p01-neither": asks(AskToken(ALL, Reason.NO_TOKEN.message)),
    "p02-lay-card": tells(Message("place.card")),
    "p03-not-sensed": tells(Message("not-sensed.card"), Message("place.card")),
    "p03-card-gone": tells(Message.of(CardGone()), Message("place.card")),
    "p04-way": asks(AskWay(WAYS)),
    "p04-after-face": asks(AskWay((Way.PIN, Way.VISUAL), Reason.OTHER_FACE.message)),
    "p05-card-front": asks(AskCodeB()),
    "p05-camera": asks(AskFront()),
    "p06-face": asks(AskFrame()),
    "p06-too-dark": asks(AskFrame(), FrameProblem.TOO_DARK.message),
    "p06-turn": asks(AskTurn(Turn.LEFT)),
    "p07-pin": asks(AskPin(3)),
    "p07-items-pin": asks(AskItemsPin(3)),
    "p07-android": asks(AskPin(None, Token.ANDROID)),
    "p08-pin-wrong": asks(AskPin(2), Message.of(WrongPin(2))),
    "p09-last-try": asks(AskLastTry(), Message.of(WrongPin(1))),
    "p10-pin-locked": asks(AskWay((Way.FACE, Way.VISUAL), Message.of(PinBlocked()))),
    "p11-register": asks(AskRegistration()),
    "p12-consent-all": asks(AskConsents(tuple(Group))),
    "p15-pmh": asks(AskSubsidies(SUBSIDIES)),
    "p16-prescription": asks(AskPrescription()),
    "p17-grace": asks(
        AskConsents((Group.SPECIFIED_DISEASE,)),
        Validity.ELIGIBILITY_ONLY.notice(is_phone=False, until=DAY),
    ),
    "p17-ending": asks(
        AskConsents(tuple(Group)), Validity.ENDING.notice(is_phone=False, until=DAY)
    ),
    "p18-done": ends(Outcome.CHECKED_IN),
    "p18-test": shows(Step.ENDED, outcome=Outcome.CHECKED_IN, is_test=True),
    "p18-left": _left_behind,
    "p18-fell-back": ends(Outcome.FELL_BACK),
    "p18-none-found": ends(Outcome.NONE_FOUND, Reason.NOT_COVERED),
    "p19-phone": asks(AskToken((Token.ANDROID, Token.IPHONE))),
    "p20-phone-hold": tells(Message("place.iphone")),
    "p20-android-hold": tells(Message("place.android")),
    "p21-phone-on-card": asks(AskToken(ALL, Message("lies-there.iphone"))),
    "p22-several-cards": tells(Message.of(SeveralCards()), Message("place.card")),
    "p23-out-of-order": shows(Step.OUT_OF_ORDER, fault=ReaderUnplugged()),
    "p23-unassigned": shows(Step.UNASSIGNED),
    "p24-centre-down": ends(Outcome.HELD, Reason.CENTRE_DOWN),
    "p27-staff-coming": _calls,
    "p28-cancelled": shows(Step.STOPPED),
    "working": lambda desk: None,
}

STAFF = {
    "s02-passcode": asks(AskPasscode()),
    "s02-passcode-wrong": asks(AskPasscode(), Message("passcode.wrong")),
    "s02-visual": asks(AskStaff(b"")),
    "s03-fallback": asks(AskFallback(FallbackStep.CARD)),
    "s03-papers": asks(AskFallback(FallbackStep.CERTIFICATE, can_go_back=True)),
    "s03-numbers": asks(AskFallback(FallbackStep.NUMBERS)),
    "s04-certificate": asks(AskCertificate()),
    "s05-four-items": asks(AskFourItems(), Message("held-for-later")),
}


@dataclass
class _Played:
    thread: Thread
    answers: list


class Script:
    """Plays states at a desk, as its engine would: each in a thread, which waits for the answer."""

    def __init__(self, desk, events):
        self._shown = Event()
        self._events = events
        desk.display = self.display = Display(desk.display.screen, self._published)
        self._played = None

    def play(self, state):
        """Until the screen shows it."""
        self.end()
        self._shown.clear()
        self.display.begin()
        answers = []

        def run():
            answers.append(state(self.display))
            self._shown.set()

        self._played = _Played(Thread(target=run), answers)
        self._played.thread.start()
        assert self._shown.wait(LIMIT_S)

    def answer(self):
        """What the engine is answered. Waits for it."""
        self._played.thread.join(LIMIT_S)
        assert self.is_answered, "no answer has come"
        return self._played.answers[0]

    @property
    def is_answered(self):
        return bool(self._played.answers)

    def end(self):
        """Of the state that is shown nothing is left."""
        if self._played:
            self.display.show(Step.WORKING, is_test=False)
            self.display.stop()
            self.display.let_go()  # a call outlives its visit
            self.answer()

    def _published(self, screen):
        self._events.publish("screen", screen.desk, screen.to_json())
        if screen.step is Step.ASKED:
            self._shown.set()
