"""Several check-ins at one reader."""

from collections.abc import Sequence
from dataclasses import dataclass

from .checkin import CheckIn, Part


@dataclass(frozen=True)
class Rounds:
    """At least one check-in, in their order, at `reader`."""

    reader: str
    check_ins: Sequence[CheckIn]

    @property
    def fastest(self) -> CheckIn:
        return min(self.check_ins, key=_machine_ms)

    @property
    def median(self) -> CheckIn:
        """One of them, so that its steps add up."""
        return sorted(self.check_ins, key=_machine_ms)[len(self.check_ins) // 2]

    @property
    def spread(self) -> float:
        """By how much of the fastest round the slowest one was slower."""
        return max(map(_machine_ms, self.check_ins)) / self.fastest.machine_ms - 1

    def as_json(self) -> dict[str, object]:
        """Of `kazashi bench --checkin --json`. Milliseconds; steps and counts are the median's."""
        median = self.median
        return {
            "reader": self.reader,
            "machine_ms": [round(each.machine_ms, 3) for each in self.check_ins],
            "fastest_ms": round(self.fastest.machine_ms, 3),
            "median_ms": round(median.machine_ms, 3),
            "before_ms": round(median.before_ms, 3),
            "steps": [
                {"step": name} | {part.value: round(step[part], 3) for part in Part}
                for name, step in median.steps.items()
            ],
            "commands": median.commands,
            "requests": median.requests,
            "transactions": median.transactions,
        }


def _machine_ms(check_in: CheckIn) -> float:
    return check_in.machine_ms
