"""CSV files as Japanese programs write them: UTF-8 with or without mark, or cp932 (Excel's).

Ref: RFC 4180. The first line names the columns, in any order. Blanks around a cell do not count.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from kazashi.reception.settings import content
from kazashi.reception.typed import narrow
from kazashi.stats.errors import CountsBroken, CsvFlaw

_ENCODINGS = ("utf-8-sig", "cp932")  # text of the other is hardly ever right in the first
_MOST = 200_000_000  # bytes


@dataclass(frozen=True)
class Line:
    """A line of a file: its cells by column. `number`: from 1, in the file, of its last line."""

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
    reader = csv.reader(StringIO(_text(path), newline=""), strict=True)
    try:
        names = [_name(each) for each in next(reader, list[str]())]
        _check(path, names, columns, needed)
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(names):
                detail = f"{len(row)}, {len(names)}"
                raise CountsBroken(path, reader.line_num, CsvFlaw.WRONG_WIDTH, detail)
            cells = dict(zip(names, (cell.strip() for cell in row), strict=True))
            yield Line(path, reader.line_num, cells)
    except csv.Error as error:
        raise CountsBroken(path, reader.line_num, CsvFlaw.NOT_CSV, str(error)) from error


def _text(path: Path) -> str:
    try:
        data = content(path, _MOST)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CountsBroken(path, 0, CsvFlaw.UNREADABLE, reason) from error
    for encoding in _ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            pass
    raise CountsBroken(path, 0, CsvFlaw.NOT_TEXT)


def _name(cell: str) -> str:
    return narrow(cell).strip().lower()


def _check(path: Path, names: Sequence[str], columns: Sequence[str], needed: Sequence[str]) -> None:
    """The first line. What stands at a wrong place may be anything, so it is not repeated."""
    if not any(names):
        raise CountsBroken(path, 1, CsvFlaw.EMPTY)
    for at, name in enumerate(names, 1):
        if name not in columns:
            detail = f"{at}: {', '.join(columns)}"
            raise CountsBroken(path, 1, CsvFlaw.NO_SUCH_COLUMN, detail)
        if name in names[: at - 1]:
            raise CountsBroken(path, 1, CsvFlaw.COLUMN_TWICE, name)
    for name in needed:
        if name not in names:
            raise CountsBroken(path, 1, CsvFlaw.COLUMN_MISSING, name)
