"""A list as CSV: RFC 4180, with a header whose columns have names in English and Japanese."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from io import StringIO
from typing import NamedTuple, TypeVar

from kazashi.reception.numbers.errors import BadLine, BadList, LineFlaw, ListFlaw, ListRefused
from kazashi.reception.typed import narrow

T = TypeVar("T")


class Columns(NamedTuple):
    """`japanese`: their other names, in lower case. `needed`: a list must have these."""

    names: tuple[str, ...]
    japanese: Mapping[str, str]
    needed: tuple[str, ...]


def table_of(
    text: str,
    columns: Columns,
    take: Callable[[int, Mapping[str, str]], T],
    contradictions: Callable[[Sequence[T]], Iterable[BadLine]],
) -> list[T]:
    """What `take` makes of each line's number and cells by column.

    Raises:
        BadList: it has no header, or a wrong one.
        ListRefused: lines are wrong, or contradict each other.
    """
    taken: list[T] = []
    troubles: list[BadLine] = []
    header: list[str] = []
    try:
        for line, cells in _rows_of(text):
            if not header:
                header = _header(cells, columns)
                continue
            try:
                if len(cells) != len(header):
                    raise BadLine(line, LineFlaw.CELL_COUNT)
                stripped = (cell.strip() for cell in cells)
                taken.append(take(line, dict(zip(header, stripped, strict=True))))
            except BadLine as error:
                troubles.append(error)
    except csv.Error as error:
        troubles.append(BadLine(error.args[1], LineFlaw.NOT_CSV))
    if not (header or troubles):
        raise BadList(ListFlaw.NO_HEADER)
    troubles += contradictions(taken)
    if troubles:
        in_order = sorted(troubles, key=lambda each: each.line)
        raise ListRefused(tuple(in_order))
    return taken


def _rows_of(text: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that have something in them, each with the line where it begins.

    Raises:
        csv.Error: with the line as its second argument.
    """
    rows = csv.reader(StringIO(text, newline=""), strict=True)
    begin = 1
    try:
        for cells in rows:
            if any(cell.strip() for cell in cells):
                yield begin, cells
            begin = rows.line_num + 1
    except csv.Error as error:
        raise csv.Error(str(error), begin) from error


def _header(cells: Sequence[str], columns: Columns) -> list[str]:
    """Without a header a patient stands in the first line, so nothing of it is repeated."""
    header: list[str] = []
    for at, cell in enumerate(cells, 1):
        name = narrow(cell).strip().lower()
        column = columns.japanese.get(name, name)
        if column not in columns.names:
            raise BadList(ListFlaw.UNKNOWN_COLUMN, f"{at}: {', '.join(columns.names)}")
        if column in header:
            raise BadList(ListFlaw.COLUMN_TWICE, column)
        header.append(column)
    if missing := [each for each in columns.needed if each not in header]:
        raise BadList(ListFlaw.NO_COLUMN, ", ".join(missing))
    return header
