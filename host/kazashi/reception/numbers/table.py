"""A list, of which all that is wrong is told at once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from kazashi.reception.csv_table import Row
from kazashi.reception.numbers.errors import BadLine, BadList, LineFlaw, ListFlaw, ListRefused

T = TypeVar("T")


def list_of(
    rows: Iterable[Row],
    take: Callable[[int, Mapping[str, str]], T],
    contradictions: Callable[[Sequence[T]], Iterable[BadLine]],
) -> list[T]:
    """What `take` makes of each row's line and cells.

    Raises:
        BadList: it has no header, or a wrong one, or is in another encoding.
        ListRefused: lines are wrong, or contradict each other.
    """
    taken: list[T] = []
    troubles: list[BadLine] = []
    for row in rows:
        try:
            taken.append(take(row.line, _cells(row)))
        except BadLine as error:
            troubles.append(replace(error))  # without its traceback, which keeps the row
    troubles += contradictions(taken)
    if troubles:
        in_order = sorted(troubles, key=lambda each: each.line)
        raise ListRefused(tuple(in_order))
    return taken


def _cells(row: Row) -> Mapping[str, str]:
    """Raises BadList, BadLine."""
    if row.flaw is None:
        return row.cells
    if row.flaw in ("CELL_COUNT", "NOT_CSV"):
        raise BadLine(row.line, LineFlaw[row.flaw])
    raise BadList(row.line, ListFlaw[row.flaw], row.detail)
