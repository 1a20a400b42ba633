"""Tests of many random seeds: what hypothesis does with an integer, at a tenth of its time.

Hypothesis spends about 1 ms on an example, and its way to a smaller example helps only if it knows
the parts. Of a seed it knows none.
"""

import inspect
from functools import wraps
from random import Random

from hypothesis import settings


def many_seeds(count):
    """Run a test with `count` values of `seed`; new ones each time with hypothesis' profile
    "searching" (conftest.py). A failure says which it was.
    """

    def decorate(test):
        @wraps(test)
        def run(**given):
            dice = Random(test.__qualname__ if settings.default.derandomize else None)
            for _ in range(count):
                seed = dice.getrandbits(32)
                try:
                    test(**given, seed=seed)
                except Exception as error:
                    error.add_note(f"seed={seed}")
                    raise

        asked = inspect.signature(test)
        others = [p for name, p in asked.parameters.items() if name != "seed"]
        run.__signature__ = asked.replace(parameters=others)
        return run

    return decorate
