"""Draw check-ins: each step, and which part of the system took its time."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kazashi.drawing import drawn

from .checkin import CheckIn, Part
from .plot import legend

_COLOURS = {
    Part.FLOOR: "#4c78a8",
    Part.CARD: "#bab0ac",
    Part.READER: "#f58518",
    Part.HOST: "#b279a2",
    Part.JOURNAL: "#54a24b",
}


def plot(check_ins: Mapping[str, CheckIn], path: Path) -> None:
    """Draw check-ins side by side, each under its name.

    Raises:
        OSError: the file cannot be written.
    """
    with drawn(path, 3.0) as figure:
        places = figure.subplots(1, len(check_ins), sharex=True, squeeze=False)[0]
        for axes, (name, check_in) in zip(places, check_ins.items(), strict=True):
            _draw(axes, name, check_in)
        legend(figure, places[0])


def _draw(axes: Any, name: str, check_in: CheckIn) -> None:
    steps = list(check_in.steps)
    ends, end = list[float](), 0.0
    for step in check_in.steps.values():  # each begins where the one before ended
        ends.append(end)
        end += sum(step.values())
    for part, colour in _COLOURS.items():
        pieces = [step[part] for step in check_in.steps.values()]
        axes.barh(steps, pieces, left=ends, color=colour, label=part)
        ends = [end + piece for end, piece in zip(ends, pieces, strict=True)]
    for step, end in zip(steps, ends, strict=True):
        axes.text(end + 6, step, f"{sum(check_in.steps[step].values()):.0f}", va="center")
    axes.invert_yaxis()
    axes.margins(x=0.08)
    machine = f"{check_in.ms():.0f} ms, the machine's {check_in.machine_ms:.0f}"
    axes.set(title=f"{name}: {machine}", xlabel="ms after the card is found")
    axes.spines[["top", "right"]].set_visible(False)
