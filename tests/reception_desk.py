"""A reception in which all is real but reader, card and people: the firmware's own files run."""

from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from time import monotonic

import faces
from kazashi.cards.certificate import Certificate
from kazashi.cards.cv_certificate import CvAnchor
from kazashi.errors import NoCard
from kazashi.limits import Limits
from kazashi.reader import Reader
from kazashi.reception.anchors import Anchors
from kazashi.reception.checkin import Reception
from kazashi.reception.face.matching import FaceNotAvailable, FaceNotConfigured
from kazashi.reception.journal import Journal
from kazashi.reception.passcode import Passcode
from kazashi.reception.people import (
    Answers,
    AskCodeB,
    AskConsents,
    AskFront,
    AskItemsPin,
    AskPasscode,
    AskPin,
    AskPrescription,
    AskStaff,
    AskToken,
    AskWay,
    SightReason,
    StaffCheck,
)
from kazashi.reception.profiles import PROFILES, Profile
from kazashi.reception.rules import CodeB, Prescription, Token
from kazashi.sim.application import Data, Pin
from kazashi.sim.authority import shared_authority
from kazashi.sim.card import MyNumberCard
from kazashi.sim.options import CARDS, Options
from kazashi.sim.pico import SimulatedPico
from kazashi.testing.centre import SimulatedCentre
from kazashi.testing.component import SimulatedComponent
from kazashi.testing.passcode import TEST_PASSCODE
from kazashi.words import Language
from site_waits import LIMIT_S

PIN, WRONG_PIN = "1234", "9999"
PERSON, SOMEBODY_ELSE = 1, 2  # of faces.py; the first is on every photo of a card
SPEED = 20  # of simulated time
_ISSUER = shared_authority()
_CV_KEYS = [CvAnchor(*key) for key in _ISSUER.cv_anchors]
ANCHORS = Anchors.of([_ISSUER.certificate], _CV_KEYS, is_test=True)
WITHOUT_FACES = FaceNotAvailable((FaceNotConfigured(),))
PASSCODE = Passcode(TEST_PASSCODE)
ENTERED = (AskPin, AskItemsPin, AskCodeB, AskFront)
ASKED = ""  # no way to begin with: people choose
NO_CENTRE = False
USUAL = object()
VERIFY = 0x20


class UnhurriedReader(Reader):
    """Waits for the firmware, a process in real time which a busy machine keeps from its work: what
    lies there is found in the end.
    """

    def __init__(self, board):
        super().__init__(lambda: board.connect(), Limits(answer_s=LIMIT_S, late_s=LIMIT_S))
        self._air = board.simulated.air

    def wait_for_card(self, timeout_s=LIMIT_S, **options):
        end = monotonic() + LIMIT_S
        while True:
            try:
                return super().wait_for_card(timeout_s, **options)
            except NoCard:
                if not self._air.cards or not timeout_s or monotonic() > end:
                    raise


class Board:
    """A simulated reader, plugged in."""

    def __init__(self, **options):
        self.simulated = SimulatedPico(Options(card="none", speed=SPEED, tap=0.0, **options))
        self.connect = self.simulated.connect
        self.reader = UnhurriedReader(self)


class People(Answers):
    """Patient and staff. `reacts`: what they do when they are told something, by a part of it."""

    def __init__(self, answers, reacts):
        super().__init__(answers)
        self._reacts = reacts
        self.told, self.asked, self.messages = [], [], []

    def ask(self, question):
        self.asked.append(question)
        if isinstance(question, AskWay | AskToken) and question.reason:
            self.tell(question.reason)
        return super().ask(question)

    def tell(self, message):
        for language in Language:
            assert message.text(language)
        self.messages.append(message)
        text = message.text(Language.ENGLISH)
        self.told.append(text)
        for part, react in self._reacts.items():
            if part in text:
                react()

    def heard(self, part):
        return any(part in text for text in self.told)

    def questions(self, kind):
        return [question for question in self.asked if type(question) is kind]


class Listening(SimulatedCentre):
    """Keeps what it was asked: people, and what they answered."""

    def __post_init__(self):
        super().__post_init__()
        self.asked, self.completions = [], []

    def identify(self, reference, who):
        self.asked.append(who)
        return super().identify(reference, who)

    def complete(self, completion):
        self.completions.append(completion)
        return super().complete(completion)


class Counter:
    """The reader on a counter, what lies on it, and the journal below. `people` are the last."""

    def __init__(self, board, path):
        self.simulated, self.reader, self.board = board.simulated, board.reader, board
        self.air = board.simulated.air
        self.journal = Journal(path)
        self.path = path
        self.card = None
        self.take_away()

    def take_away(self):
        self.air.disturb = lambda *_: None
        self.air.clear()

    def lay(self, kind="mynumber", **options):
        """Lay a card down, as good as new, instead of what lay there; it is on `card` then."""
        self.take_away()
        piccs = _issued(kind, **options)
        self.card = _application(piccs[0]) if piccs else None
        for picc in piccs:
            _renew(picc)
        self.simulated.cards = piccs
        self.lay_again()
        return self.card

    def lay_again(self):
        self.take_away()
        self.simulated.lay_down()

    def expect(self, answers=None, reacts=None):
        """Those who come next."""
        self.people = People(self._usual() | (answers or {}), reacts or {})
        return self.people

    def check_in(self, way, answers=None, *, token=None, reacts=None, challenge=b"", **setting):
        """One visit; afterwards, whatever happened in it, the reader has kept its manners."""
        if isinstance(way, Token):  # a phone has one way
            way, token = ASKED, way
        self.expect(answers, reacts)
        for picc in self.simulated.cards:
            commands_of(_application(picc)).clear()
        reception = self.reception(**setting)
        if way is None:
            visit = reception.check_in_without_card(self.people)
        else:
            visit = reception.check_in(self.people, way or None, token, challenge)
        assert not self.air.is_on
        assert visit.spans
        self._expect_manners()
        return visit

    def reception(
        self,
        *,
        profile="desk",
        anchors=ANCHORS,
        centre=None,
        faces=WITHOUT_FACES,
        component=USUAL,
        passcode=PASSCODE,
        photo_from_chip=False,
        code_b=CodeB.AT_READER,
        front=None,
        accepts=(),
        asks_about=(),
        persons=None,
        numbers=None,
        results=None,
        now=lambda: datetime.now(UTC),
        timeout_s=5.0,
    ):
        return Reception(
            self.reader,
            profile if isinstance(profile, Profile) else PROFILES[profile],
            anchors,
            SimulatedCentre() if centre is None else centre or None,
            self.journal,
            faces=faces,
            component=SimulatedComponent() if component is USUAL else component,
            passcode=passcode,
            photo_from_chip=photo_from_chip,
            code_b=code_b,
            front=front,
            accepts=frozenset(accepts),
            asks_about=frozenset(asks_about),
            persons=persons,
            numbers=numbers,
            results=results,
            now=now,
            timeout_s=timeout_s,
        )

    def steps(self, name):
        """The facts of each step of this name, of the last visit."""
        *_, visit = self.journal.visits()
        return [step.facts for step in visit.steps if step.name == name]

    def certificate(self):
        person = self.card.person
        return Certificate.parse(person.certificate)

    def _usual(self):
        """What people answer that want to check in."""
        return {
            AskPin: PIN,
            AskItemsPin: PIN,
            AskCodeB: lambda _: self.card.person.code_b,
            AskConsents: lambda question: question.groups,
            AskPrescription: Prescription.PAPER,
            AskPasscode: "0000",
            AskStaff: StaffCheck("佐藤", SightReason.FORGOTTEN_PIN, is_same=True),
            AskToken: lambda question: None if question.reason else question.tokens[0],
        }

    def _expect_manners(self):
        """No My Number was read; what was entered was sent once at most, after the tries left."""
        for picc in self.simulated.cards:
            application = _application(picc)
            if isinstance(application, MyNumberCard):
                assert application.my_number_reads == 0
            for before, command in pairwise(commands_of(application)):
                if is_verify(command):
                    assert before == command[:4]
        entered = [q for q in self.people.asked if isinstance(q, ENTERED)]
        assert len(self.verifies()) <= len(entered)

    def verifies(self):
        """What was shown to the card on `card`, in order."""
        return [command[5:] for command in commands_of(self.card) if is_verify(command)]


def commands_of(application):
    """What a card was told in this visit. A tag has no application, and is told nothing."""
    return application.commands if application else []


def is_verify(command):
    return command[1] == VERIFY and len(command) > 4


def in_turn(*answers):
    """One answer after the other, then none."""
    left = list(answers)
    return lambda _question: left.pop(0) if left else None


def frame(person=PERSON, **looks):
    return faces.frame(person, **looks)


@cache
def _issued(kind, **options):
    """A card for all tests, as its keys take time; it counts what it is told."""
    piccs = CARDS[kind](Options(card=kind, **options))
    for picc in piccs:
        application = _application(picc)
        if application is None:
            continue
        if isinstance(application, MyNumberCard) and application.person.photo:
            application.person.photo = faces.photo(PERSON)
        application.commands = []
        application.left = {pin: pin.left for pin in pins_of(application)}
        application.transmit = _recording(application)
    return piccs


def _recording(application):
    transmit = application.transmit

    def record(apdu):
        application.commands.append(apdu)
        return transmit(apdu)

    return record


def _renew(picc):
    """As it was issued."""
    application = _application(picc)
    if application is None:
        return
    application.commands.clear()
    for pin, left in application.left.items():
        pin.left = left
    for each in _applications(application):
        for entry in vars(each).get("files", {}).values():
            if isinstance(entry, Data):
                entry.reads = 0


def _application(picc):
    return picc.blocks.application if picc.blocks else None


def _applications(application):
    if isinstance(application, MyNumberCard):
        return application.jpki, application.face, application.text
    return (application,)


def pins_of(application):
    """All PINs and codes on a card."""
    applications = _applications(application)
    return [v for each in applications for v in vars(each).values() if isinstance(v, Pin)]
