"""A desk: one reader, one patient after the other, in a thread of its own.

A reader that is unplugged is a state: the desk shows it, opens the reader again until it answers,
and meanwhile checks in patients without a card. An error in this program is one, too.
"""

import logging
from contextlib import suppress
from datetime import datetime
from threading import Event, Thread
from time import monotonic
from traceback import format_tb

from kazashi.errors import (
    Cancelled,
    CardUnusable,
    NoCard,
    ReaderError,
    SeveralCards,
    SeveralReaders,
)
from kazashi.reader import Reader
from kazashi.reception.checkin import Reception
from kazashi.reception.rules import Token
from kazashi.reception.visit import Outcome, Visit
from kazashi.serve.assigned import NoReaderAssigned
from kazashi.serve.display import Display
from kazashi.serve.equipment import Equipment, ReaderState
from kazashi.serve.metrics import Metrics
from kazashi.serve.next_visit import NextVisit, Start
from kazashi.serve.screen import Step
from kazashi.words import words_of

logger = logging.getLogger(__name__)

_LOOK_S = 0.25  # between two looks for a card while no patient is there
_SEARCH_S = 60.0
_TAKEN_LOOK_S = 0.5
_LEFT_S = 10.0  # the card lies there still: staff are told
_READ_S = 5.0  # for the last screen, once the card was taken
_REOPEN_S = 2.0


class NotOffered(ValueError):
    """The desk's profile has no such token, or no such way with it."""


class Desk:
    """`last`: the visit that has ended; None while the next goes on, or if that was stopped."""

    def __init__(self, name: str, equipment: Equipment, display: Display, metrics: Metrics) -> None:
        self.name = name
        self.equipment = equipment
        self.display = display
        self.last: Visit | None = None
        self.reader = ReaderState()
        self.face_paused_until: datetime | None = None  # as it was when no patient was served
        self._metrics = metrics
        self._next = NextVisit(display)
        self._has_new_reader = Event()
        self._is_told = True  # what a check has found
        self._thread = Thread(target=self._run, name=f"desk {name}", daemon=True)

    def open(self) -> None:
        self._thread.start()

    def check(self) -> None:
        """Look at the reader now: open it again, or read its health."""
        self._is_told = False
        self._next.wake.set()

    def change_reader(self) -> None:
        """Open the reader that it has now, once no patient is served."""
        self._has_new_reader.set()
        self.check()

    def begin(self, start: Start) -> None:
        """The next patient is there.

        Raises:
            DeskTaken: another one is, or there is no reader for the card.
            NotOffered: there is no such visit here.
        """
        is_offered = self.equipment.offers(start.token, start.way) if start.token else not start.way
        if not is_offered:
            raise NotOffered
        self._next.ask(start)

    def stop(self) -> None:
        """Cancel the visit, also one that was asked for and has not begun."""
        self._next.call_off()

    def begin_to_close(self) -> None:
        """Stop the visit under way, and the desk."""
        self._next.close()

    def close(self, timeout_s: float) -> bool:
        """Wait for its end. Return False if it did not come in time."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    # -- in its thread ----------------------------------------------------------------------------

    @property
    def _is_closing(self) -> bool:
        return self._next.is_closing.is_set()

    def _run(self) -> None:
        while not self._is_closing:
            try:
                with self.equipment:
                    self._use_readers()
            except Exception as error:  # an error in this program does not end the desk
                self._log_bug(error)
                self._next.is_closing.wait(_REOPEN_S)

    def _use_readers(self) -> None:
        """One reader after the other: each time that it was gone it is another."""
        while not self._is_closing:
            self._has_new_reader.clear()
            try:
                with self.equipment.open_reader(self._next.is_closing) as reader:
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
            self._metrics.failed(self.name, fault)
            self.equipment.lose_reader()
        if is_new or not self._is_told:
            self._is_told = True
            self.display.show(step, fault=fault, notices=())
        start = self._next.take(_REOPEN_S)
        while start and not self._is_closing:
            self._visit(self.equipment.reception(None), start)
            start = self._next.take(_READ_S)

    def _serve(self, reader: Reader) -> None:
        reception = self.equipment.reception(reader)
        while not (self._is_closing or self._has_new_reader.is_set()):
            self.face_paused_until = self.equipment.face_paused_until()
            self.display.rest()
            start = self._next_patient(reader)
            while start and not self._is_closing:
                self._visit(reception, start)
                start = self._after(reader)

    def _next_patient(self, reader: Reader) -> Start | None:
        """Wait for a start that was asked for, or a card. None: the desk closes."""
        while not self._is_closing:
            self.equipment.tidy()
            self.reader = self.equipment.look_at(reader)
            try:
                reader.wait_for_card(_SEARCH_S, period_s=_LOOK_S, cancel=self._next.wake)
            except Cancelled:
                return self._next.take()
            except NoCard:
                continue
            except (CardUnusable, SeveralCards):
                pass  # the visit says what lies there
            return self._next.take() or Start(Token.CARD)
        return None

    def _visit(self, reception: Reception, start: Start) -> None:
        self.last = None
        start = self._next.begin(start)
        begun, outcome = monotonic(), "failed"
        try:
            with self.equipment.under_way():
                self._check_in(reception, start)
            outcome = str(self.last.outcome) if self.last else outcome
        except Cancelled:
            outcome = str(Step.STOPPED)
            self.display.show(Step.STOPPED, outcome=Outcome.INTERRUPTED, notices=())
        finally:
            seconds = monotonic() - begun
            self._metrics.ended(outcome, self.last, seconds)
            number = self.display.screen.visit
            logger.info("desk %s, visit %d: %s, %.0f s", self.name, number, outcome, seconds)

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
            while _is_card_on(reader):
                if monotonic() - begun > _LEFT_S and not self.display.screen.is_left:
                    self.display.left_behind()
                start = self._next.take(_TAKEN_LOOK_S)
                if start or self._is_closing:
                    return start
        except ReaderError:
            self._next.wake.wait(_READ_S)  # the outcome stands, and is read
            raise
        self.display.taken()
        return self._next.take(_READ_S)


def _is_card_on(reader: Reader) -> bool:
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
