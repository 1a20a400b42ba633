"""The visit that a desk is to begin with: asked for in any thread, taken in the desk's.

There is one at most, from the moment that it is asked for until it begins.
"""

from dataclasses import dataclass
from threading import Event, Lock

from kazashi.reception.rules import Token, Way
from kazashi.serve.display import Display
from kazashi.serve.screen import Step

_WITH_A_CARD = (Step.IDLE, Step.ENDED, Step.STOPPED)
_WITHOUT = (*_WITH_A_CARD, Step.OPENING, Step.OUT_OF_ORDER, Step.UNASSIGNED)


@dataclass(frozen=True)
class Start:
    """What the next patient begins with. `token`: None, no card and no phone."""

    token: Token | None = None
    way: Way | None = None
    challenge: bytes = b""


class DeskTaken(Exception):
    """A visit is under way."""


class NextVisit:
    """`wake`: set if the desk is to look: for a visit, at its reader, or since it is closing."""

    def __init__(self, display: Display) -> None:
        self.wake = Event()
        self.is_closing = Event()
        self._display = display
        self._lock = Lock()
        self._start: Start | None = None
        self._is_due = False  # it was asked for, and has not begun
        self._is_called_off = False

    def ask(self, start: Start) -> None:
        """Raises DeskTaken: another one is under way, or there is no reader for the card."""
        with self._lock:
            can_begin = self._display.screen.step in (_WITH_A_CARD if start.token else _WITHOUT)
            if self._is_due or self.is_closing.is_set() or not can_begin:
                raise DeskTaken
            self._start = start
            self._is_due = True
            self.wake.set()

    def call_off(self) -> None:
        """Cancel the visit, also one that has not begun."""
        with self._lock:
            self._is_called_off = self._is_due
            self._display.stop()

    def close(self) -> None:
        """There is no other one, and the one under way is cancelled."""
        self.is_closing.set()
        self.wake.set()
        self._display.close()

    # -- in the desk's thread ---------------------------------------------------------------------

    def take(self, within_s: float = 0.0) -> Start | None:
        """The next one; None: it was not asked for within `within_s`, or see `wake`."""
        self.wake.wait(within_s)
        with self._lock:
            start, self._start = self._start, None
            if not self.is_closing.is_set():
                self.wake.clear()
            return start

    def begin(self, start: Start) -> Start:
        """Show it. What was chosen while a card was found comes before that card, `start`."""
        self._display.begin()
        start = self.take() or start
        with self._lock:
            if self._is_called_off:
                self._display.stop()
            self._is_due = self._is_called_off = False
        return start
