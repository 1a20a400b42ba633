"""Five faces in a row that do not match, then a pause: at one reader, in all programs together."""

from collections.abc import Callable
from datetime import datetime
from time import monotonic

from kazashi.reception.japan import utc_now
from kazashi.reception.journal import JournalError, View

MOST_FAILURES = 5


class Attempts:
    """Counts at one reader, for all people there: laying the card down anew is no help.

    With a journal, the faces that other programs compared at this reader count as well, before and
    beside this one; without one, or while it fails, those of this program. A frame that cannot be
    used is no failure.
    """

    def __init__(self, pause_s: float, clock: Callable[[], float] = monotonic) -> None:
        """`clock`: seconds that never go back."""
        self._pause_s, self._clock = pause_s, clock
        self._failures = 0
        self._paused_until: float | None = None
        self._journal: View | None = None
        self._reader = ""
        self._now = utc_now
        self._last: int = 0  # number of the latest step that was recalled

    def recall_from(
        self, journal: View | None, reader: str, now: Callable[[], datetime] = utc_now
    ) -> None:
        """Count with `journal` from now on. `reader`: its serial number, as in the visits there.

        Keep each comparison in it, after `count`, as a step "face" with is_match.
        """
        self._journal, self._reader, self._now = journal, reader, now

    @property
    def wait_s(self) -> float:
        """Seconds until the next comparison is allowed, `pause_s` at most; 0: it is."""
        self._recall()
        return self._left_s

    def count(self, *, is_match: bool) -> None:
        """Call after each comparison.

        Raises:
            ValueError: it was made during a pause.
        """
        if self._left_s:
            raise ValueError("no face is compared during a pause: look at wait_s before")
        self._failures = 0 if is_match else self._failures + 1
        if self._failures == MOST_FAILURES:
            self._pause(0.0)

    @property
    def _left_s(self) -> float:
        return max(0.0, self._paused_until - self._clock()) if self._paused_until else 0.0

    def _recall(self) -> None:
        """Take over what the journal has kept since the last time.

        A clock that was put back by less than a pause makes the pause start again. If it was put
        back further, a failure from its future counts, but begins no pause: that would not end.
        """
        if self._journal is None:
            return
        try:
            row = self._journal.faces_refused(self._reader)
        except JournalError:  # the visit tells it; this program's own failures count still
            return
        if row is None or row.last == self._last:
            return
        self._last = row.last
        self._failures = row.count % MOST_FAILURES
        ago_s = (self._now() - row.at).total_seconds()
        if row.count and not self._failures and abs(ago_s) < self._pause_s:
            self._pause(max(0.0, ago_s))

    def _pause(self, ago_s: float) -> None:
        """After the fifth failure, which was `ago_s` ago."""
        self._failures = 0
        self._paused_until = self._clock() + self._pause_s - ago_s
