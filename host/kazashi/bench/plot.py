"""Draw the rows: what took the time of each, beside its floor."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kazashi.drawing import drawn

from .case import ARMED, BASE, Row, of_every_size

_COLOURS = {
    "air": "#4c78a8",
    "bus": "#f58518",
    "chip": "#e45756",
    "usb": "#72b7b2",
    "interpreter": "#eeca3b",
    "host": "#b279a2",
    "all but air": "#bab0ac",  # in real time no more is known
}
_REST = "all but air"


def plot(rows: Sequence[Row], path: Path) -> None:
    """Draw all rows of 1,600 bytes on the left, our driver with every size on the right.

    Raises:
        OSError: the file cannot be written.
    """
    ways = [row for row in rows if row.case.certificate_bytes == BASE.certificate_bytes]
    sizes = of_every_size(rows, ARMED)
    with drawn(path, 1.8 + 0.3 * len(ways)) as figure:
        left, right = figure.subplots(1, 2, width_ratios=(3, 2))
        _draw_ways(left, ways)
        _draw_sizes(right, sizes)
        legend(figure, left)


def legend(figure: Any, axes: Any) -> None:
    """Put the legend of `axes` below the figure."""
    handles, names = axes.get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=len(names), frameon=False)


def _draw_ways(axes: Any, rows: Sequence[Row]) -> None:
    names = [_name(row) for row in rows]
    _stack(axes.barh, names, rows, "left")
    for name, row in zip(names, rows, strict=True):
        axes.text(row.total_ms + 3, name, f"{row.total_ms:.0f}: {row.ratio:.2f}", va="center")
    floors = [row.floor_ms for row in rows]
    axes.scatter(floors, names, marker="|", s=150, color="black", label="its floor", zorder=3)
    axes.invert_yaxis()
    axes.margins(x=0.08)
    title = f"a certificate of {BASE.certificate_bytes} bytes: ms, and ÷ its floor"
    axes.set(title=title, xlabel="ms")
    axes.spines[["top", "right"]].set_visible(False)


def _draw_sizes(axes: Any, rows: Sequence[Row]) -> None:
    names = [str(row.case.certificate_bytes) for row in rows]
    _stack(axes.bar, names, rows, "bottom")
    axes.step(names, [row.floor_ms for row in rows], where="mid", color="black")
    axes.set(title="kazashi, by size", xlabel="bytes of the certificate", ylabel="ms")
    axes.spines[["top", "right"]].set_visible(False)


def _stack(bar: Any, names: Sequence[str], rows: Sequence[Row], base: str) -> None:
    """Draw stacked bars."""
    ends = [0.0] * len(rows)
    for piece, colour in _COLOURS.items():
        parts = [_spent_ms(row).get(piece, 0.0) for row in rows]
        if any(parts):
            bar(names, parts, color=colour, label=piece, **{base: ends})
        ends = [end + part for end, part in zip(ends, parts, strict=True)]


def _spent_ms(row: Row) -> dict[str, float]:
    if row.spent_ms:
        return dict(row.spent_ms)
    return {"air": row.air_ms, _REST: row.total_ms - row.air_ms}


def _name(row: Row) -> str:
    """What distinguishes a row from the others."""
    case = row.case
    words = [case.driver, case.line]
    words += [f"{case.apdus} APDUs"] * (case.driver == "nfcpy")
    words += [f"{case.bit_rate} kbit/s"] * (case.bit_rate != BASE.bit_rate)
    words += [f"FSC {case.fsc}"] * (case.fsc != BASE.fsc)
    words += ["short Le only"] * (not case.extended)
    words += ["armed"] * case.armed
    words += [f"guess {case.guess}"] * (case.guess > 0)
    words += [f"chip {case.chip_ms:g} ms"] * (case.chip_ms > 0)
    words += ["real time"] * (case.clock == "real")
    return ", ".join(words)
