"""A desk: one reader, one patient after the other, in a thread of its own.

A reader that is unplugged is a state: the desk shows it, opens the reader again until it answers,
and meanwhile checks in patients without a card. An error in this program is one, too.
"""

import logging
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event, Lock, Thread
from time import monotonic
from traceback import format_tb
from typing import Protocol, Self

from kazashi.errors import (
    BoardNeeded,
    Cancelled,
    CardUnusable,
    KazashiError,
    NoCard,
    ReaderError,
    SeveralCards,
    SeveralReaders,
)
from kazashi.reader import Reader
from kazashi.reception.checkin import Reception
from kazashi.reception.japan import utc_now
from kazashi.reception.rules import Token, Way
from kazashi.reception.visit import Outcome, Visit
from kazashi.reports import ReaderHealth, ReaderInfo
from kazashi.serve.assigned import NoReaderAssigned
from kazashi.serve.display import Display
from kazashi.serve.screen import Step
from kazashi.words import words_of

logger = logging.getLogger(__name__)

_LOOK_S = 0.25  # between two looks for a card while no patient is there
_SEARCH_S = 60.0
_TAKEN_LOOK_S = 0.5
_LEFT_S = 10.0  # the card lies there still: staff are told
_READ_S = 5.0  # for the last screen, once the card was taken
_REOPEN_S = 2.0


@dataclass(frozen=True)
class Start:
    """What the next patient begins with. `token`: None, no card and no phone."""

    token: Token | None = None
    way: Way | None = None
    challenge: bytes = b""


class DeskTaken(Exception):
    """A visit is under way."""


class NotOffered(ValueError):
    """The desk's profile has no such token, or no such way with it."""


@dataclass(frozen=True)
class ReaderState:
    """Of a desk's reader. `info`: None, it is not open. `health`: None, unknown, as of PC/SC's."""

    info: ReaderInfo | None = None
    health: ReaderHealth | None = None


class Site(Protocol):
    """What a desk has of its site; open while the desk is."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *error: object) -> None: ...

    def offers(self, token: Token, way: Way | None) -> bool: ...  # in any thread
    def open(self, cancel: Event) -> Reader: ...  # raises ReaderError
    def tidy(self) -> None: ...  # while no patient is there
    def under_way(self) -> AbstractContextManager[None]: ...  # while a visit lasts
    def face_pause_s(self) -> float: ...  # until faces are compared again; 0: they are
    def reception(self, reader: Reader | None) -> Reception: ...


class Records(Protocol):
    """What is counted of a desk."""

    def ended(self, outcome: str, visit: Visit | None, seconds: float) -> None: ...
    def failed(self, desk: str, error: KazashiError) -> None: ...
    def looked(self, desk: str, health: ReaderHealth) -> None: ...


class Desk:
    """`site` is used in the desk's thread alone, but for `offers`.

    `last`: the visit that has ended; None while the next goes on, or if that was stopped.
    """

    def __init__(self, name: str, site: Site, display: Display, records: Records) -> None:
        self.name = name
        self.display = display
        self.last: Visit | None = None
        self.reader = ReaderState()
        self.face_paused_until: datetime | None = None  # as it was when no patient was served
        self._site = site
        self._records = records
        self._wake = Event()  # a start was asked for, or the end
        self._is_closing = Event()
        self._has_new_reader = Event()
        self._is_told = True  # what a check has found
        self._lock = Lock()
        self._start: Start | None = None
        self._is_due = False  # a visit was asked for, and has not begun
        self._is_called_off = False  # that visit
        self._thread = Thread(target=self._run, name=f"desk {name}", daemon=True)

    def open(self) -> None:
        self._thread.start()

    def check(self) -> None:
        """Look at the reader now: open it again, or read its health."""
        self._is_told = False
        self._wake.set()

    def change_reader(self) -> None:
        """Open the reader that it has now, once no patient is served."""
        self._has_new_reader.set()
        self.check()

    def begin_to_close(self) -> None:
        """Stop the visit under way, and the desk."""
        self._is_closing.set()
        self._wake.set()
        self.display.close()

    def close(self, timeout_s: float) -> bool:
        """Wait for its end. Return False if it did not come in time."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def begin(self, start: Start) -> None:
        """The next patient is there.

        Raises:
            DeskTaken: another one is, or there is no reader for the card.
            NotOffered: there is no such visit here.
        """
        is_offered = self._site.offers(start.token, start.way) if start.token else not start.way
        if not is_offered:
            raise NotOffered
        with self._lock:
            step = self.display.screen.step
            can_begin = step in (Step.IDLE, Step.ENDED, Step.STOPPED)
            if start.token is None:
                can_begin |= step in (Step.OPENING, Step.OUT_OF_ORDER, Step.UNASSIGNED)
            if self._is_due or self._is_closing.is_set() or not can_begin:
                raise DeskTaken
            self._start = start
            self._is_due = True
            self._wake.set()

    def stop(self) -> None:
        """Cancel the visit, also one that was asked for and has not begun."""
        with self._lock:
            self._is_called_off = self._is_due
            self.display.stop()

    def offers(self, token: Token) -> bool:
        """Whether patients may show it here."""
        return self._site.offers(token, None)

    # -- in its thread ----------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._is_closing.is_set():
            try:
                with self._site:
                    self._use_readers()
            except Exception as error:  # an error in this program does not end the desk
                self._log_bug(error)
                self._is_closing.wait(_REOPEN_S)

    def _use_readers(self) -> None:
        """One reader after the other: each time that it was gone it is another."""
        while not self._is_closing.is_set():
            self._has_new_reader.clear()
            try:
                with self._site.open(self._is_closing) as reader:
                    self._serve(reader)
            except Cancelled:
                continue
            except ReaderError as error:
                self._without_reader(error)
            except Exception as error:  # in a visit: the reader is opened anew, patients go on
                self._log_bug(error)
                self._without_reader(None)

    def _log_bug(self, error: Exception) -> None:
        """Where it was, and no values: they may be a PIN."""
        frames = "".join(format_tb(error.__traceback__))
        logger.error("desk %s: %s\n%s", self.name, type(error).__name__, frames)

    def _without_reader(self, fault: ReaderError | None) -> None:
        """Until the next try to open it: patients without a card."""
        self.reader = ReaderState()
        is_unassigned = isinstance(fault, NoReaderAssigned | SeveralReaders)
        step = Step.UNASSIGNED if is_unassigned else Step.OUT_OF_ORDER
        screen = self.display.screen
        is_new = screen.step is not step or type(screen.fault) is not type(fault)
        if fault and is_new:  # not each time that it is tried again
            logger.warning("desk %s: %s", self.name, words_of(fault).line)
            self._records.failed(self.name, fault)
        if is_new or not self._is_told:
            self._is_told = True
            self.display.show(step, fault=fault, notices=())
        self._wake.wait(_REOPEN_S)
        start = self._taken_start()
        while start and not self._is_closing.is_set():
            self._visit(self._site.reception(None), start)
            self._wake.wait(_READ_S)
            start = self._taken_start()

    def _serve(self, reader: Reader) -> None:
        reception = self._site.reception(reader)
        while not (self._is_closing.is_set() or self._has_new_reader.is_set()):
            pause_s = self._site.face_pause_s()
            self.face_paused_until = utc_now() + timedelta(seconds=pause_s) if pause_s else None
            self.display.rest()
            start = self._next_patient(reader)
            while start and not self._is_closing.is_set():
                self._visit(reception, start)
                start = self._after(reader)

    def _next_patient(self, reader: Reader) -> Start | None:
        """Wait for a start that was asked for, or a card. None: the desk closes."""
        while not self._is_closing.is_set():
            self._site.tidy()
            self.reader = _state_of(reader)
            if self.reader.health:
                self._records.looked(self.name, self.reader.health)
            try:
                reader.wait_for_card(_SEARCH_S, period_s=_LOOK_S, cancel=self._wake)
            except Cancelled:
                return self._taken_start()
            except NoCard:
                continue
            except (CardUnusable, SeveralCards):
                pass  # the visit says what lies there
            return self._taken_start() or Start(Token.CARD)
        return None

    def _taken_start(self) -> Start | None:
        with self._lock:
            start, self._start = self._start, None
            if not self._is_closing.is_set():
                self._wake.clear()
            return start

    def _visit(self, reception: Reception, start: Start) -> None:
        self.last = None
        start = self._begin_to_show(start)
        begun, outcome = monotonic(), "failed"
        try:
            with self._site.under_way():
                self._check_in(reception, start)
            outcome = str(self.last.outcome) if self.last else outcome
        except Cancelled:
            outcome = str(Step.STOPPED)
            self.display.show(Step.STOPPED, outcome=Outcome.INTERRUPTED, notices=())
        finally:
            seconds = monotonic() - begun
            self._records.ended(outcome, self.last, seconds)
            number = self.display.screen.visit
            logger.info("desk %s, visit %d: %s, %.0f s", self.name, number, outcome, seconds)

    def _begin_to_show(self, start: Start) -> Start:
        """What was chosen while a card was found comes before that card."""
        self.display.begin()
        start = self._taken_start() or start
        with self._lock:
            if self._is_called_off:
                self.display.stop()
            self._is_due = self._is_called_off = False
        return start

    def _check_in(self, reception: Reception, start: Start) -> None:
        people, cancel = self.display, self.display.cancel
        if start.token is None:
            reception.check_in_without_card(people, self._keep, cancel)
        else:
            reception.check_in(people, start.way, start.token, start.challenge, self._keep, cancel)

    def _keep(self, visit: Visit) -> None:
        self.last = visit
        self.display.show(
            Step.ENDED, outcome=visit.outcome, why=visit.why, is_test=visit.is_test, notices=()
        )

    def _after(self, reader: Reader) -> Start | None:
        """Until the card is taken and the last screen was read; or the next patient has begun."""
        begun = monotonic()
        try:
            while self._is_card_there(reader):
                if monotonic() - begun > _LEFT_S and not self.display.screen.is_left:
                    self.display.left_behind()
                self._wake.wait(_TAKEN_LOOK_S)
                start = self._taken_start()
                if start or self._is_closing.is_set():
                    return start
        except ReaderError:
            self._wake.wait(_READ_S)  # the outcome stands, and is read
            raise
        self.display.taken()
        self._wake.wait(_READ_S)
        return self._taken_start()

    def _is_card_there(self, reader: Reader) -> bool:
        try:
            reader.wait_for_card(0)
        except NoCard:
            return False
        except (CardUnusable, SeveralCards):
            return True
        finally:
            with suppress(ReaderError):
                reader.rest()
        return True


def _state_of(reader: Reader) -> ReaderState:
    try:
        return ReaderState(reader.info, reader.health())
    except BoardNeeded:
        return ReaderState(reader.info)
