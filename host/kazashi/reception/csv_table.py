"""A table as CSV, as Japanese programs write it: UTF-8 with or without mark, or cp932 (Excel's).

Ref: RFC 4180. The first line with something in it names the columns, in any order. Blanks around
a cell do not count. Of what is wrong no cell is repeated: it may be a patient, also in line 1.
"""

import codecs
import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from types import MappingProxyType
from typing import Literal, NamedTuple

from kazashi.reception.typed import narrow

_Whole = Literal["NOT_DECODED", "NO_HEADER", "UNKNOWN_COLUMN", "COLUMN_TWICE", "NO_COLUMN"]
Flaw = _Whole | Literal["OTHER_SEPARATOR", "CELL_COUNT", "NOT_CSV"]
_QUOTED_OTHERWISE = re.compile(rb'[^"]*"[^"]*"[;\t]')  # in the header, as far as csv reads it
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # Excel's "Unicode text" begins so


class Columns(NamedTuple):
    """`needed`: a table must have these. `japanese`: their other names, in lower case."""

    names: Sequence[str]
    needed: Sequence[str]
    japanese: Mapping[str, str] = MappingProxyType({})


class Row(NamedTuple):
    """`line`: where it begins, from 1; 0: all of the table. `cells`: by column.

    `flaw`: instead of cells, what is wrong, as errors name it. `detail`: see there.
    """

    line: int
    cells: dict[str, str]
    flaw: Flaw | None = None
    detail: str = ""


def rows_of(data: bytes, columns: Columns, encoding: str | None = None) -> Iterator[Row]:
    """Rows below the header that are not empty. After a flaw but CELL_COUNT there are no more.

    `encoding`: None: UTF-8 if it can be that, else cp932.
    """
    header: list[str] = []
    end = 0  # line of the row before
    try:
        rows = csv.reader(StringIO(_decoded(data, encoding), newline=""), strict=True)
        for row in rows:
            line, end = end + 1, rows.line_num
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            if not header:
                header = [_column(cell, columns) for cell in cells]
                if wrong := _wrong(header, columns):
                    yield Row(line, {}, *wrong)
                    return
            elif len(cells) != len(header):
                yield Row(line, {}, "CELL_COUNT", f"{len(cells)}, {len(header)}")
            else:
                yield Row(line, dict(zip(header, cells, strict=True)))
        if not header:
            yield Row(0, {}, "NO_HEADER")
    except UnicodeError:
        yield Row(0, {}, "NOT_DECODED", encoding or "UTF-8, cp932")
    except csv.Error as error:
        if not header and _QUOTED_OTHERWISE.match(data):
            yield Row(end + 1, {}, "OTHER_SEPARATOR")
        else:
            yield Row(end + 1, {}, "NOT_CSV", str(error))


def _decoded(data: bytes, encoding: str | None) -> str:
    """Raises UnicodeError."""
    if data.startswith(_UTF_16):  # cp932 has characters for these, too
        raise UnicodeError("UTF-16")
    if not encoding:  # text in cp932 is hardly ever right as UTF-8
        try:
            return _decoded(data, "utf-8")
        except UnicodeDecodeError:
            encoding = "cp932"
    return data.decode(encoding).removeprefix("\ufeff")


def _column(cell: str, columns: Columns) -> str:
    name = narrow(cell).strip().lower()
    return columns.japanese.get(name, name)


def _wrong(header: Sequence[str], columns: Columns) -> tuple[Flaw, str] | None:
    """Raises UnicodeError: it is UTF-16 without mark, in which each Latin letter has a NUL."""
    for at, name in enumerate(header):
        if name not in columns.names:
            parts = re.split("[;\t]", name.replace("\0", ""))
            if any(_column(part, columns) in columns.names for part in parts):
                if "\0" in name:
                    raise UnicodeError("UTF-16")
                return "OTHER_SEPARATOR", ""
            return "UNKNOWN_COLUMN", f"{at + 1}: {', '.join(columns.names)}"
        if name in header[:at]:
            return "COLUMN_TWICE", name
    missing = ", ".join(each for each in columns.needed if each not in header)
    return ("NO_COLUMN", missing) if missing else None
