"""Five faces in a row that do not match, then a pause."""

from collections.abc import Callable

MOST_FAILURES = 5


class Attempts:
    """Counts for one reader, whoever stands in front of it: laying the card down anew is no help.

    A frame that cannot be used is no failure.
    """

    def __init__(self, pause_s: float, clock: Callable[[], float]) -> None:
        """`clock`: seconds that never go back, such as `time.monotonic`."""
        self._pause_s, self._clock = pause_s, clock
        self._failures = 0
        self._paused_until: float | None = None

    @property
    def wait_s(self) -> float:
        """Seconds until the next comparison is allowed; 0: it is."""
        if self._paused_until is None:
            return 0.0
        left_s = self._paused_until - self._clock()
        if left_s <= 0:
            self._paused_until = None
            return 0.0
        return left_s

    def count(self, *, is_match: bool) -> None:
        """After each comparison.

        Raises:
            ValueError: there was none to be, during a pause.
        """
        if self.wait_s:
            raise ValueError("no face is compared during a pause: look at wait_s before")
        self._failures = 0 if is_match else self._failures + 1
        if self._failures == MOST_FAILURES:
            self._failures = 0
            self._paused_until = self._clock() + self._pause_s
