"""One test of the matrix has many cells: each is tried, and each that fails is named."""

import pytest

from cells import in_each


def test_a_cell_that_fails_keeps_no_other_from_being_tried():
    tried = []

    def check(cell):
        tried.append(cell)
        assert cell % 2, "even"

    with pytest.raises(ExceptionGroup, match="2 of 4 cells failed") as found:
        in_each(range(1, 5), check)
    assert tried == [1, 2, 3, 4]
    notes = [note for error in found.value.exceptions for note in error.__notes__]
    assert notes == ["in the cell 2", "in the cell 4"]


def test_no_error_comes_of_good_cells():
    in_each(range(3), abs)
