"""One patient before the reader: the card is taken up, used for all ways that are tried, let go."""

from contextlib import suppress
from dataclasses import dataclass
from threading import Event
from typing import TypeVar

from kazashi.card import Card
from kazashi.cards.certificate import Certificate
from kazashi.cards.errors import (
    Doubt,
    NotGenuine,
    PinRequired,
)
from kazashi.cards.jpki import PLAN, JpkiSession
from kazashi.cards.surface import Surface
from kazashi.errors import (
    Cancelled,
    CardGone,
    NoCard,
    NoReader,
    ReaderError,
)
from kazashi.keeper import looked_after
from kazashi.reader import Reader
from kazashi.reception.centre import Eligibility, Holder
from kazashi.reception.course import Course
from kazashi.reception.people import AskCodeB, People, Question
from kazashi.reception.place import Place
from kazashi.reception.rules import CodeB, Proof, Token, Way
from kazashi.reception.texts import Message
from kazashi.reception.typed import fourteen_digits
from kazashi.reception.validity import Validity, good_until, japan_today, validity
from kazashi.reception.visit import Failure, Follows, Outcome, Reason, Visit

T = TypeVar("T")

_CARD_S, _PHONE_S = 10.0, 20.0  # until none was found: p02 and p20 of the patient screen's design
_LOOK_S = 0.5  # for a card that lay there before

_READING = Message("reading")


@dataclass
class Tap:
    """What lies on the reader. `certificate`: None if the PIN comes first."""

    card: Card
    jpki: JpkiSession
    token: Token
    certificate: Certificate | None


class Patient(Course):
    """A visit and its card. What is known of the card is forgotten with it.

    Once `cancel` is set, each wait for people, card or reader raises Cancelled.
    """

    def __init__(
        self, place: Place, visit: Visit, people: People, cancel: Event | None = None
    ) -> None:
        super().__init__(place, visit, people)
        self._cancel = cancel or Event()
        self.pin = ""  # entered for a phone that is yet to come
        self.code_b = ""  # entered for a card that is yet to come, and not found wrong
        self.may_read_front = True  # not after a code from there that the card has not taken
        self.last_token: Token | None = None  # on the reader, whatever became of it
        self.certificate: Certificate | None = None  # that was accepted
        self.surface: Surface | None = None  # that was proved genuine
        self.refused_paper: Eligibility | None = None  # of the last one that is no coverage
        self._tap: Tap | None = None
        self._is_field_on = False

    @property
    def cancel(self) -> Event:
        return self._cancel

    @property
    def reader(self) -> Reader:
        """Raises NoReader."""
        if self.place.reader is None:
            raise NoReader
        return self.place.reader

    @property
    def card(self) -> Card | None:
        """The card on the reader, as far as is known."""
        return self._tap.card if self._tap and not self._tap.card.is_over else None

    def present_card(self) -> Card:
        """The card on the reader, which lay there before. After a code its reader ends it in
        seconds, as no card is kept then: it is taken up once more, if it lies there still.

        Raises:
            CardGone: it has left, or another lies there.
            ReaderError: the reader is gone, or what lies there cannot be read.
        """
        if self.card:
            self.card.look(self._cancel)
        try:
            card = self.card or self._same_again()
        except NoCard as error:
            raise CardGone from error
        if card is None:
            raise CardGone
        return card

    def tap(self, wanted: Token) -> Tap:
        """What lies on the reader; if nothing does, it is asked for.

        Raises:
            Failure: it is not `wanted`. ANOTHER_TOKEN, with that token: it can be used here.
            CardError: it could not be read.
        """
        if self.card is None or self._tap is None:
            self._tap = self._take_up(wanted)
        else:  # the way before may have selected another application
            self._tap.jpki = JpkiSession(self._tap.card)
        self.visit.token = self.last_token = token = self._tap.token
        if token is not wanted:
            self.note("another token", token=token)
            raise self._another(token)
        return self._tap

    def _another(self, token: Token) -> Failure:
        if self.place.profile.ways_of(token):
            return Failure(Reason.ANOTHER_TOKEN, Message(f"lies-there.{token}"), token=token)
        return Failure(
            Reason.ANOTHER_TOKEN,
            Message(f"not-here.{token}"),
            follows=Follows.ANOTHER_TAP,
            outcome=Outcome.WRONG_TOKEN,
            token=token,
        )

    def same_card(self) -> Card | None:
        """The card of the certificate that was accepted, once more if it was let go and lies there
        still. None if there is none, or another.

        Raises:
            ReaderError: reader or card are gone, or what lies there cannot be read.
        """
        if self.card is None and self.place.reader and self.visit.proof is Proof.SIGNATURE:
            return self._same_again()
        return self.card

    def accept(self, certificate: Certificate, token: Token) -> None:
        """Check that an authority that we know issued it, and that it may be used today.

        Raises:
            Failure: FALLBACK, it was not; ANOTHER_TOKEN, it may not.
        """
        if certificate is self.certificate:  # by the way before, or as the way was chosen
            return
        visit = self.visit
        visit.certificate_sha256 = certificate.sha256
        try:
            anchor = self.place.anchors.trusts(certificate)
        except NotGenuine as error:
            doubt = error.reason.name.lower()
            self.note("certificate", certificate_sha256=certificate.sha256, error=doubt)
            is_unknown = error.reason is Doubt.UNKNOWN_ISSUER
            reason = Reason.UNKNOWN_ISSUER if is_unknown else Reason.UNUSABLE_CERTIFICATE
            raise Failure(reason, error) from error
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
        until = good_until(certificate, visit.validity)
        notice = visit.validity.notice(is_phone=token.is_phone, until=until)
        if not visit.validity.allows_check_in:
            has_ended = visit.validity is Validity.UNUSABLE
            reason = Reason.CERTIFICATE_ENDED if has_ended else Reason.UNUSABLE_CERTIFICATE
            raise Failure(reason, notice, follows=Follows.ANOTHER_TOKEN, token=token)
        if visit.validity is not Validity.NORMAL:
            self.tell(notice)
        self.certificate = certificate

    def begin_way(self, token: Token, way: Way | None) -> None:
        """This one is tried now; a person who looked in the one before has not looked for this."""
        self.visit.token, self.visit.way = token, way
        self.visit.staff = self.visit.reason = ""
        if way:
            self.note("way", token=token, way=way)

    def holder(self) -> Holder:
        """Who it is, for the centre.

        Raises:
            ValueError: no way has accepted a certificate.
        """
        visit = self.visit
        if not (self.certificate and visit.validity and visit.token and visit.way):
            raise ValueError("no certificate was accepted: no way has identified anybody")
        return Holder(
            self.certificate.der,
            visit.token,
            visit.way,
            visit.validity,
            visit.proof,
            visit.challenge,
            visit.signature,
        )

    def ask(self, question: Question[T]) -> T | None:
        """Ask; the card stays alive meanwhile, unless it was shown its PIN. One that is taken away
        is over when the answer comes.
        """
        self._check_cancel()
        with looked_after(self.card):
            answer = super().ask(question)
        self._check_cancel()
        return answer

    def ask_code_b(self) -> str | None:
        """照合番号B, fourteen digits; None: it was not entered, or this place never asks for it."""
        if self.place.code_b is CodeB.NONE:
            return None
        return self.ask_checked(AskCodeB(), fourteen_digits)

    def lose_card(self) -> None:
        """Maybe the next is another: what this one has said is not said of that."""
        self._forget_card()
        self.visit.disown_card()

    def let_go(self) -> None:
        """Release the card: the field goes off, and the reader clears its buffers."""
        self._forget_card()
        self.pin = ""
        if self._is_field_on:
            self._is_field_on = False
            with suppress(ReaderError):  # if it is gone, its field is off, or off in seconds
                self.reader.rest()

    def end(self) -> None:
        self.begin("end")
        try:
            self.let_go()
        finally:  # a signal in it leaves the outcome as it is
            super().end()

    def interrupt(self) -> None:
        """The visit is cancelled: kept at once as one without an end."""
        self.visit.outcome, self.visit.why = Outcome.INTERRUPTED, None
        self.end()

    def _wait_for_card(self, timeout_s: float) -> Card:
        self._is_field_on = True
        return self.reader.wait_for_card(timeout_s, plan=PLAN, cancel=self._cancel)

    def _check_cancel(self) -> None:
        if self._cancel.is_set():
            raise Cancelled

    def _same_again(self) -> Card | None:
        card = self._wait_for_card(_LOOK_S)
        jpki = JpkiSession(card)
        certificate = Certificate.parse(jpki.authentication_certificate())
        if certificate.sha256 != self.visit.certificate_sha256:
            return None
        self._tap = Tap(card, jpki, Token.CARD, certificate)
        return card

    def _forget_card(self) -> None:
        self._tap = self.surface = self.certificate = None

    def _take_up(self, wanted: Token) -> Tap:
        self.lose_card()
        self.tell(Message(f"place.{wanted}"))
        with self.waiting("card"):
            card = self._wait_for_card(self.place.timeout_s or _usual_s(wanted))
        self.tell(_READING)
        self.begin("certificate")
        jpki = JpkiSession(card)
        certificate = None
        try:
            certificate = Certificate.parse(jpki.authentication_certificate())
        except PinRequired:
            pass  # a phone that wants its PIN first
        return Tap(card, jpki, Token.of_label(jpki.token_label()), certificate)


def _usual_s(token: Token) -> float:
    return _PHONE_S if token.is_phone else _CARD_S
