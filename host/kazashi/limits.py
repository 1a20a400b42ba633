"""How long, and how much, a host takes from a reader before it gives up.

Seconds run on the clock of the line: for `pico:` that is emulated time, which is slow. A reader
that is emulated at the other end of a socket needs longer limits.
"""

from dataclasses import dataclass
from threading import Event
from typing import NamedTuple, Self

from kazashi.errors import Cancelled, CardTooSlow


@dataclass(frozen=True)
class Limits:
    """Limits of one reader. See `kazashi.open`."""

    # Until an answer, or the next part of one. The reader speaks at least this often: the longest
    # waiting time of a card, FWI 14, is 4.95 s. If it hangs, its watchdog ends that in 8.3 s.
    answer_s: float = 9.0
    response_s: float = 30.0  # one command, whatever waiting time the card asks for
    file_s: float = 60.0  # one file, in any number of commands
    tap_s: float = 120.0  # all commands to one card; time between commands does not count
    late_s: float = 1.0  # past the time that the caller asked for, until a wait must be over
    armed_commands: int = 64  # that a reader sends to a card by itself
    armed_bytes: int = 65536  # of the responses to them
    log_lines: int = 20  # of the firmware, in a second


class Wait(NamedTuple):
    """From when until when something is waited for, on the clock of the line.

    `cancel` ends it within 100 ms when another thread, or a signal handler, sets it.
    """

    begin: float
    until: float
    cancel: Event | None = None

    @property
    def seconds(self) -> float:
        return round(self.until - self.begin, 1)

    def not_after(self, until: float) -> Self:
        """The same, over at `until` at the latest."""
        return self._replace(until=min(self.until, until))

    def check_cancel(self, *, was_sent: bool = True) -> None:
        """Look whether it was cancelled.

        Raises:
            Cancelled: it was.
        """
        if self.cancel and self.cancel.is_set():
            raise Cancelled(was_sent=was_sent)

    def check_time(self, now: float) -> None:
        """Look whether the time that a card may take is over.

        Raises:
            CardTooSlow: it is.
        """
        if now > self.until:
            raise CardTooSlow(now - self.begin)
