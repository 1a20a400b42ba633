"""Stand-in for MicroPython's `time`: ticks that wrap when a test says so.

They stand still at the last one before the wrap until the file `go` appears in the folder that
KAZASHI_TICKS names. The call that finds it still gets that one, the next call gets 0 or more, and
from there on they run. What was given out before and after the wrap is written to `seen`.
"""

import os

from utime import *  # noqa: F403  # all but ticks_ms is the interpreter's own
from utime import ticks_add, ticks_diff
from utime import ticks_ms as running_ms

_LAST = ticks_add(0, -1)


class _Ticks:
    def __init__(self, folder):
        self._folder = folder
        self._start = None  # when they were let go
        self._is_past = False

    def now(self):
        if self._start is None:
            if self._may_go():
                self._start = running_ms()
            return _LAST
        now = ticks_add(_LAST, 1 + ticks_diff(running_ms(), self._start))
        if not self._is_past:
            self._is_past = True
            self._report(now)
        return now

    def _may_go(self):
        try:
            os.stat(self._folder + "/go")
            return True
        except OSError:
            return False

    def _report(self, after):
        with open(self._folder + "/seen", "w") as file:
            file.write("{} {}".format(_LAST, after))


ticks_ms = _Ticks(os.getenv("KAZASHI_TICKS")).now
