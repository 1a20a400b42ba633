"""Figures as a picture: the rate of each group, and the distribution of the sites."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import isnan, nan
from pathlib import Path
from typing import Any

from kazashi.drawing import drawn
from kazashi.stats.counts import By
from kazashi.stats.figures import BIN_PERCENT, LEAST_CLAIMS, Figure
from kazashi.stats.found import Found
from kazashi.stats.rates import Rate

_RATE, _SITE, _BAR = "#4c78a8", "#f58518", "#bab0ac"
_MEAN, _MEDIAN = "mean of the sites", "median of the sites"
_MOST_LINES = 10  # with more it draws bars


def plot(found: Found, path: Path) -> None:
    """Draw it: lines over the months if figures are by month, else a bar for each group.

    Raises:
        OSError: the file cannot be written.
    """
    known = [each for each in found.figures if _percent(each) is not None]
    lines = _lines(found, known)
    with drawn(path, 4.0 if lines else max(4.0, 1.2 + 0.25 * len(known))) as figure:
        left, right = figure.subplots(1, 2, width_ratios=(3, 2))
        if lines:
            _draw_lines(left, lines)
        else:
            _draw_bars(left, [(_name(found.by, each), each) for each in known])
        _draw_sites(right, found)
        quotient = f"{found.rate.numerator} ÷ {found.rate.denominator}".replace("_", " ")
        left.set_title(f"{quotient}, %, {found.period}")
        for axes in (left, right):
            axes.spines[["top", "right"]].set_visible(False)
        if found.is_test:
            figure.suptitle("TEST: simulated visits are counted", color="red")


def _lines(found: Found, known: Sequence[Figure]) -> dict[str, dict[str, Figure]]:
    """Of each group but for the month, its figures by month. None: one month, or too many lines."""
    if By.MONTH not in found.by:
        return {}
    at = found.by.index(By.MONTH)
    lines = defaultdict[str, dict[str, Figure]](dict)
    for each in known:
        rest = (*each.group[:at], *each.group[at + 1 :])
        lines[", ".join(rest) or "rate"][each.group[at]] = each
    months = {month for line in lines.values() for month in line}
    return lines if len(lines) <= _MOST_LINES and len(months) > 1 else {}


def _name(by: Sequence[By], figure: Figure) -> str:
    return ", ".join(each or "all" for _, each in zip(by, figure.group, strict=True)) or "all"


def _percent(figure: Figure) -> float | None:
    """To be drawn, not to be read: a float will do."""
    found = figure.quotient.percent if figure.quotient else None
    return None if found is None else float(found)


def _draw_lines(axes: Any, lines: Mapping[str, Mapping[str, Figure]]) -> None:
    months = sorted({month for line in lines.values() for month in line})
    for name, line in lines.items():
        places = [months.index(month) for month in line]
        axes.plot(places, [_percent(each) for each in line.values()], marker="o", label=name)
    if len(lines) == 1:  # of several, the means would cover each other
        for name, style in ((_MEAN, "--"), (_MEDIAN, ":")):
            (line,) = lines.values()
            told = {month: _of_sites(each, name) for month, each in line.items()}
            axes.plot([months.index(month) for month in told], [*told.values()], style, label=name)
    axes.set_xticks(range(len(months)), months)
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False)


def _draw_bars(axes: Any, bars: Sequence[tuple[str, Figure]]) -> None:
    values = [_percent(each) or 0.0 for _, each in bars]
    axes.barh([name for name, _ in bars], values, color=_RATE, label="rate")
    ends = values
    for name, sign, size in ((_MEAN, "D", 20), (_MEDIAN, "|", 150)):
        told = [_of_sites(each, name) for _, each in bars]
        if any(not isnan(each) for each in told):
            rows = range(len(bars))
            axes.scatter(told, rows, marker=sign, s=size, color=_SITE, label=name, zorder=3)
        ends = [max(end, end if isnan(far) else far) for end, far in zip(ends, told, strict=True)]
    for at, (end, (_, each)) in enumerate(zip(ends, bars, strict=True)):
        axes.text(end, at, f"   {each.quotient.percent if each.quotient else ''}", va="center")
    axes.invert_yaxis()
    axes.margins(x=0.15)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.08), ncols=3, frameon=False)


def _of_sites(figure: Figure, name: str) -> float:
    """To be drawn; NaN, of no sites, is not."""
    found = figure.mean if name == _MEAN else figure.median
    return nan if found is None else float(found)


def _draw_sites(axes: Any, found: Found) -> None:
    if not any(each.sites for each in found.distribution):
        axes.set_axis_off()
        return
    least = [each.least for each in found.distribution]
    sites = [each.sites for each in found.distribution]
    axes.bar(least, sites, width=0.9 * BIN_PERCENT, align="edge", color=_BAR)
    of = f" of {LEAST_CLAIMS} claims a month or more" if found.rate is Rate.CLAIMS else ""
    axes.set(title=f"sites{of}, by their rate", xlabel="% and more", ylabel="sites")
    axes.set_xticks(least)
    axes.yaxis.get_major_locator().set_params(integer=True)
