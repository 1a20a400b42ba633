"""A reader, and the card on it.

with kazashi.open("sim:") as reader:
    card = reader.wait_for_card(timeout_s=10)
    jpki = JpkiSession(card)
"""

from collections.abc import Callable
from time import monotonic, sleep
from types import TracebackType
from typing import NoReturn, Self

from kazashi.ahead import Plan, ReadAhead
from kazashi.card import Card
from kazashi.errors import (
    CardError,
    CardUnusable,
    LinkError,
    NoCard,
    NoReader,
    ProtocolError,
    ReaderBusy,
    ReaderError,
    ReaderSilent,
    SeveralCards,
    VersionMismatch,
)
from kazashi.link import Link, Pipe
from kazashi.reports import ReaderHealth, ReaderInfo
from kazashi_wire.messages import (
    FINGERPRINT,
    REVISION,
    AskHealth,
    BitRate,
    CardFound,
    CardLost,
    CardRefused,
    Done,
    Examination,
    Examine,
    Examined,
    Health,
    Hello,
    Maintain,
    Refusal,
    Rest,
    Rested,
    Show,
    Signal,
    Technology,
    Watch,
    Welcome,
)

_RETURN_S, _RETURN_LOOK_S = 3.0, 0.1  # of a board that starts again

_LONGEST_PERIOD_S = 65.0
_LEASE_S = 10  # that a card outlives this host's last request
EVERY_TECHNOLOGY = (Technology.TYPE_B, Technology.TYPE_A)  # the My Number Card first


class Reader:
    """One reader. `connect` opens the line to it, now and for `reconnect`.

    Raises:
        LinkError: it is not there, or does not answer.
        VersionMismatch: firmware and host speak other revisions of the wire.
    """

    def __init__(self, connect: Callable[[], Pipe]) -> None:
        self._connect = connect
        self._card: Card | None = None
        self._link = Link(connect())
        self.info = self._greet()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if not isinstance(error, LinkError):
                self.rest()
        except ReaderError:
            if error is None:
                raise
        finally:
            self.close()

    def close(self) -> None:
        """Close the line. The card is not told: see `rest`."""
        self._link.close()

    def reconnect(self) -> None:
        """Open the line again, after a LinkError. Every card is forgotten.

        A board that has started again is gone from USB for a second or two.
        """
        self._end_card()
        self._link.close()
        deadline = monotonic() + _RETURN_S
        while True:
            try:
                self._link = Link(self._connect())
                break
            except (NoReader, ReaderBusy):
                if monotonic() > deadline:
                    raise
                sleep(_RETURN_LOOK_S)
        self.info = self._greet()

    def wait_for_card(
        self,
        timeout_s: float = 30.0,
        technologies: tuple[Technology, ...] = EVERY_TECHNOLOGY,
        plan: Plan | None = None,
        fastest: BitRate = BitRate.KBIT_106,
        period_s: float = 0.0,
    ) -> Card:
        """Switch the field on and wait until somebody lays a card down.

        A card that was there before starts anew: its PINs are forgotten. With a `plan` the reader
        reads it as it is found; the same commands, given to the card, are answered with that. A
        Type B card is spoken to at up to `fastest`, where it offers that and a trial succeeds; Card
        tells what came of it.

        The reader looks for `technologies` in this order, again and again; a search begins
        `period_s` after the one before, 65 at most; at once where that took longer.

        Raises:
            ValueError: the reader cannot look in such an order, or so seldom.
            NoCard: nobody did in `timeout_s`, and the reader says that it looked.
            SeveralCards: more than one is there.
            CardUnusable: what is there is a tag.
        """
        if not 1 <= len(technologies) <= 8 or {*technologies} <= {Technology.APPLE_ECP}:
            raise ValueError("technologies are one to eight, with TYPE_A or TYPE_B among them")
        if not 0 <= period_s <= _LONGEST_PERIOD_S:
            raise ValueError(f"period_s is 0 to {_LONGEST_PERIOD_S}")
        self._end_card()
        if plan:
            self._link.request(plan.request(), Done)
        watch = Watch(
            fastest=fastest,
            period_ms=round(period_s * 1000),
            lease_s=_LEASE_S,
            order=bytes(technologies),
        )
        self._link.request(watch, Done)
        self._link.forget_events()
        try:
            self._card = self._await_card(timeout_s, ReadAhead(self._link) if plan else None)
        except CardError:
            self.rest()
            raise
        if self._card is None:
            self._rest_in_vain(timeout_s)
        return self._card

    def wait_for_removal(self, timeout_s: float) -> bool:
        """Wait until the card is taken away. False where it still lies there after `timeout_s`."""
        deadline = self._link.now() + timeout_s
        if self._card:
            self._card.finish_ahead()
        while self._card and not self._card.is_over:
            left = deadline - self._link.now()
            if left <= 0:
                return False
            if isinstance(self._link.event(left), CardLost):
                self._end_card()
        return True

    def health(self) -> ReaderHealth:
        """Ask the reader what went wrong and was mended since it started."""
        return ReaderHealth.of(self._link.request(AskHealth(), Health))

    def maintain(self) -> None:
        """Have the reader start again and stay at MicroPython's prompt, for `kazashi flash`.

        Its watchdog does not run there. After that it is no reader until it starts once more.
        """
        self._end_card()
        self._link.request(Maintain(), Done)
        self.close()

    def examine(self, examination: Examination) -> Examined:
        """Have the reader look at one thing that a tap needs. The card is forgotten."""
        self._end_card()
        return self._link.request(Examine(examination=examination), Examined)

    def stray_bytes(self, questions: int) -> int:
        """Bytes that come between the answers to some questions, and belong to none."""
        self._link.noise.clear()
        for _ in range(questions):
            self.health()
        return len(self._link.noise)

    def show(self, signal: Signal) -> None:
        """Show people how it went, with the LED and buzzer: `DONE`, `FAILED` or `TRY_AGAIN`.

        What the reader knows by itself it shows by itself: that it waits, reads, or lost the card.

        Raises:
            ReaderFault: it is another signal.
        """
        self._link.request(Show(signal=signal), Done)

    def rest(self) -> None:
        """Switch the field off. The card forgets every PIN that it was shown; the reader, all that
        passed through its buffers.

        This host lets go of what it holds of the card. It cannot zero it: Python's bytes do not
        change, and lie in memory until that is used again.
        """
        self._end_card()
        try:
            self._link.request(Rest(), Rested)
        finally:
            self._link.forget()

    def _end_card(self) -> None:
        if self._card:
            self._card.end()
            self._card = None

    def _rest_in_vain(self, waited_s: float) -> NoReturn:
        """No event came. Only a reader that has looked may say that there is no card."""
        rested = self._link.request(Rest(), Rested)
        came_late = self._link.event(0.0)  # raises what it tells of, where that is a failure
        self._link.forget()
        if rested.has_found and not came_late:
            raise ProtocolError("the reader found a card, and its word was lost: try again")
        if not (rested.searches or rested.has_found):
            raise ReaderSilent(waited_s)
        raise NoCard(waited_s)

    def _await_card(self, timeout_s: float, ahead: ReadAhead | None) -> Card | None:
        deadline = self._link.now() + timeout_s
        while (left := deadline - self._link.now()) > 0:
            event = self._link.event(left)
            if isinstance(event, CardFound):
                return Card(self._link, event, ahead)
            if isinstance(event, CardRefused):
                raise SeveralCards if event.refusal == Refusal.SEVERAL_CARDS else CardUnusable
        return None

    def _greet(self) -> ReaderInfo:
        try:
            hello = Hello(revision=REVISION, fingerprint=FINGERPRINT)
            welcome = self._link.request(hello, Welcome)
            if welcome.fingerprint != FINGERPRINT:
                raise VersionMismatch(REVISION, welcome.revision)
        except BaseException:
            self._link.close()
            raise
        return ReaderInfo.of(welcome)
