"""Watch a reader without end: cards that come and go, counters, errors, a pulled cable.

Events contain the type of a card and nothing else of it: no PUPI, nothing of its certificate.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from threading import Event as Flag
from time import sleep

from kazashi.card import Card
from kazashi.cards.errors import NotAMyNumberCard
from kazashi.cards.jpki import JpkiSession
from kazashi.errors import Cancelled, CardError, LinkError, NoCard, ReaderError
from kazashi.link import Pipe
from kazashi.reader import Reader
from kazashi.words import words_of
from kazashi_wire.messages import Signal

_COUNTERS_S = 1.0  # between two readings of the counters
_RETRY_S = 1.0  # between two attempts to connect
_LOOKS = 20  # checks of `cancel` during that time


@dataclass(frozen=True)
class Event:
    """One event. Its `facts`, by the name of the `event`:

    connected   firmware, board, chip, interpreter
    field       on
    card        technology, token (a label; empty: no My Number Card), to_card, from_card in kbit/s
    card lost
    health      the counters of ReaderHealth
    error       error (its class), seen, remedy; once, until something else happens
    """

    event: str
    facts: dict[str, object] = field(default_factory=dict[str, object])
    at: datetime = field(default_factory=lambda: datetime.now().astimezone())


def events(connect: Callable[[], Pipe], cancel: Flag | None = None) -> Iterator[Event]:
    """All events, without end: if the reader leaves, wait for it. The field goes off at the end.

    Raises:
        Cancelled: `cancel` was set.
    """
    said = ""  # the last error, to report it only once
    while True:
        try:
            with Reader(connect, cancel=cancel) as reader:
                said = ""
                yield _connected(reader)
                yield from _Watch(reader, cancel).events()
        except ReaderError as error:
            if repr(error) != said:
                said = repr(error)
                yield Event("field", {"on": False})
                yield _failed(error)
        _pause(cancel)


def _pause(cancel: Flag | None) -> None:
    """Wait before the next attempt. Without `Event.wait`: Ctrl-C may find its lock taken."""
    for _ in range(_LOOKS):
        if cancel and cancel.is_set():
            raise Cancelled
        sleep(_RETRY_S / _LOOKS)


def _connected(reader: Reader) -> Event:
    info = asdict(reader.info)
    names = ("firmware", "board", "chip", "interpreter")
    return Event("connected", {name: info[name] for name in names})


def _failed(error: ReaderError) -> Event:
    words = words_of(error)
    facts = {"error": type(error).__name__, "seen": words.seen, "remedy": words.advice}
    return Event("error", {**facts})


class _Watch:
    """One reader, from its connection to its disconnection."""

    def __init__(self, reader: Reader, cancel: Flag | None) -> None:
        self._reader = reader
        self._cancel = cancel
        self._said = ""  # the last error
        self._is_on: bool | None = None  # whether the field is

    def events(self) -> Iterator[Event]:
        while True:
            yield self._health()
            try:
                yield from self._field(on=True)
                card = self._reader.wait_for_card(_COUNTERS_S, cancel=self._cancel)
                self._said = ""
                yield self._found(card)
                yield from self._until_removal()
            except NoCard:
                self._said = ""
            except LinkError:
                raise
            except ReaderError as error:
                yield from self._error(error)

    def _until_removal(self) -> Iterator[Event]:
        while not self._reader.wait_for_removal(_COUNTERS_S, self._cancel):
            yield self._health()
        yield Event("card lost")

    def _error(self, error: ReaderError) -> Iterator[Event]:
        if not isinstance(error, CardError):
            yield from self._field(on=False)
        if repr(error) != self._said:
            self._said = repr(error)
            yield _failed(error)
        _pause(self._cancel)

    def _field(self, *, on: bool) -> Iterator[Event]:
        if on is not self._is_on:
            self._is_on = on
            yield Event("field", {"on": on})

    def _health(self) -> Event:
        return Event("health", asdict(self._reader.health(self._cancel)))

    def _found(self, card: Card) -> Event:
        try:
            token = JpkiSession(card).token_label()
        except NotAMyNumberCard:
            token = ""
        self._reader.show(
            Signal.DONE, self._cancel
        )  # else it would ask for the card again when that leaves
        facts: dict[str, object] = {"technology": card.type_name, "token": token}
        rates = {"to_card": card.to_card, "from_card": card.from_card}
        told = {name: 106 << rate for name, rate in rates.items() if rate is not None}

        return Event("card", facts | told)
