"""The journal's list on the terminal: each column as wide in all rows, the steps below.

There may be 100,000 visits, so what many have in common is made once, and Rich, which takes 0.2 ms
a line, only tells how its colours are written.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rich.cells import cell_len, chop_cells
from rich.text import Text

from kazashi.cli.console import Console, folded
from kazashi.reception.japan import JAPAN
from kazashi.reception.journal import INTERRUPTED, ListedStep, ListedVisit
from kazashi.visible import visible

_RUNNING = "running"
_STYLES = {INTERRUPTED: "red", _RUNNING: "green"}
_HEAD = ("visit", "begun, in Japan", "outcome", "profile", "way", "mark")
_TIME = len("2026-11-21 12:00:00")
_INDENT = " " * 6
_MOST = 4096  # texts of a kind that are remembered
_AT_ONCE = 1000  # visits that are written

_Words = tuple[str, ...]  # the columns after the first two
_Row = tuple[str, str, _Words]


def show_visits(console: Console, visits: Sequence[ListedVisit]) -> None:
    """The columns, in as many lines as they need here, the same for all; the steps below."""
    rows = [_row(visit) for visit in visits]
    table = _Table(console, rows)
    console.file.writelines(f"{line}\n" for line in table.head())
    for at in range(0, len(rows), _AT_ONCE):
        lines: list[str] = []
        for row, visit in zip(rows[at : at + _AT_ONCE], visits[at : at + _AT_ONCE], strict=True):
            lines += table.lines(row)
            lines += table.steps(visit.steps)
        console.file.write("\n".join([*lines, ""]))


def _row(visit: ListedVisit) -> _Row:
    begun = visit.begun_at.astimezone(JAPAN).isoformat(" ", "seconds")[:_TIME]
    mark = "test" if visit.is_test else ""
    return str(visit.id), begun, (visit.outcome or _RUNNING, visit.profile, visit.way or "", mark)


@dataclass(frozen=True)
class _Line:
    """Columns that stand in one line. `cells`: how wide it may be."""

    columns: slice
    indent: str
    cells: int
    fits: bool


class _Table:
    """Where all the `rows` have their columns on `console`."""

    def __init__(self, console: Console, rows: Sequence[_Row]) -> None:
        self._console = console
        self._head = _HEAD[0], _HEAD[1], _HEAD[2:]
        numbers, times, words = zip(self._head, *rows, strict=True)
        shown = {each: tuple(map(visible, each)) for each in {*words}}
        self._widths = [max(map(len, numbers)), max(map(len, times))]
        self._widths += [max(map(cell_len, column)) for column in zip(*shown.values(), strict=True)]
        self._lines = [*_lines(self._widths, console.width)]
        self._padded = {each: [*self._pad(texts)] for each, texts in shown.items()}
        self.steps = lru_cache(_MOST)(self._steps)

    def _pad(self, words: _Words) -> Iterator[str]:
        fits = all(line.fits for line in self._lines)
        for at, (word, width) in enumerate(zip(words, self._widths[2:], strict=True)):
            style = _STYLES.get(word, "") if at == 0 and fits else ""
            before, after = _codes(self._console, style)
            yield before + word + after + " " * (width - cell_len(word))

    def head(self) -> Iterator[str]:
        before, after = _codes(self._console, "bold")
        for line in self.lines(self._head):
            yield f"{before}{line}{after}"

    def lines(self, row: _Row) -> Iterator[str]:
        """Without blanks at their ends; a line without texts is none."""
        number, begun, words = row
        padded = (number.rjust(self._widths[0]), begun.ljust(self._widths[1]), *self._padded[words])
        for line in self._lines:
            text = " ".join(padded[line.columns]).rstrip()
            if not line.fits:
                yield from _fitted(text.lstrip(), line.indent, line.cells)
            elif text:
                yield line.indent + text

    def _steps(self, steps: tuple[ListedStep, ...]) -> list[str]:
        before, after = _codes(self._console, "dim")
        text = visible(", ".join(map(_text, steps)))
        lines = _fitted(text, _INDENT, self._console.width - len(_INDENT))
        return [f"{before}{line}{after}" for line in lines]


def _lines(widths: list[int], cells: int) -> Iterator[_Line]:
    """The columns of each line, if a line has so many `cells`; all but the first are indented."""
    starts = [0]
    for at in range(1, len(widths)):
        if _needed(widths, starts[-1], at + 1) > cells:
            starts.append(at)
    for start, end in zip(starts, [*starts[1:], len(widths)], strict=True):
        indent = _INDENT if start else ""
        fits = _needed(widths, start, end) <= cells
        yield _Line(slice(start, end), indent, cells - len(indent), fits)


def _needed(widths: list[int], start: int, end: int) -> int:
    """Cells of the columns in one line."""
    return (len(_INDENT) if start else 0) + sum(widths[start:end]) + end - start - 1


def _text(step: ListedStep) -> str:
    said = step.name if step.error is None else f"{step.name}: {step.error}"
    return f"{said} ×{step.times}" if step.times > 1 else said


def _fitted(text: str, indent: str, cells: int) -> Iterator[str]:
    """`text` in lines of so many `cells`, and the `indent`; no text is no line."""
    cells = max(cells, 2)  # of one Japanese character
    for line in [text] if cell_len(text) <= cells else folded(text, cells).splitlines():
        for piece in chop_cells(line, cells):
            yield indent + piece


def _codes(console: Console, style: str) -> tuple[str, str]:
    """What the terminal takes before and after a text of this `style`."""
    if not style or not console.is_terminal or console.legacy_windows:  # which takes no codes
        return "", ""
    with console.capture() as capture:
        console.print(Text("|", style), end="")
    before, _, after = capture.get().partition("|")
    return before, after
