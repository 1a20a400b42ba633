"""CSV files of counts and sites: the first error ends the reading of one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kazashi.reception.csv_table import Columns, rows_of
from kazashi.reception.settings import content
from kazashi.stats.errors import CountsBroken, CsvFlaw

_MOST = 200_000_000  # bytes


@dataclass(frozen=True)
class Line:
    """A line of a file: its cells by column. `number`: from 1, in the file, where it begins."""

    path: Path
    number: int
    cells: dict[str, str]

    def wrong(self, flaw: CsvFlaw, detail: str) -> CountsBroken:
        return CountsBroken(self.path, self.number, flaw, detail)

    @property
    def place(self) -> str:
        return f"{self.path}, {self.number}"


def lines(path: Path, columns: Sequence[str], needed: Sequence[str]) -> Iterator[Line]:
    """Each line of the file that is not empty. `columns`: that it may have; `needed`: that it must.

    Raises:
        CountsBroken: it is no such file.
    """
    try:
        data = content(path, _MOST)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CountsBroken(path, 0, CsvFlaw.UNREADABLE, reason) from error
    for row in rows_of(data, Columns(columns, needed)):
        if row.flaw:
            raise CountsBroken(path, row.line, CsvFlaw[row.flaw], row.detail)
        yield Line(path, row.line, row.cells)
