"""An evaluation as a picture: the scores, and the error rates over the threshold."""

from pathlib import Path
from typing import Any

from kazashi.drawing import drawn
from kazashi.reception.face.evaluation import Evaluation
from kazashi.reception.face.rates import CONFIDENCE, Rate

_GENUINE, _IMPOSTOR = "#4c78a8", "#e45756"
_THRESHOLDS = [i / 50 for i in range(-50, 51)]


def plot(evaluation: Evaluation, threshold: float, path: Path) -> None:
    """Draw it; `threshold` is the configured one.

    Raises:
        OSError: the file cannot be written.
    """
    with drawn(path, 4, width=11) as figure:
        left, right = figure.subplots(1, 2)
        _draw_scores(left, evaluation)
        _draw_rates(right, evaluation)
        for axes in (left, right):
            axes.axvline(threshold, color="black", linestyle="--", linewidth=1)
            axes.set(xlabel="score; dashed: the configured threshold")
            axes.set_xlim(_range(evaluation, threshold))
            axes.spines[["top", "right"]].set_visible(False)
        entries = [axes.get_legend_handles_labels() for axes in (left, right)]
        handles, names = (each[0] + each[1] for each in zip(*entries, strict=True))
        figure.legend(handles, names, loc="outside lower center", ncols=4, frameon=False)


def _range(evaluation: Evaluation, threshold: float) -> tuple[float, float]:
    """From the least score to the greatest, and a little more."""
    scores = [threshold, *evaluation.genuine, *evaluation.impostor]
    return min(scores) - 0.05, max(scores) + 0.05


def _draw_scores(axes: Any, evaluation: Evaluation) -> None:
    for name, scores, colour in (
        ("one person", evaluation.genuine, _GENUINE),
        ("different people", evaluation.impostor, _IMPOSTOR),
    ):
        label = f"{name}, {len(scores)} pairs"
        weights = [1 / len(scores) for _ in scores]
        axes.hist(
            scores,
            _THRESHOLDS,
            weights=weights,
            histtype="stepfilled",
            color=colour,
            alpha=0.6,
            label=label,
        )
    axes.set(title="scores", ylabel="share of the pairs")


def _draw_rates(axes: Any, evaluation: Evaluation) -> None:
    for name, rate_at, colour in (
        ("false match", evaluation.false_match, _IMPOSTOR),
        ("false non-match", evaluation.false_non_match, _GENUINE),
    ):
        rates: list[Rate] = [rate_at(threshold) for threshold in _THRESHOLDS]
        lower, upper = [rate.lower for rate in rates], [rate.upper for rate in rates]
        axes.plot(_THRESHOLDS, [rate.value for rate in rates], color=colour, label=name)
        axes.fill_between(_THRESHOLDS, lower, upper, color=colour, alpha=0.2, linewidth=0)
    axes.set(yscale="log", ylim=(_least(evaluation), 1.1), ylabel="rate")
    axes.set_title(f"error rates, each bound at {CONFIDENCE:.0%} confidence", fontsize=9)


def _least(evaluation: Evaluation) -> float:
    """A third of the smallest rate that is not 0."""
    return 1 / (3 * max(1, len(evaluation.genuine), len(evaluation.impostor)))
