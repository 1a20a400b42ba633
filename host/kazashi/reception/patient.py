"""One patient before the reader: the card taken up, and again where it was lost.

A card that lies there is used for all ways that are tried. A chip that is not sensed is said to be
just that, and what is no My Number Card, too.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Event
from time import monotonic
from typing import TypeVar

from kazashi.card import Card
from kazashi.cards.certificate import Certificate
from kazashi.cards.errors import (
    CardStatus,
    Doubt,
    MalformedFile,
    NoCertificate,
    NotAMyNumberCard,
    NotGenuine,
    PinRequired,
    SurfaceAbsent,
)
from kazashi.cards.jpki import PLAN, JpkiSession
from kazashi.cards.surface import Surface
from kazashi.errors import (
    Cancelled,
    CardError,
    CardGarbled,
    CardGone,
    CardProtocolBroken,
    CardUnusable,
    LinkError,
    NoCard,
    NoReader,
    ProtocolError,
    ReaderError,
    ReaderFault,
    ReadInterrupted,
    SeveralCards,
)
from kazashi.reader import Reader
from kazashi.reception.course import Course
from kazashi.reception.desk import Desk, Question
from kazashi.reception.eligibility import Identified
from kazashi.reception.failures import AnotherToken, Refused, TokenFailed, WayFailed, WrongToken
from kazashi.reception.keeper import looked_after
from kazashi.reception.place import Place
from kazashi.reception.profiles import Token, Way
from kazashi.reception.texts import Text, text_in_both, text_of
from kazashi.reception.validity import Validity, japan_today, validity
from kazashi.reception.visit import Outcome, Proof, Visit

T = TypeVar("T")

_TAPS = 3  # that may fail, until something else is offered
_REMOVAL_S, _LOOK_S = 5.0, 0.5  # how long what cannot be used may lie there; a look at it
_SETTLE_S = 1.0  # a card that loses contact again and again
_LOST = (CardGone, CardGarbled, CardProtocolBroken, ReadInterrupted)
_NOT_FOR_THIS_WAY = (CardStatus, MalformedFile, SurfaceAbsent)  # laying it down again is no help

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
_PHONE_NOT_SENSED = Text(
    "スマートフォンを検知できません。ケースから出し、リーダーの中央にかざしてください。",
    "No phone was sensed: take it out of its case, hold it on the middle of the reader.",
)
_UNREADABLE = Text(
    "カードを読み取れませんでした。係の者がご案内します。",
    "The card cannot be read. Staff will help.",
)
_NOT_A_MY_NUMBER_CARD = Text(
    "マイナンバーカードではないカードが置かれています。係の者がご案内します。",
    "What lies there is no My Number Card. Staff will help.",
)
_SEVERAL_CARDS = Text(
    "カードが二枚以上置かれています。係の者がご案内します。",
    "Several cards lie there. Staff will help.",
)
_WRONG_TOKEN = Text(
    "この受付では使えないものが置かれています。係の者がご案内します。",
    "What lies there is of no use here. Staff will help.",
)
_READER_BROKEN = Text(
    "カードリーダーが使えません。係の者をお呼びください。",
    "The card reader does not work. Please call the staff.",
)
_IN_THE_END = {
    Outcome.NOT_A_MY_NUMBER_CARD: _NOT_A_MY_NUMBER_CARD,
    Outcome.WRONG_TOKEN: _WRONG_TOKEN,
    Outcome.SEVERAL_CARDS: _SEVERAL_CARDS,
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


@dataclass
class Tap:
    """What lies on the reader. `certificate`: None where the PIN comes first."""

    card: Card
    jpki: JpkiSession
    token: Token
    certificate: Certificate | None


class Patient(Course):
    """A visit and its card. What is known of the card is forgotten with it.

    Once `cancel` is set, each wait for people, card or reader raises Cancelled.
    """

    def __init__(self, place: Place, visit: Visit, desk: Desk, cancel: Event | None = None) -> None:
        super().__init__(place, visit, desk)
        self._cancel = cancel or Event()
        self.can_use_pin = True  # as far as is known of what lies on the reader
        self.can_use_face = True
        self.pin = ""  # entered for a phone that is yet to come
        self.last_token: Token | None = None  # on the reader, whatever became of it
        self.certificate: Certificate | None = None  # that was accepted
        self.surface: Surface | None = None  # that was proved genuine
        self._tap: Tap | None = None
        self._is_field_on = False

    @property
    def card(self) -> Card | None:
        """The card on the reader, as far as is known."""
        return self._tap.card if self._tap and not self._tap.card.is_over else None

    def present_card(self) -> Card:
        """The card on the reader, which lay there before.

        Raises:
            CardGone: it has left.
        """
        if self.card is None:
            raise CardGone
        return self.card

    def tap(self, wanted: Token) -> Tap:
        """What lies on the reader; where nothing does, it is asked for.

        Raises:
            AnotherToken: it is not `wanted`, and there is a way for what it is.
            WrongToken: it is not `wanted`, and there is none.
            CardError: it could not be read.
        """
        if self.card is None or self._tap is None:
            self._tap = self._take_up(wanted)
        else:  # the way before may have selected another application
            self._tap.jpki = JpkiSession(self._tap.card)
        self.visit.token = self.last_token = token = self._tap.token
        if token is not wanted:
            self.note("another token", token=token)
            if set(token.ways) & set(self.place.profile.ways):
                raise AnotherToken(token, _PRESENTED[token])
            self.tell(_PRESENTED[token])
            raise WrongToken(token)
        return self._tap

    def same_card(self) -> Card | None:
        """The card of the certificate that was accepted, once more if it was let go and lies there
        still. None if there is none, or another.

        Raises:
            ReaderError: reader or card are gone, or what lies there cannot be read.
        """
        if self.card is None and self.place.reader and self.visit.proof is Proof.SIGNATURE:
            card = self._wait_for_card(_LOOK_S)
            jpki = JpkiSession(card)
            certificate = Certificate.parse(jpki.authentication_certificate())
            if certificate.sha256 != self.visit.certificate_sha256:
                return None
            self._tap = Tap(card, jpki, Token.CARD, certificate)
        return self.card

    def accept(self, certificate: Certificate, token: Token) -> None:
        """Whether it was issued by an authority that we know, and may be used today.

        Raises:
            Refused: it was not.
            TokenFailed: it may not.
        """
        visit = self.visit
        visit.certificate_sha256 = certificate.sha256
        try:
            anchor = self.place.anchors.trusts(certificate)
        except NotGenuine as error:
            reason = error.reason.name.lower()
            self.note("certificate", certificate_sha256=certificate.sha256, error=reason)
            is_unknown = error.reason is Doubt.UNKNOWN_ISSUER
            outcome = Outcome.UNKNOWN_ISSUER if is_unknown else Outcome.UNUSABLE_CERTIFICATE
            raise Refused(outcome, text_of(error)) from error
        visit.issuer = anchor.name
        today = japan_today(self.place.now())
        visit.validity = validity(certificate, today, is_phone=token.is_phone)
        self.note(
            "certificate",
            certificate_sha256=certificate.sha256,
            token=token,
            validity=visit.validity,
            is_test=visit.is_test,
        )
        notice = text_in_both(visit.validity.notice(is_phone=token.is_phone))
        if not visit.validity.allows_check_in:
            raise TokenFailed(token, Outcome.UNUSABLE_CERTIFICATE, notice)
        if visit.validity is not Validity.NORMAL and self.certificate is None:
            self.tell(notice)
        self.certificate = certificate

    def begin_way(self, way: Way) -> None:
        """This one is tried now; who looked in the one before has not looked for this."""
        self.visit.way = way
        self.visit.staff = self.visit.reason = ""
        self.note("way", way=way)

    def identified(self, way: Way) -> Identified:
        """Who it is, for the centre."""
        visit = self.visit
        if self.certificate is None or visit.validity is None:
            raise ValueError("no certificate was accepted: this way has found nobody")
        der = self.certificate.der
        return Identified(der, way, visit.validity, visit.challenge, visit.signature)

    def try_way(self, way: Way, run: Callable[[], None]) -> None:
        """Run a way; where the card is lost, or the reader, from the start, a few times.

        Raises:
            WayFailed, Refused: as `run` does; WayFailed too where the card refuses this way.
            TokenFailed: the card could not be read again and again.
            LinkError: the reader is gone, and did not come back.
        """
        token = _token_of(way)
        not_sensed = _PHONE_NOT_SENSED if token.is_phone else _NOT_SENSED
        error: ReaderError | None = None
        for failures in range(_TAPS):
            try:
                self._await_change(error, failures)
                run()
                return
            except NoCertificate as met:
                raise TokenFailed(token, Outcome.NO_CERTIFICATE, text_of(met)) from met
            except (CardError, ReaderFault, ProtocolError) as met:
                error = met
                self.note("failure", way=way, error=type(error).__name__)
                if isinstance(error, _NOT_FOR_THIS_WAY) and self.certificate:
                    raise WayFailed(text_of(error)) from error
                self._lose_card()
                self.tell(not_sensed if _is_unsensed(error) else text_of(error))
            except LinkError as met:
                error = met
                self.note("failure", way=way, error=type(error).__name__)
                self._lose_card()
                self._reader.reconnect(self._cancel)
                self.tell(_READER_BACK)
        outcome = _outcome_after(error)
        reasons = _IN_THE_END | {Outcome.NO_CARD: not_sensed}
        raise TokenFailed(token, outcome, reasons.get(outcome, _UNREADABLE))

    def ask(self, question: Question[T]) -> T | None:
        """Ask; the card stays alive meanwhile, unless it was shown its PIN. One that is taken away
        is over when the answer comes.
        """
        self._check_cancel()
        with looked_after(self.card):
            answer = super().ask(question)
        self._check_cancel()
        return answer

    def let_go(self) -> None:
        """The card is out of it: the field goes off, and the reader clears its buffers."""
        self._forget_card()
        self.pin = ""
        if self._is_field_on:
            self._is_field_on = False
            with suppress(ReaderError):  # if it is gone, its field is off, or off in seconds
                self._reader.rest()

    def end(self) -> None:
        self.begin("end")
        try:
            self.let_go()
        finally:  # a signal in it leaves the outcome as it is
            super().end()

    @property
    def _reader(self) -> Reader:
        if self.place.reader is None:
            raise NoReader
        return self.place.reader

    def _wait_for_card(self, timeout_s: float) -> Card:
        self._is_field_on = True
        return self._reader.wait_for_card(timeout_s, plan=PLAN, cancel=self._cancel)

    def _check_cancel(self) -> None:
        if self._cancel.is_set():
            raise Cancelled

    def _await_change(self, error: ReaderError | None, failures: int) -> None:
        """Until what cannot be used is taken away: it would be found again at once."""
        with self.waiting("removal"):
            if isinstance(error, CardUnusable | SeveralCards):
                self._look_until_changed()
            elif isinstance(error, CardError):
                self._reader.wait_for_removal(_REMOVAL_S, self._cancel)
                if isinstance(error, _LOST) and failures > 1:
                    self._cancel.wait(_SETTLE_S)

    def _look_until_changed(self) -> None:
        deadline = monotonic() + _REMOVAL_S
        while monotonic() < deadline:
            try:
                self._reader.wait_for_card(_LOOK_S, cancel=self._cancel)
            except (CardUnusable, SeveralCards):
                continue
            except NoCard:
                pass
            return

    def _forget_card(self) -> None:
        self._tap = self.surface = self.certificate = None
        self.can_use_pin = self.can_use_face = True

    def _lose_card(self) -> None:
        """Maybe the next is another: what this one has said is not said of that."""
        self._forget_card()
        self.visit.disown_card()

    def _take_up(self, wanted: Token) -> Tap:
        self._lose_card()
        self.tell(_PLACE[wanted])
        with self.waiting("card"):
            card = self._wait_for_card(self.place.timeout_s)
        self.begin("certificate")
        jpki = JpkiSession(card)
        certificate = None
        try:
            certificate = Certificate.parse(jpki.authentication_certificate())
        except PinRequired:
            pass  # a phone that wants its PIN first
        return Tap(card, jpki, Token.of_label(jpki.token_label()), certificate)


def _token_of(way: Way) -> Token:
    return next(token for token in Token if way in token.ways)


def _is_unsensed(error: ReaderError) -> bool:
    return isinstance(error, NoCard) and error.waited_s is not None


def _outcome_after(error: ReaderError | None) -> Outcome:
    """Of a visit that can go no further."""
    match error:
        case NoCard() if _is_unsensed(error):
            return Outcome.NO_CARD
        case NotAMyNumberCard() | CardUnusable():
            return Outcome.NOT_A_MY_NUMBER_CARD
        case SeveralCards():
            return Outcome.SEVERAL_CARDS
        case WrongToken():
            return Outcome.WRONG_TOKEN
        case ReaderFault() | LinkError() | ProtocolError():
            return Outcome.READER_FAILED
        case _:
            return Outcome.UNREADABLE
