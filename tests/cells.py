"""Cells of the fault matrix: many short checks in one test, as each test costs pytest 4 ms."""

from collections.abc import Callable, Sequence
from typing import TypeVar

Cell = TypeVar("Cell")


def in_each(cells: Sequence[Cell], check: Callable[[Cell], object]) -> None:
    """Run `check` on every cell, whether or not others fail.

    Raises:
        ExceptionGroup: the error of each cell that failed; a note on it names the cell.
    """
    errors: list[Exception] = []
    for cell in cells:
        try:
            check(cell)
        except Exception as error:
            error.add_note(f"in the cell {_name(cell)}")
            errors.append(error)
    if errors:
        raise ExceptionGroup(f"{len(errors)} of {len(cells)} cells failed", errors)


def _name(cell: object) -> str:
    return str(getattr(cell, "__name__", cell))
