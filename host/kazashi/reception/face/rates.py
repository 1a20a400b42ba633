"""An error rate, and how far it can be trusted.

Ref: Clopper and Pearson, Biometrika 26 (1934); ISO/IEC 19795-1, rule of 3: without any error in n
independent trials, the rate is at most 3/n, at 95 % confidence.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

CONFIDENCE = 0.95  # of each bound by itself

_HALVINGS = 60  # of the range from 0 to 1: far below any difference that counts


@dataclass(frozen=True)
class Rate:
    """`errors` among `trials`. Both bounds are exact where the trials are independent."""

    errors: int
    trials: int

    @property
    def value(self) -> float | None:
        """None: nothing was tried."""
        return self.errors / self.trials if self.trials else None

    @property
    def lower(self) -> float:
        if self.errors == 0:
            return 0.0
        below = self.errors - 1
        return _where(lambda p: _at_most(below, self.trials, p) >= CONFIDENCE)

    @property
    def upper(self) -> float:
        if self.errors == self.trials:
            return 1.0
        return _where(lambda p: _at_most(self.errors, self.trials, p) >= 1 - CONFIDENCE)


def _where(holds: Callable[[float], bool]) -> float:
    """The probability up to which it holds."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def _at_most(errors: int, trials: int, p: float) -> float:
    """How probable that many errors or fewer are, where each trial errs with probability `p`."""
    if errors < trials * p:
        return _tail(errors, trials, p)
    return 1 - _tail(trials - errors - 1, trials, 1 - p)


def _tail(errors: int, trials: int, p: float) -> float:
    """The same where `errors` are fewer than is likely: the terms fall from there down to 0."""
    term = math.exp(
        math.lgamma(trials + 1)
        - math.lgamma(errors + 1)
        - math.lgamma(trials - errors + 1)
        + errors * math.log(p)
        + (trials - errors) * math.log1p(-p)
    )
    total = 0.0
    while errors >= 0 and term > total * 1e-17:
        total += term
        term *= errors * (1 - p) / ((trials - errors + 1) * p)
        errors -= 1
    return total
