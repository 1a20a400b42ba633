"""The RP2040's watchdog, and the words that survive its reset.

Ref: RP2040 datasheet §4.7.
"""

from collections.abc import Callable
from math import inf
from time import monotonic

_REASON = 0x08  # its register with the cause of the last reset
_TIMER, _FORCE = 1, 2
_SCRATCH_0 = 0x0C
_RUNNING, _RECOVERING = 0x1B7A0001, 0x1B7A0002  # notes of firmware/device.py


class Watchdog:
    """Its registers, which keep their values until loss of power, and its time limit.

    `base`: address of its registers; `now`: seconds.
    """

    def __init__(self, base: int, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._reason = base + _REASON
        self._note = base + _SCRATCH_0
        self._words: dict[int, int] = {}
        self._patience_s = inf
        self.due_s = inf  # when it pulls the reset, in seconds of `now`; inf: it was not started

    def load(self, address: int) -> int:
        return self._words.get(address, 0)

    def store(self, address: int, word: int) -> None:
        self._words[address] = word

    def start(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self.feed()

    def feed(self) -> None:
        self.due_s = self._now() + self._patience_s

    def left_s(self) -> float:
        """Seconds until it resets the board; inf if it was not started."""
        return self.due_s - self._now()

    @property
    def has_bitten(self) -> bool:
        """Whether it caused the last reset, because it was not fed."""
        return self._words.get(self._reason) == _TIMER

    def pull(self, *, is_hung: bool) -> None:
        """Reset the board: it hung, or the firmware asked for it."""
        self._words[self._reason] = _TIMER if is_hung else _FORCE
        self._patience_s = self.due_s = inf

    def look_back(self, *, is_hung: bool) -> None:
        """Set the state after an earlier run that hung or restarted itself, with its note."""
        self._words[self._note] = _RUNNING if is_hung else _RECOVERING
        self.pull(is_hung=is_hung)

    def lose_power(self) -> None:
        self._words.clear()
        self._patience_s = self.due_s = inf
