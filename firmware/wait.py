"""The one way to wait: while the reader waits, its watchdog is fed, LED and buzzer go on.

A step that takes longer than `MOST_MS` is stuck, whatever it waits for: from then on nothing feeds
the watchdog, and the board starts again. A loop that never waits ends in the same way.
"""

import time
from time import ticks_diff

from micropython import const

from signals import BEAT_MS

START = const(0)  # of the board: the field goes off, and the chip starts for that
SEARCH = const(1)  # for a card; or a look whether it is still there
REQUEST = const(2)  # of the host, with the answer; or the plan that it made for a card

MOST_MS = (
    10_000,  # START: four wake-ups and a few settings take 3 s where each is lost and repeated
    20_000,  # SEARCH: eight lists of 0.4 s, a chip that starts anew, a start-up guard time of 5 s
    60_000,  # REQUEST: 30 s of extensions, two longest waiting times; the host gives a file 60 s
)


_TYPING = const(0)  # MicroPython has no typing: what follows is compiled away there
if _TYPING:
    from collections.abc import Callable
    from typing import Any, Protocol

    class Watched(Protocol):
        """The board."""

        def feed(self) -> None: ...

    class Shown(Protocol):
        """What people see and hear."""

        def step(self) -> None: ...


class Wait:
    """`device` has the watchdog. `clock` has ticks_ms() and sleep_ms()."""

    def __init__(self, device: "Watched", signals: "Shown", clock: "Any" = time) -> None:
        self._feed = device.feed
        self._show = signals.step
        self._ticks_ms = clock.ticks_ms
        self._sleep_ms = clock.sleep_ms
        self.on_wait = nothing  # called in each beat; what it raises ends the wait
        self._begun = self._fed = clock.ticks_ms()
        self._most_ms = MOST_MS[START]

    def begin(self, step: int) -> None:
        """The reader begins a step: START, SEARCH or REQUEST."""
        self._begun = now = self._ticks_ms()
        self._most_ms = MOST_MS[step]
        self._live(now)

    def go_on_as(self, step: int) -> None:
        """The step in hand may take as long as this one. Right before a read: it costs nothing."""
        self._most_ms = MOST_MS[step]

    def sleep_ms(self, ms: int) -> None:
        while ms > 0:
            self._sleep_ms(min(ms, BEAT_MS))
            self._live(self._ticks_ms())
            ms -= BEAT_MS

    def until(self, ready: "Callable[[], bool]", timeout_ms: int) -> bool:
        """Return True as soon as ready() does, False after `timeout_ms`. 0: look once; < 0: never.

        ready() may rest a little. To allocate nothing, hand in an attribute that holds a method.
        """
        if timeout_ms < 0:
            return False
        if ready():
            return True
        if not timeout_ms:
            return False
        ticks_ms = self._ticks_ms
        start = ticks_ms()
        while not ready():
            now = ticks_ms()
            if ticks_diff(now, start) > timeout_ms:
                return False
            if ticks_diff(now, self._fed) >= BEAT_MS:
                self._live(now)
        return True

    def _live(self, now: int) -> None:
        self._fed = now
        if ticks_diff(now, self._begun) < self._most_ms:
            self._feed()
            self._show()
        self.on_wait()


def nothing() -> None:
    pass
