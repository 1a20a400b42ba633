"""Waits for what a thread does."""

import time

LIMIT_S = 60.0
_LOOK_S = 0.02


def until(is_so):
    """Fails after a minute."""
    end = time.monotonic() + LIMIT_S
    while not is_so():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(_LOOK_S)
