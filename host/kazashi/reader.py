"""A reader, and the card on it.

with kazashi.open("sim:") as reader:
    card = reader.wait_for_card(timeout_s=10)
    jpki = JpkiSession(card)
"""

import logging
from collections.abc import Callable
from threading import Event
from types import TracebackType
from typing import Self

from kazashi.ahead import Lengths, Plan
from kazashi.card import Card
from kazashi.errors import Cancelled, CardTooSlow, LinkError, ReaderError
from kazashi.limits import Limits, Wait
from kazashi.line import Line
from kazashi.link import Link, Pipe
from kazashi.reports import ReaderHealth, ReaderInfo
from kazashi.returning import opened_again
from kazashi.search import Search, find, rest_quietly
from kazashi_wire.messages import (
    AskHealth,
    BitRate,
    Done,
    Examination,
    Examine,
    Examined,
    Health,
    Maintain,
    Rest,
    Rested,
    Show,
    Signal,
    Technology,
)

logger = logging.getLogger(__name__)

_LEASE_S = 10
EVERY_TECHNOLOGY = (Technology.TYPE_B, Technology.TYPE_A)  # the My Number Card first


class Reader:
    """One reader. `connect` opens the line to it, now and for `reconnect`.

    Only one thread at a time may use a reader and its cards. Every wait takes `cancel`, which any
    thread or signal handler may set: the wait then ends with `Cancelled` within 100 ms.

    Raises:
        LinkError: it is not there, or does not answer.
        VersionMismatch: firmware and host speak different revisions of the wire.
        Cancelled: `cancel` was set before the reader had answered.
    """

    def __init__(
        self,
        connect: Callable[[], Pipe],
        limits: Limits | None = None,
        cancel: Event | None = None,
    ) -> None:
        limits = limits or Limits()
        self._begin(lambda: Link(connect(), limits), limits, cancel)

    def _begin(self, connect: Callable[[], Line], limits: Limits, cancel: Event | None) -> None:
        self._connect = connect
        self._limits = limits
        self._card: Card | None = None
        self._lengths = Lengths()
        self._link = connect()
        self.info = self._greet(cancel)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Rest and close. Never raises: an error of the block itself must not be hidden.

        It takes 1 s at most (`Limits.late_s`) after Cancelled and CardTooSlow, else as long as an
        answer may take.
        """
        try:
            if not isinstance(error, LinkError):
                self._end_card()
                is_short = isinstance(error, CardTooSlow | Cancelled)  # it may never finish
                seconds = self._limits.late_s if is_short else self._limits.answer_s
                rest_quietly(self._link, self._link.wait(seconds))
        finally:
            self._close_quietly()

    def close(self) -> None:
        """Close the line. This does not switch the field off: see `rest`."""
        self._link.close()

    def reconnect(self, cancel: Event | None = None) -> None:
        """Open the line again, after a LinkError. Every card is over.

        A board that restarts is absent from USB for a second or two; then its port may be busy for
        ten seconds.

        Raises:
            LinkError: it did not come back.
            VersionMismatch: it came back with another firmware.
            Cancelled: `cancel` was set; call it again before anything else.
        """
        self._end_card()
        self._close_quietly()
        self._link = opened_again(self._connect, cancel)
        self.info = self._greet(cancel)

    def wait_for_card(
        self,
        timeout_s: float = 30.0,
        technologies: tuple[Technology, ...] = EVERY_TECHNOLOGY,
        plan: Plan | None = None,
        fastest: BitRate = BitRate.KBIT_106,
        period_s: float = 0.0,
        lease_s: int = _LEASE_S,
        cancel: Event | None = None,
    ) -> Card:
        """Switch the field on and wait for a card.

        A card that was there before restarts: it forgets its PINs. With a `plan` the reader reads
        the card as soon as it finds it; the same commands, sent to the Card, get those responses.
        A Type B card is used at up to `fastest`, if it offers that and a trial succeeds; the Card
        has the resulting rates.

        The reader looks for `technologies` in this order, repeatedly. A search starts
        `period_s` (65 at most) after the previous one started, or at once if that took longer. It
        looks at least once: `timeout_s` 0 asks whether a card is there now.

        The reader ends the card `lease_s` after the last command to it, 1 to 255: see `Card.keep`.
        `cancel` ends this wait, and all waits for the card that it finds.

        Raises:
            ValueError: the reader cannot look in this order, or this rarely.
            NoCard: no card came within `timeout_s`; the reader confirmed that it looked.
            SeveralCards: more than one is there.
            CardUnusable: a tag is there, not a card.
            Cancelled: `cancel` was set; the field goes off.
        """
        search = Search(technologies, plan, fastest, period_s, lease_s)
        self._end_card()
        self._card = find(self._link, search, self._lengths, timeout_s, cancel)
        return self._card

    def wait_for_removal(self, timeout_s: float, cancel: Event | None = None) -> bool:
        """Wait until the card is taken away, or is over for another reason. Return False if it
        is still there after `timeout_s`.

        Renews its lease while it waits, unless a PIN or a code was sent to it: then it is over when
        its lease ends.

        Raises:
            ReaderFault, LinkError: the reader failed. The card is over then.
            Cancelled: `cancel` was set. The card is unchanged.
        """
        if self._card is None or self._card.is_over:
            return True
        wait = self._link.wait(timeout_s, cancel or self._card.cancel)
        return self._card.leaves(wait, wait._replace(until=wait.until + self._limits.late_s))

    def health(self, cancel: Event | None = None) -> ReaderHealth:
        """The errors that the reader has met and recovered from since it started."""
        return ReaderHealth.of(self._link.request(AskHealth(), Health, self._answer(cancel)))

    def maintain(self, cancel: Event | None = None) -> None:
        """Restart the board to MicroPython's prompt, for `kazashi flash`.

        Its watchdog does not run there. It is not a reader until it starts again.
        """
        self._end_card()
        self._link.request(Maintain(), Done, self._answer(cancel))
        self.close()

    def examine(
        self,
        examination: Examination,
        timeout_s: float | None = None,
        cancel: Event | None = None,
    ) -> Examined:
        """Let the reader check one thing that a tap needs. The card is over.

        `timeout_s`: instead of the usual limit of an answer.
        """
        self._end_card()
        request = Examine(examination=examination)
        wait = self._link.wait(timeout_s or self._limits.answer_s, cancel)
        return self._link.request(request, Examined, wait)

    def stray_bytes(self, questions: int, cancel: Event | None = None) -> int:
        """The number of bytes outside all frames while the reader answers `questions` requests."""
        self._link.noise.clear()
        for _ in range(questions):
            self.health(cancel)
        return len(self._link.noise)

    def show(self, signal: Signal, cancel: Event | None = None) -> None:
        """Show the outcome with the LED and buzzer: `DONE`, `FAILED` or `TRY_AGAIN`.

        The reader shows by itself that it waits, reads, or has lost the card.

        Raises:
            ReaderFault: `signal` is another one.
        """
        self._link.request(Show(signal=signal), Done, self._answer(cancel))

    def rest(self, cancel: Event | None = None) -> None:
        """Switch the field off. The card forgets its verified PINs; the reader clears its buffers.

        The host drops its data of the card. It cannot overwrite them: Python's bytes are immutable
        and stay in memory until that is reused.
        """
        self._end_card()
        try:
            self._link.request(Rest(), Rested, self._answer(cancel))
        finally:
            self._link.forget()

    def _end_card(self) -> None:
        if self._card:
            self._card.end()
            self._card = None

    def _answer(self, cancel: Event | None) -> Wait:
        """A wait for as long as an answer may take."""
        return self._link.wait(self._limits.answer_s, cancel)

    def _close_quietly(self) -> None:
        try:
            self._link.close()
        except ReaderError as error:
            logger.warning("the line did not close: %r", error)

    def _greet(self, cancel: Event | None) -> ReaderInfo:
        try:
            return self._link.greet(self._answer(cancel))
        except BaseException:
            self._link.close()
            raise
