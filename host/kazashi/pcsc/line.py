"""The line to a PC/SC reader: what a Reader asks of one of ours, done by PC/SC as far as it can.

What only our firmware can do raises BoardNeeded: armed plans are not even asked for, and a card's
lease is kept here. The reader chooses technology and bit rate of a card by itself.
"""

import secrets
from collections.abc import Callable
from math import inf
from threading import Event
from time import monotonic
from typing import TypeVar

from kazashi import traffic
from kazashi.card import UNTOLD
from kazashi.errors import (
    BoardNeeded,
    CardGone,
    CardInUse,
    CardReset,
    CardTooSlow,
    CardUnusable,
    NoCard,
    ReaderSilent,
    ReaderUnplugged,
    UnexpectedAnswer,
)
from kazashi.limits import Limits, Wait
from kazashi.link import AnyMessage, Progress
from kazashi.pcsc.connection import Connection, readers
from kazashi.pcsc.contactless import contactless
from kazashi.pcsc.names import chosen
from kazashi.pcsc.scard import Scard
from kazashi.pcsc.worker import Worker
from kazashi.reports import ReaderInfo
from kazashi_wire.messages import (
    BitRate,
    CardFound,
    CardLost,
    CardRefused,
    Done,
    Keep,
    Part,
    Refusal,
    Rest,
    Rested,
    Technology,
    Transmit,
    Watch,
)
from kazashi_wire.schema import Message

T = TypeVar("T")

_LOOK_S = 0.05
_IN_USE_S = 3.0  # Windows reads a new card's certificates, about a second; then it lets go of it
_FOR_THE_READER = 0xFF  # class of PC/SC's own commands; ISO/IEC 7816-4 §5.4.1 has none


class PcscLine:
    """The reader that `url` names, of the service behind `scard`.

    Raises:
        PcscMissing: the service does not run.
        PcscEmpty, PcscNotFound: it has no reader, or none of this name.
        SeveralReaders: the name fits several.
    """

    def __init__(self, scard: Scard, url: str, limits: Limits) -> None:
        self.limits = limits
        self.noise = bytearray()  # nothing comes outside of an answer
        self._is_closed = False
        # From here on, of the worker's thread alone:
        self._ends_at = inf  # of the card's lease
        self._lease_s = 0
        self._number = b""  # of the card that was found; empty: none
        self._is_searching = False
        self._searches = 0
        self._has_found = False
        self._in_use_since: float | None = None  # when another program was seen to have the card
        self._worker = Worker(lambda: self._ends_at, self._end_lease)
        try:
            self._reader = self._do(lambda: _opened(scard, url), self.wait(limits.answer_s))
        except BaseException:
            self._worker.end(0.0)
            raise
        traffic.warn()

    now = staticmethod(monotonic)

    def wait(self, seconds: float, cancel: Event | None = None) -> Wait:
        """A wait that starts now."""
        now = self.now()
        return Wait(now, now + seconds, cancel)

    def greet(self, wait: Wait) -> ReaderInfo:
        """What is known of the reader: its name."""
        del wait
        name = self._reader.name
        return ReaderInfo("", "", f"PC/SC: {name}", "", "", serial=name)

    def request(self, message: Message, answer: type[AnyMessage], wait: Wait) -> AnyMessage:
        """Do what is asked.

        Raises:
            BoardNeeded: PC/SC cannot.
            NoCard: the card to be kept is over.
            ReaderSilent: the service did not finish in time.
            LinkError: reader or service are gone.
            Cancelled: `wait` was cancelled.
        """
        traffic.log("→", 0, message)
        done = self._do(self._asked(message), wait)
        if not isinstance(done, answer):
            raise UnexpectedAnswer(type(done).__name__, type(message).__name__)
        return done

    def tell(self, message: Message, wait: Wait) -> None:
        """Begin what is asked, without waiting for it. Raises BoardNeeded as `request` does."""
        wait.check_cancel(was_sent=False)
        traffic.log("→", 0, message)
        self._worker.begin(self._asked(message))

    def transmit(
        self, card: bytes, apdu: bytes, wait: Wait, on_progress: Progress | None = None
    ) -> bytes:
        """Send a command to the card with this number, get its response.

        Raises:
            ValueError: the command is one for the reader.
            CardTooSlow: there was no response when `wait` was over.
            Cancelled: `wait` was cancelled. The response is dropped when it comes.
            CardError, LinkError: as `Connection.transmit` does.
        """
        if apdu[0] == _FOR_THE_READER:
            raise ValueError("class FF is for the reader, not the card")
        self._require_open()
        wait.check_cancel(was_sent=False)
        traffic.log("→", 0, Transmit(is_last=1, card=card, data=apdu), apdu)
        try:
            response = self._worker.do(lambda: self._transmit(card, apdu), wait)
        except TimeoutError:
            self._worker.begin(self._release)
            raise CardTooSlow(wait.seconds) from None
        traffic.log("←", 0, Part(offset=0, data=response))
        if on_progress:
            on_progress(len(response))
        return response

    def event(self, wait: Wait) -> Message | None:
        """A card that is found or refused, or that was lost; None if nothing happened in time.

        Raises:
            CardInUse: a card is there, and another program keeps it.
            LinkError: reader or service are gone.
            Cancelled: `wait` was cancelled.
        """
        while True:
            left = wait.until - self.now()
            look_s = max(0.0, min(_LOOK_S, left))
            limit = self.wait(look_s + self.limits.answer_s, wait.cancel)
            event = self._do(lambda look_s=look_s: self._look(look_s), limit)
            if event:
                traffic.log("←", 0, event)
                return event
            if left <= 0:
                if self._in_use_since:
                    raise CardInUse
                return None

    def settle(self, wait: Wait) -> None:
        """No search goes on by itself."""

    def forget_events(self) -> None:
        """There are none that wait."""

    def forget(self) -> None:
        """Nothing of a card is kept here."""

    def close(self) -> None:
        """Power the card off and leave the service; after `Limits.late_s` in the background."""
        if not self._is_closed:
            self._is_closed = True
            self._worker.begin(self._reader.close)
            self._worker.end(self.limits.late_s)

    def _require_open(self) -> None:
        if self._is_closed:
            raise ReaderUnplugged

    def _do(self, call: Callable[[], T], wait: Wait) -> T:
        self._require_open()
        try:
            return self._worker.do(call, wait)
        except TimeoutError:
            raise ReaderSilent(wait.seconds) from None

    def _asked(self, message: Message) -> Callable[[], Message]:
        """What does it, for the worker."""
        if isinstance(message, Watch):
            if message.fastest != BitRate.KBIT_106:
                raise BoardNeeded("fastest")
            if {*message.order} != {Technology.TYPE_A, Technology.TYPE_B}:
                raise BoardNeeded("technologies")
            return lambda: self._search(message.lease_s)
        if isinstance(message, Rest):
            return self._rest
        if isinstance(message, Keep):
            return lambda: self._keep(message.card)
        raise BoardNeeded(type(message).__name__)

    # Below, all runs in the worker's thread.

    def _search(self, lease_s: int) -> Done:
        self._release()
        self._lease_s = lease_s
        self._is_searching, self._searches, self._has_found = True, 0, False
        self._in_use_since = None
        return Done()

    def _rest(self) -> Rested:
        self._release()
        return Rested(searches=self._searches, has_found=int(self._has_found))

    def _keep(self, number: bytes) -> Done:
        self._require(number)
        self._renew()
        return Done()

    def _transmit(self, number: bytes, apdu: bytes) -> bytes:
        self._require(number)
        try:
            return self._reader.transmit(apdu)
        finally:
            self._renew()

    def _look(self, seconds: float) -> Message | None:
        if self._number and not self._reader.has_card:  # its lease has ended, or a command failed
            self._release()
            return CardLost()
        if not (self._number or self._is_searching):
            return None
        is_first = self._is_searching and not self._searches  # a card may lie there already
        is_present = self._reader.is_present(0.0 if is_first else seconds)
        if self._is_searching:
            self._searches += 1
            if is_present:
                return self._found()
            self._in_use_since = None
            return None
        if is_present:
            return None
        self._release()
        return CardLost()

    def _found(self) -> Message | None:
        try:
            self._reader.take()
        except CardInUse:
            self._in_use_since = self._in_use_since or self.now()
            if self.now() - self._in_use_since > _IN_USE_S:
                raise
            return None
        except (CardGone, CardReset):  # it has left again, or has no power yet
            return None
        except CardUnusable:
            return self._refused()
        seen = contactless(self._reader.atr)
        if seen.is_tag:
            return self._refused()
        self._is_searching, self._has_found = False, True
        self._in_use_since = None
        self._number = secrets.token_bytes(4)
        self._renew()
        technology, rate = seen.technology or 0, UNTOLD
        return CardFound(
            technology=technology, to_card=rate, from_card=rate, card=self._number, answer=seen.atqb
        )

    def _refused(self) -> CardRefused:
        self._release()
        return CardRefused(refusal=Refusal.NOT_ISO_DEP)

    def _require(self, number: bytes) -> None:
        if number != self._number or not self._reader.has_card:
            raise NoCard

    def _renew(self) -> None:
        self._ends_at = self.now() + self._lease_s if self._reader.has_card else inf

    def _end_lease(self) -> None:
        self._ends_at = inf
        self._reader.release()  # `_look` tells that it is lost

    def _release(self) -> None:
        self._is_searching = False
        self._number = b""
        self._ends_at = inf
        self._reader.release()


def _opened(scard: Scard, url: str) -> Connection:
    return Connection(scard, chosen(url, readers(scard)))
