"""Limits of time and amount, after which the host gives up on a reader.

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

    # Until an answer, or its next part. A working reader sends at least this often: the longest
    # waiting time of a card, FWI 14, is 4.95 s. If it hangs, its watchdog restarts it in 8.3 s.
    answer_s: float = 9.0
    response_s: float = 30.0  # one command, including all waiting time that the card asks for
    file_s: float = 60.0  # one file, in any number of commands
    tap_s: float = 120.0  # all commands to one card; time between commands does not count
    late_s: float = 1.0  # how much later than the caller's limit a wait may end
    armed_commands: int = 64  # commands that an armed reader sends to a card
    armed_bytes: int = 65536  # bytes of the responses to them
    log_lines: int = 20  # lines that the firmware logs in a second


class Wait(NamedTuple):
    """Begin and end of a wait, on the clock of the line.

    `cancel` ends it within 100 ms when another thread, or a signal handler, sets it.
    """

    begin: float
    until: float
    cancel: Event | None = None

    @property
    def seconds(self) -> float:
        return round(self.until - self.begin, 1)

    def not_after(self, until: float) -> Self:
        """The same wait, ending at `until` at the latest."""
        return self._replace(until=min(self.until, until))

    def check_cancel(self, *, was_sent: bool = True) -> None:
        """Check for cancellation.

        Raises:
            Cancelled: `cancel` is set.
        """
        if self.cancel and self.cancel.is_set():
            raise Cancelled(was_sent=was_sent)

    def check_time(self, now: float) -> None:
        """Check the time that a card may take.

        Raises:
            CardTooSlow: it is over.
        """
        if now > self.until:
            raise CardTooSlow(now - self.begin)
