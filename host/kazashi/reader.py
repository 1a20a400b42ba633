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

from kazashi.ahead import Plan
from kazashi.card import Card
from kazashi.errors import Cancelled, CardTooSlow, LinkError, ReaderError, VersionMismatch
from kazashi.limits import Limits, Wait
from kazashi.link import Link, Pipe
from kazashi.reports import ReaderHealth, ReaderInfo
from kazashi.returning import opened_again
from kazashi.search import Search, find, rest_quietly
from kazashi_wire.messages import (
    FINGERPRINT,
    REVISION,
    AskHealth,
    BitRate,
    Done,
    Examination,
    Examine,
    Examined,
    Health,
    Hello,
    Maintain,
    Rest,
    Rested,
    Show,
    Signal,
    Technology,
    Welcome,
)

logger = logging.getLogger(__name__)

_LEASE_S = 10
EVERY_TECHNOLOGY = (Technology.TYPE_B, Technology.TYPE_A)  # the My Number Card first


class Reader:
    """One reader. `connect` opens the line to it, now and for `reconnect`.

    One thread at a time uses a reader and its cards. Every wait takes `cancel`, which any thread or
    signal handler may set: the wait then ends with `Cancelled` within 100 ms.

    Raises:
        LinkError: it is not there, or does not answer.
        VersionMismatch: firmware and host speak other revisions of the wire.
        Cancelled: `cancel` was set before the reader had answered.
    """

    def __init__(
        self,
        connect: Callable[[], Pipe],
        limits: Limits | None = None,
        cancel: Event | None = None,
    ) -> None:
        self._connect = connect
        self._limits = limits or Limits()
        self._card: Card | None = None
        self._link = Link(connect(), self._limits)
        self.info = self._greet(cancel)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Rest and close. Never raises: the outcome of the block is the outcome.

        It takes 1 s at most (`Limits.late_s`) after Cancelled and CardTooSlow, else as long as an
        answer may take.
        """
        try:
            if not isinstance(error, LinkError):
                self._end_card()
                is_short = isinstance(error, CardTooSlow | Cancelled)  # it may be busy for ever
                seconds = self._limits.late_s if is_short else self._limits.answer_s
                rest_quietly(self._link, self._link.wait(seconds))
        finally:
            self._close_quietly()

    def close(self) -> None:
        """Close the line. The card is not told: see `rest`."""
        self._link.close()

    def reconnect(self, cancel: Event | None = None) -> None:
        """Open the line again, after a LinkError. Every card is forgotten.

        A board that has started again is gone from USB for a second or two; then its port may be
        busy for ten.

        Raises:
            LinkError: it did not come back.
            VersionMismatch: it came back with another firmware.
            Cancelled: `cancel` was set; call it again before anything else.
        """
        self._end_card()
        self._close_quietly()
        self._link = Link(opened_again(self._connect, cancel), self._limits)
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
        """Switch the field on and wait until somebody lays a card down.

        A card that was there before starts anew: its PINs are forgotten. With a `plan` the reader
        reads it as it is found; the same commands, given to the card, are answered with that. A
        Type B card is spoken to at up to `fastest`, if it offers that and a trial succeeds; Card
        tells what came of it.

        The reader looks for `technologies` in this order, again and again; a search begins
        `period_s` after the one before, 65 at most; at once if that took longer. It looks once at
        least: with `timeout_s` 0 this asks whether a card lies there now.

        The reader ends the card `lease_s` after the last command to it, 1 to 255: see `Card.keep`.
        `cancel` ends this wait, and all waits for the card that it finds.

        Raises:
            ValueError: the reader cannot look in such an order, or so seldom.
            NoCard: nobody did in `timeout_s`, and the reader says that it looked.
            SeveralCards: more than one is there.
            CardUnusable: what is there is a tag.
            Cancelled: `cancel` was set; the field goes off.
        """
        search = Search(technologies, plan, fastest, period_s, lease_s)
        self._end_card()
        self._card = find(self._link, search, timeout_s, cancel)
        return self._card

    def wait_for_removal(self, timeout_s: float, cancel: Event | None = None) -> bool:
        """Wait until the card is taken away, or is over for another reason. Returns False if it
        still lies there after `timeout_s`.

        Renews its lease while it waits, unless it was shown a PIN or a code: then it is over when
        its lease is.

        Raises:
            ReaderFault, LinkError: the reader failed. The card is over then.
            Cancelled: `cancel` was set. The card is as it was.
        """
        if self._card is None or self._card.is_over:
            return True
        wait = self._link.wait(timeout_s, cancel or self._card.cancel)
        return self._card.leaves(wait, wait._replace(until=wait.until + self._limits.late_s))

    def health(self, cancel: Event | None = None) -> ReaderHealth:
        """Ask the reader what went wrong and was mended since it started."""
        return ReaderHealth.of(self._link.request(AskHealth(), Health, self._answer(cancel)))

    def maintain(self, cancel: Event | None = None) -> None:
        """Have the reader start again and stay at MicroPython's prompt, for `kazashi flash`.

        Its watchdog does not run there. After that it is no reader until it starts once more.
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
        """Have the reader look at one thing that a tap needs. The card is forgotten.

        `timeout_s`: in place of the time that an answer may take.
        """
        self._end_card()
        request = Examine(examination=examination)
        wait = self._link.wait(timeout_s or self._limits.answer_s, cancel)
        return self._link.request(request, Examined, wait)

    def stray_bytes(self, questions: int, cancel: Event | None = None) -> int:
        """Bytes that come between the answers to some questions, and belong to none."""
        self._link.noise.clear()
        for _ in range(questions):
            self.health(cancel)
        return len(self._link.noise)

    def show(self, signal: Signal, cancel: Event | None = None) -> None:
        """Show people how it went, with the LED and buzzer: `DONE`, `FAILED` or `TRY_AGAIN`.

        What the reader knows by itself it shows by itself: that it waits, reads, or lost the card.

        Raises:
            ReaderFault: it is another signal.
        """
        self._link.request(Show(signal=signal), Done, self._answer(cancel))

    def rest(self, cancel: Event | None = None) -> None:
        """Switch the field off. The card forgets every PIN that it was shown; the reader, all that
        passed through its buffers.

        This host lets go of what it holds of the card. It cannot zero it: Python's bytes do not
        change, and lie in memory until that is used again.
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
        """The time that an answer may take."""
        return self._link.wait(self._limits.answer_s, cancel)

    def _close_quietly(self) -> None:
        try:
            self._link.close()
        except ReaderError as error:
            logger.warning("the line did not close: %r", error)

    def _greet(self, cancel: Event | None) -> ReaderInfo:
        try:
            hello = Hello(revision=REVISION, fingerprint=FINGERPRINT)
            welcome = self._link.request(hello, Welcome, self._answer(cancel))
            if welcome.fingerprint != FINGERPRINT:
                raise VersionMismatch(REVISION, welcome.revision)
        except BaseException:
            self._link.close()
            raise
        return ReaderInfo.of(welcome)
