"""Where the time of a visit went: one step after the other, people's or the machine's."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Who(StrEnum):
    """Who had the time."""

    MACHINE = "machine"
    PEOPLE = "people"


@dataclass(frozen=True)
class Span:
    """A piece of a visit, in milliseconds since its beginning."""

    step: str
    who: Who
    begin_ms: float
    end_ms: float

    def to_json(self) -> dict[str, object]:
        return {
            "step": self.step,
            "who": self.who,
            "begin": round(self.begin_ms, 1),
            "end": round(self.end_ms, 1),
        }


class Timeline:
    """Steps without a gap. `now_s`: seconds that never go back."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._start_s = self._begin_s = now_s()
        self._step, self._who = "start", Who.MACHINE
        self._spans: list[Span] = []

    def begin(self, step: str, who: Who = Who.MACHINE) -> tuple[str, Who]:
        """End the step in hand, begin another. What was in hand."""
        before = self._step, self._who
        now_s = self._now_s()
        self._spans.append(self._span(now_s))
        self._begin_s, self._step, self._who = now_s, step, who
        return before

    def spans(self) -> tuple[Span, ...]:
        """All so far."""
        return *self._spans, self._span(self._now_s())

    def _span(self, now_s: float) -> Span:
        begin_ms = (self._begin_s - self._start_s) * 1000
        return Span(self._step, self._who, begin_ms, (now_s - self._start_s) * 1000)
