"""A card or phone on the reader, ready for APDUs."""

from collections.abc import Generator
from contextlib import contextmanager
from math import inf
from threading import Event

from kazashi.ahead import ReadAhead
from kazashi.errors import Cancelled, CardGone, MalformedAnswer, NoCard, ReaderError
from kazashi.limits import Limits, Wait
from kazashi.line import Line
from kazashi.link import Progress
from kazashi.traffic import shows_secret
from kazashi_wire.messages import BitRate, CardFound, CardLost, Done, Keep, Technology

UNTOLD = 0xFF  # of CardFound: a bit rate that a PC/SC reader does not tell
_OK = b"\x90\x00"
_LOOK_S = 0.05  # how long `look` waits for messages on their way


class Card:
    """A card or phone on the reader, ready for APDUs. Over for good when it leaves, when the field
    goes off, or when the host waits for the next card.

    Use it only in the thread that uses its reader.

    `lease_s`: seconds without a command or `keep`, after which the reader ends it.
    `ahead`: the reader is reading it by a Plan; the same commands here get those responses.
    `cancel`: ends any wait for this card, those of sessions as well; see `transmit`.
    """

    def __init__(
        self,
        link: Line,
        found: CardFound,
        lease_s: int,
        ahead: ReadAhead | None = None,
        cancel: Event | None = None,
    ) -> None:
        self._link = link
        self._ahead = ahead
        self._guess = ahead.guess if ahead else 0
        self._is_over = False
        self._met: ReaderError | None = None  # found by `look`, not raised yet
        try:
            # None, also below: the reader does not tell
            self.technology = Technology(found.technology) if found.technology else None
            self.to_card = _rate(found.to_card)
            self.from_card = _rate(found.from_card)
        except ValueError as error:
            raise MalformedAnswer(str(error)) from None
        self.answer = found.answer  # see CardFound
        self.cancel = cancel
        self._number = found.card
        self._lease_s = lease_s
        self._kept = link.now()  # when its lease was renewed
        self._is_verified = False  # a PIN or a code was sent to it
        self._until: float = inf  # end of `within`
        self._left_s = link.limits.tap_s  # that its commands may still take

    @property
    def atqb(self) -> bytes | None:
        """ATQB of a Type B card, 12 bytes with the PUPI zeroed; None for Type A."""
        return self.answer if self.technology is Technology.TYPE_B else None

    @property
    def type_name(self) -> str | None:
        """A or B; None if the reader does not tell."""
        return self.technology.name[-1] if self.technology else None

    @property
    def is_over(self) -> bool:
        """Whether it is known to be no longer the card on the reader."""
        return self._is_over

    @property
    def limits(self) -> Limits:
        """The limits of its reader."""
        return self._link.limits

    @property
    def guess(self) -> int:
        """Bytes of the certificate that its reader has asked for at once; 0: none."""
        return self._guess

    def require(self) -> None:
        """Raise NoCard if it is over, or the error that `look` found. Sends nothing."""
        met, self._met = self._met, None
        if self._is_over:
            raise met or NoCard

    @contextmanager
    def within(self, seconds: float) -> Generator[None]:
        """Limit all commands in this block to `seconds` together: CardTooSlow is raised in time."""
        before = self._until
        self._until = min(before, self._link.now() + seconds)
        try:
            yield
        finally:
            self._until = before

    def transmit(
        self,
        apdu: bytes,
        on_progress: Progress | None = None,
        cancel: Event | None = None,
    ) -> bytes:
        """Send a command APDU of any length, get the response APDU with its status word.

        `on_progress` is called with the bytes of the response so far. `cancel` may be set by any
        thread or signal handler; the card stays usable, and its response is dropped.

        Raises:
            NoCard, CardGone: it has left.
            CardProtocolBroken: it answers out of order.
            CardTooSlow: it took longer than `Limits` allow.
            LinkError: the reader has left. After VERIFY it is unknown whether the PIN counted.
            Cancelled: `cancel` was set. After VERIFY, `was_sent`: the PIN may have counted.
        """
        if not apdu:
            raise ValueError("an APDU has 4 bytes at least")
        self.require()
        wait = self._link.wait(min(self.limits.response_s, self._left_s), cancel or self.cancel)
        try:
            response = self._respond(apdu, wait.not_after(self._until), on_progress)
        except ReaderError:
            self.end()  # the field is off, or its state is unknown
            raise
        except Cancelled as cancelled:
            self._is_verified |= cancelled.was_sent and shows_secret(apdu)
            raise
        finally:
            self._left_s -= self._link.now() - wait.begin
        if shows_secret(apdu) and response[-2:] == _OK:
            self._is_verified = True
        return response

    def keep(self, cancel: Event | None = None) -> None:
        """Renew the card's lease: the reader keeps it for as long as after a command.

        For programs that show something, or ask a person, while a card lies there. Not allowed
        after a PIN or a code: that ends with the lease, so that no other program can use it.

        Raises:
            ValueError: a PIN or a code was sent to it.
            NoCard: it has left.
            LinkError: the reader has left.
        """
        if self._is_verified:
            raise ValueError("a card that was shown a PIN or a code is used at once, never kept")
        self.require()
        self._keep(self._link.wait(self.limits.answer_s, cancel or self.cancel))

    def look(self, cancel: Event | None = None) -> None:
        """Process the reader's messages so far: the card is over if it has left. Renews its lease
        if a third of it has passed and `keep` is allowed.

        For programs that ask a person while a card lies there: call it about four times a second.
        The next command raises CardGone if the card has left, or the error of a failed reader.

        Raises:
            Cancelled: `cancel` was set.
        """
        answer = self._link.wait(self.limits.answer_s, cancel or self.cancel)
        try:
            if self.leaves(answer.not_after(answer.begin + _LOOK_S), answer):
                self._met = CardGone()
        except ReaderError as error:
            self._met = error

    def leaves(self, wait: Wait, keep: Wait) -> bool:
        """Wait until it has left, or is over for another reason. Return False if it still lies
        there when `wait` is over. Renews its lease as `look` does, each time within `keep`.

        Raises:
            ReaderFault, LinkError: the reader failed. The card is over then.
            Cancelled: `wait` was cancelled. The card is unchanged.
        """
        try:
            if not self._finish_ahead(wait):
                return False
            while not self._is_over:
                if self._link.now() >= self._renewal:
                    self._keep(keep)
                event = self._link.event(wait.not_after(self._renewal))
                if isinstance(event, CardLost):
                    self.end()
                elif self._link.now() >= wait.until:
                    return False
        except NoCard:
            self.end()
        except ReaderError:
            self.end()
            raise
        return True

    def end(self) -> None:
        """Mark it as over: from now on the reader may have another card.

        Drops responses that were read ahead and not used.
        """
        self._is_over = True
        self._ahead = None

    def _finish_ahead(self, wait: Wait) -> bool:
        """Wait until the reader has finished its Plan with this card. Return False if that took
        longer.
        """
        return self._ahead is None or self._ahead.finish(wait)

    def _respond(self, apdu: bytes, wait: Wait, on_progress: Progress | None) -> bytes:
        if self._ahead:
            if response := self._ahead.response(apdu, wait, on_progress):
                return response
            self._ahead.outdate(apdu)
        response = self._link.transmit(self._number, apdu, wait, on_progress)
        self._kept = self._link.now()
        return response

    @property
    def _renewal(self) -> float:
        """When the lease should be renewed, on the clock of the line."""
        return inf if self._is_verified else self._kept + self._lease_s / 3

    def _keep(self, wait: Wait) -> None:
        begin = self._link.now()
        try:
            self._link.request(Keep(card=self._number), Done, wait)
        except ReaderError:
            self.end()
            raise
        self._kept = begin


def _rate(value: int) -> BitRate | None:
    return None if value == UNTOLD else BitRate(value)
