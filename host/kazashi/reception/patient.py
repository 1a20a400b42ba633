"""One patient before the reader: the card taken up, whatever goes wrong told, every step kept.

A card that lies there is used for all ways that are tried; one that was lost is asked for again. A
chip that is not sensed is said to be just that.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import TypeVar

from kazashi.cards.certificate import Certificate
from kazashi.cards.jpki import PLAN, JpkiSession
from kazashi.cards.surface import FourItems, Surface
from kazashi.errors import (
    CardError,
    CardUnusable,
    LinkError,
    NoCard,
    NotAMyNumberCard,
    NotGenuine,
    PinRequired,
    ReaderError,
    ReaderFault,
    SeveralCards,
)
from kazashi.reader import Card, Reader
from kazashi.reception.anchors import Anchors
from kazashi.reception.desk import Desk, Question
from kazashi.reception.eligibility import Identified
from kazashi.reception.journal import Entry, Fact, Journal, JournalError
from kazashi.reception.journal.facts import is_text
from kazashi.reception.profiles import Profile, Token, Way
from kazashi.reception.texts import Text, text_of
from kazashi.reception.validity import Validity, japan_today, validity
from kazashi.reception.visit import Outcome, Proof, Timeline, Visit, Who

T = TypeVar("T")

_TAPS = 3  # that may fail, until something else is offered
_LOOK_S = 0.5


_PLACE = {
    Token.CARD: Text(
        "マイナンバーカードをリーダーに置いてください。", "Lay the My Number Card on the reader."
    ),
    Token.ANDROID: Text(
        "スマートフォンをリーダーにかざし、そのままお待ちください。",
        "Hold the phone on the reader, and keep it there.",
    ),
    Token.IPHONE: Text(
        "iPhoneのサイドボタンを二回押し、顔か指紋で認証してから、リーダーにかざしてください。",
        "Press the iPhone's side button twice, confirm with face or finger, hold it on the reader.",
    ),
}
_NOT_SENSED = Text(
    "カードのICチップを検知できません。ケースから出し、リーダーの中央に平らに置いてください。",
    "No chip was sensed: take the card out of its case, lay it flat on the middle of the reader.",
)
_UNREADABLE = Text(
    "カードを読み取れませんでした。係の者がご案内します。",
    "The card cannot be read. Staff will help.",
)
_NOT_A_MY_NUMBER_CARD = Text(
    "マイナンバーカードではないカードが置かれています。係の者がご案内します。",
    "What lies there is no My Number Card. Staff will help.",
)
_READER_BROKEN = Text(
    "カードリーダーが使えません。係の者をお呼びください。",
    "The card reader does not work. Please call the staff.",
)
_IN_THE_END = {
    Outcome.NO_CARD: _NOT_SENSED,
    Outcome.NOT_A_MY_NUMBER_CARD: _NOT_A_MY_NUMBER_CARD,
    Outcome.READER_FAILED: _READER_BROKEN,
}
_READER_BACK = Text(
    "カードリーダーを再接続しました。カードをもう一度置いてください。",
    "The reader was connected again: lay the card down once more.",
)
_PRESENTED = {
    Token.CARD: Text("これはマイナンバーカードです。", "This is a My Number Card."),
    Token.ANDROID: Text("これはAndroidスマートフォンです。", "This is an Android phone."),
    Token.IPHONE: Text("これはiPhoneです。", "This is an iPhone."),
}


class WayFailed(Exception):
    """This way does not lead on; another may. `reason`: what the patient is told."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


class TokenFailed(WayFailed):
    """Nothing that is done with this kind of token leads on. `outcome`: where nothing else does."""

    def __init__(self, token: Token, outcome: Outcome, reason: Text) -> None:
        super().__init__(reason)
        self.token, self.outcome = token, outcome


class WrongToken(CardError):
    """Another kind of token was presented, for which the profile has no way."""

    def __init__(self, found: Text, wanted: Text) -> None:
        self.text = Text(found.ja + wanted.ja, f"{found.en} {wanted.en}")
        super().__init__(self.text.en)


class Refused(Exception):
    """The visit ends here. `reason`: what the patient is told."""

    def __init__(self, outcome: Outcome, reason: Text) -> None:
        super().__init__(reason.en)
        self.outcome, self.reason = outcome, reason


@dataclass
class Tap:
    """What lies on the reader. `certificate`: None where the PIN comes first."""

    card: Card
    jpki: JpkiSession
    token: Token
    certificate: Certificate | None


class Patient:
    """Everything about one visit, let go with it."""

    def __init__(
        self,
        visit: Visit,
        desk: Desk,
        reader: Reader,
        profile: Profile,
        anchors: Anchors,
        journal: Journal,
        now: Callable[[], datetime],
        timeout_s: float,
        timeline: Timeline,
    ) -> None:
        self.visit = visit
        self.profile = profile
        self.anchors = anchors
        self.now = now
        self.has_pin = True  # as far as is known of the card on the reader
        self.has_photo = True
        self.certificate: Certificate | None = None  # that was accepted
        self.surface: Surface | None = None  # of the card on the reader, where it was read
        self._desk = desk
        self._reader = reader
        self._journal = journal
        self._timeout_s = timeout_s
        self._timeline = timeline
        self._tap: Tap | None = None
        self._entry: Entry | None = None
        with self._kept():
            self._entry = journal.begin(profile.name, reader.info.serial)

    def begin(self, step: str) -> None:
        """The machine goes on with this."""
        self._timeline.begin(step)

    def note(self, step: str, **facts: Fact) -> None:
        """Keep a step in the journal."""
        if self._entry:
            with self._kept():
                self._entry.step(step, **facts)

    def note_each(self, step: str, each: Sequence[Mapping[str, Fact]]) -> None:
        """Keep several steps of one kind in the journal, at once."""
        if self._entry and each:
            with self._kept():
                self._entry.steps(step, each)

    def hold(self, items: FourItems, reason: str) -> bool:
        """Keep the person until the centre can be asked. False where that was not possible."""
        if not (self._entry and is_text(items.name) and is_text(items.address)):
            return False
        with self._kept():
            self._journal.hold(
                self._entry.id,
                name=items.name,
                address=items.address,
                birth=items.birth,
                sex=items.sex,
                reason=reason,
            )
            return True
        return False

    def end(self) -> None:
        """The visit is over: the field goes off, nothing of it is kept here."""
        self.begin("end")
        self.forget_card()
        with suppress(ReaderError):  # where the reader is gone, its field is off or off in seconds
            self._reader.rest()
        visit = self.visit
        visit.spans = self._timeline.spans()
        if self._entry:
            with self._kept():
                self._entry.end(visit.outcome)

    def tell(self, text: Text) -> None:
        self._desk.tell(text)

    def ask(self, question: Question[T]) -> T | None:
        """Ask; the time until the answer is the people's."""
        before = self._timeline.begin(question.name, Who.PEOPLE)
        try:
            return self._desk.ask(question)
        finally:
            self._timeline.begin(*before)

    @property
    def card(self) -> Card | None:
        """The card on the reader, as far as is known."""
        return self._tap.card if self._tap and not self._tap.card.is_over else None

    def tap(self, wanted: Token) -> Tap:
        """What lies on the reader; where nothing does, it is asked for.

        Raises:
            WayFailed: it is another kind of token than `wanted`, and there is a way for that.
            WrongToken: there is none.
            CardError: it could not be read.
        """
        if self.card is None or self._tap is None:
            self._tap = self._take_up(wanted)
        else:  # the way before may have selected another application
            self._tap.jpki = JpkiSession(self._tap.card)
        self.visit.token = token = self._tap.token
        if token is not wanted:
            self.note("another token", token=token)
            if set(token.ways) & set(self.profile.ways):
                raise WayFailed(_PRESENTED[token])
            raise WrongToken(_PRESENTED[token], _PLACE[wanted])
        return self._tap

    def accept(self, certificate: Certificate, token: Token) -> None:
        """Whether it was issued by an authority that we know, and may be used today.

        Raises:
            Refused: it was not, or may not.
        """
        visit = self.visit
        visit.certificate_sha256 = certificate.sha256
        try:
            visit.is_test = self.anchors.trusts(certificate).is_test
        except NotGenuine as error:
            self.note("certificate", certificate_sha256=certificate.sha256, error="unknown issuer")
            raise Refused(Outcome.UNKNOWN_ISSUER, text_of(error)) from error
        today = japan_today(self.now())
        visit.validity = validity(certificate, today, is_phone=token.is_phone)
        self.note(
            "certificate",
            certificate_sha256=certificate.sha256,
            token=token,
            validity=visit.validity,
            is_test=visit.is_test,
        )
        if not visit.validity.allows_check_in:
            raise Refused(Outcome.UNUSABLE_CERTIFICATE, visit.validity.text)
        if visit.validity is not Validity.NORMAL:
            self.tell(visit.validity.text)
        self.certificate = certificate

    def try_way(self, way: Way, run: Callable[[], None]) -> None:
        """Run a way; where the card is lost, or the reader, from the start, a few times.

        Raises:
            WayFailed, Refused: as `run` does.
            TokenFailed: the card could not be read again and again.
            LinkError: the reader is gone, and did not come back.
        """
        outcome = Outcome.UNREADABLE
        for _ in range(_TAPS):
            try:
                run()
                return
            except LinkError as error:
                self._fail(way, error)
                self._reader.reconnect()
                self.tell(_READER_BACK)
                outcome = Outcome.READER_FAILED
            except (CardError, ReaderFault) as error:
                self._fail(way, error)
                outcome = _outcome_of(error)
                if outcome is Outcome.NO_CARD:
                    self.tell(_NOT_SENSED)
                else:
                    self.tell(error.text if isinstance(error, WrongToken) else text_of(error))
                    self._await_removal(error)
        raise TokenFailed(_token_of(way), outcome, _IN_THE_END.get(outcome, _UNREADABLE))

    def identified(self, way: Way) -> Identified:
        """Who it is, for the centre."""
        visit = self.visit
        if self.certificate is None or visit.validity is None:
            raise ValueError("no certificate was accepted: this way has found nobody")
        der = self.certificate.der
        return Identified(der, way, visit.validity, visit.challenge, visit.signature)

    def present_card(self) -> Card:
        """The card on the reader.

        Raises:
            NoCard: there is none.
        """
        if self.card is None:
            raise NoCard
        return self.card

    def forget_card(self) -> None:
        """Nothing of it is used again."""
        self._tap = self.surface = None
        self.has_pin = self.has_photo = True

    @contextmanager
    def _kept(self) -> Generator[None]:
        """A patient goes on where the journal does not, and the staff are told, once."""
        try:
            yield
        except JournalError as error:
            if self.visit.is_kept:
                self.tell(text_of(error))
            self.visit.is_kept = False

    def _fail(self, way: Way, error: ReaderError) -> None:
        self.forget_card()
        self.note("failure", way=way, error=type(error).__name__)

    def _await_removal(self, error: ReaderError) -> None:
        """Until what cannot be used is taken away: it would be found again at once."""
        before = self._timeline.begin("removal", Who.PEOPLE)
        if isinstance(error, CardUnusable | SeveralCards):
            self._look_until_gone()
        else:
            self._reader.wait_for_removal(self._timeout_s)
        self._timeline.begin(*before)

    def _look_until_gone(self) -> None:
        deadline = monotonic() + self._timeout_s
        while monotonic() < deadline:
            try:
                self._reader.wait_for_card(_LOOK_S)
            except (CardUnusable, SeveralCards):
                continue
            except CardError:
                pass
            return

    def _take_up(self, wanted: Token) -> Tap:
        """Maybe another card: what the one before has proved is not proved of this one."""
        self.forget_card()
        self.certificate = None
        self.visit.proof, self.visit.signature = Proof.NONE, b""
        self.tell(_PLACE[wanted])
        return self._read(self._await_card())

    def _await_card(self) -> Card:
        before = self._timeline.begin("card", Who.PEOPLE)
        try:
            return self._reader.wait_for_card(self._timeout_s, plan=PLAN)
        finally:
            self._timeline.begin(*before)

    def _read(self, card: Card) -> Tap:
        """The reader reads by itself as the card is found: here that is picked up."""
        self._timeline.begin("certificate")
        jpki = JpkiSession(card)
        certificate = None
        try:
            certificate = Certificate.parse(jpki.authentication_certificate())
        except PinRequired:
            pass  # a phone that wants its PIN first
        return Tap(card, jpki, Token.of_label(jpki.token_label()), certificate)


def _token_of(way: Way) -> Token:
    return next(token for token in Token if way in token.ways)


def _outcome_of(error: ReaderError) -> Outcome:
    """Of a visit that can go no further after this."""
    match error:
        case NoCard() if error.waited_s is not None:
            return Outcome.NO_CARD
        case NotAMyNumberCard() | CardUnusable():
            return Outcome.NOT_A_MY_NUMBER_CARD
        case ReaderFault():
            return Outcome.READER_FAILED
        case _:
            return Outcome.UNREADABLE
