"""Reads in real time, all on the same chip, card and UART: ours, nfcpy, libnfc. POSIX.

Other programs run at the same time: all drivers read in turn, five rounds, each time from power-on.
The fastest read of each counts, and its row says how long the others took.
"""

from collections.abc import Sequence
from dataclasses import replace

from . import outsiders, simulated
from .card import Cards
from .case import Case, Row

_ROUNDS = 5
_ATTEMPTS = 3


def why_not(driver: str) -> str | None:
    """The reason why `driver` cannot be measured here; None if it can."""
    return simulated.why_not() if driver == "kazashi" else outsiders.why_not(driver)


def read(case: Case, cards: Cards) -> Row:
    """Read once. Raises ReaderError if that fails."""
    if case.driver == "kazashi":
        return simulated.read(case, cards)
    for _ in range(_ATTEMPTS - 1):
        try:
            return outsiders.read(case, cards)
        except OSError:  # the machine was too busy for the 0.1 s that nfcpy waits for an answer
            pass
    return outsiders.read(case, cards)


class RealBench:
    """Measures all `cases` at the first call of measure()."""

    def __init__(self, cases: Sequence[Case]) -> None:
        self._cases = cases
        self._cards = Cards()
        self._rounds: list[dict[Case, Row]] = []

    def measure(self, case: Case) -> Row:
        while len(self._rounds) < _ROUNDS:
            self._rounds.append({each: read(each, self._cards) for each in self._cases})
        runs = [rows[case] for rows in self._rounds]
        fastest = min(runs, key=lambda row: row.total_ms)
        return replace(fastest, runs_ms=[row.total_ms for row in runs])
