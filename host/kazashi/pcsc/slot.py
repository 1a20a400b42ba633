"""A reader of ours in a slot of vpcd: cards come and go, PC/SC programs use them.

Powering off, powering on and resetting a card drop the field, so that no program finds a PIN
verified by the one before. A card to which nothing was sent since needs none of it: connecting to
it is quick.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from threading import Event
from time import monotonic, sleep

from kazashi.card import Card
from kazashi.errors import Cancelled, KazashiError, LinkError, NoCard, ReaderError
from kazashi.pcsc import apdu, vpcd
from kazashi.pcsc.atr import atr
from kazashi.reader import Reader

_SEARCH_S = 60.0  # then it searches again
_LEASE_S = 60  # of a card with a verified PIN; pcscd powers it off 5 s after its last program
_RESTART_S = 1.0  # for a card that lies there
_REQUEST_S = 0.1  # without a request, until the reader is asked whether the card is there
_LOOK_S = 0.02
_SILENT_S = 10.0  # pcscd asks for the ATR every 0.4 s
_ABSENT_S = 1.0  # between two cards: pcscd looks every 0.4 s, and must see that the slot is empty
_RETRY_S = 0.5  # until the next attempt to connect, or after an error of the reader
_CANCEL_S = 0.05


@dataclass(eq=False)
class SlotTaken(KazashiError):
    """vpcd at `where` took the card and asks nothing of it."""

    where: str


class State(Enum):
    """What a slot does."""

    NO_CARD = auto()  # it waits for one
    NO_PCSCD = auto()  # a card is there; vpcd does not listen
    CARD = auto()  # programs can use it


class Slot:
    """A slot of vpcd at `address`. `tell` is called with each new state, and with each error that
    the reader recovers from; with the same error once until a card works.
    """

    def __init__(
        self,
        reader: Reader,
        address: tuple[str, int],
        tell: Callable[[State | ReaderError], None],
        cancel: Event,
    ) -> None:
        self._reader = reader
        self._address = address
        self._tell = tell
        self._cancel = cancel
        self._said: State | str | None = None
        self._empty_since = 0.0

    def serve(self) -> None:
        """Serve cards without end.

        Raises:
            LinkError: the reader is gone.
            SlotTaken: another program holds the slot, or pcscd hangs.
            Cancelled: `cancel` was set.
        """
        while True:
            try:
                self._say(State.NO_CARD)
                self._serve_card(_Powered(self._reader, self._cancel, _SEARCH_S))
            except NoCard:
                continue
            except LinkError:
                raise
            except ReaderError as error:
                self._say(error)
                self._pause(_RETRY_S)

    def _serve_card(self, card: "_Powered") -> None:
        """Until it is taken away. Raises as `serve` does, and CardError if it left earlier."""
        while not card.has_left():
            connection = self._connect()
            if connection is None:
                self._say(State.NO_PCSCD)
                self._pause(_RETRY_S)
                continue
            try:
                self._serve_connection(connection, card)
                return
            except vpcd.Disconnected:
                card.restart()
            finally:
                connection.close()
                self._empty_since = monotonic()

    def _connect(self) -> vpcd.Connection | None:
        self._pause(self._empty_since + _ABSENT_S - monotonic())
        try:
            return vpcd.Connection(self._address)
        except vpcd.Disconnected:
            return None

    def _serve_connection(self, connection: vpcd.Connection, card: "_Powered") -> None:
        asked = monotonic()
        while True:
            request = connection.request(_REQUEST_S)
            if request is not None:
                self._say(State.CARD)
                if (answer := card.respond(request)) is not None:
                    connection.answer(answer)
                asked = monotonic()
            elif card.has_left():
                return
            elif monotonic() - asked > _SILENT_S:
                raise SlotTaken(f"{self._address[0]}:{self._address[1]}")

    def _say(self, news: State | ReaderError) -> None:
        key = news if isinstance(news, State) else repr(news)
        is_waiting = news is State.NO_CARD and isinstance(self._said, str)  # after an error
        if key != self._said and not is_waiting:
            self._said = key
            self._tell(news)

    def _pause(self, seconds: float) -> None:
        end_s = monotonic() + seconds
        while (left_s := end_s - monotonic()) > 0:
            if self._cancel.is_set():
                raise Cancelled
            sleep(min(left_s, _CANCEL_S))


class _Powered:
    """A card on the reader, as pcscd sees it. Waits for it.

    Raises:
        NoCard: none came.
        CardError, ReaderFault, LinkError, Cancelled: as `Reader.wait_for_card`.
    """

    def __init__(self, reader: Reader, cancel: Event, timeout_s: float) -> None:
        self._reader = reader
        self._cancel = cancel
        self._card = self._found(timeout_s)
        self._atr = atr(self._card.technology, self._card.answer)
        self._is_fresh = True  # nothing was sent to it since its power came

    def has_left(self) -> bool:
        """Whether it was taken away. Raises as `Reader.wait_for_removal` does."""
        return self._reader.wait_for_removal(_LOOK_S, self._cancel)

    def respond(self, request: bytes) -> bytes | None:
        """The answer to a request of vpcd; None if it has none. Raises as `Card.transmit` does."""
        if len(request) > 1:
            return self._transmit(request)
        if request[0] == vpcd.Control.ATR:
            return self._atr
        if request[0] in (vpcd.Control.POWER_OFF, vpcd.Control.POWER_ON, vpcd.Control.RESET):
            self.restart()
        return None

    def restart(self) -> None:
        """Drop the field for a moment, unless nothing was sent to the card since it came.

        Raises:
            NoCard: it is gone, or another one is there.
        """
        if self._is_fresh:
            return
        self._card = self._found(_RESTART_S)
        if atr(self._card.technology, self._card.answer) != self._atr:
            raise NoCard
        self._is_fresh = True

    def _transmit(self, command: bytes) -> bytes:
        own = apdu.answered_here(command, self._card)
        if own is not None:
            return own
        self._is_fresh = False
        response = self._card.transmit(command, cancel=self._cancel)
        return response if len(response) <= vpcd.MOST else apdu.WRONG_LENGTH

    def _found(self, timeout_s: float) -> Card:
        return self._reader.wait_for_card(timeout_s, lease_s=_LEASE_S, cancel=self._cancel)
