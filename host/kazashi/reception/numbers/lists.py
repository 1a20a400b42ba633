"""Lists of patients' numbers as CSV: RFC 4180, in UTF-8 or cp932, with a header.

    number,reference,certificate,welfare,subsidy
    00123,A-00123,,0,1

`number` (診察券番号) must be there. `reference` (照会番号), `certificate` (as exported), `welfare`
(生活保護) and `subsidy` (医療費助成, PMH): 1, 0, or empty, which changes nothing. A patient may
have several lines. All that is wrong is told at once, each with its line.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from io import StringIO

from kazashi.reception.numbers.errors import (
    BadLine,
    BadList,
    LineFlaw,
    ListFlaw,
    ListRefused,
)
from kazashi.reception.numbers.marks import is_mark
from kazashi.reception.numbers.patient import number_of


class Encoding(StrEnum):
    """Of a list. Excel writes and reads the latter two."""

    UTF_8 = "utf-8"
    UTF_8_SIG = "utf-8-sig"  # with a byte order mark
    CP932 = "cp932"  # Windows' Shift_JIS


@dataclass(frozen=True)
class Line:
    """`line`: of the file. `certificate`: its mark. `welfare`, `subsidy`: None, not told."""

    line: int
    number: str
    reference: str = ""
    certificate: str = ""
    welfare: bool | None = None
    subsidy: bool | None = None


COLUMNS = ("number", "reference", "certificate", "welfare", "subsidy")
_JAPANESE = {
    "診察券番号": "number",
    "患者番号": "number",
    "照会番号": "reference",
    "証明書": "certificate",
    "生活保護": "welfare",
    "医療費助成": "subsidy",
    "pmh": "subsidy",
}
_FLAGS = {"": None, "0": False, "1": True}


def list_as_text(lines: Sequence[Line]) -> str:
    """The list with its header."""
    out = StringIO()
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    for each in lines:
        flags = ("" if flag is None else int(flag) for flag in (each.welfare, each.subsidy))
        rows.writerow((each.number, each.reference, each.certificate, *flags))
    return out.getvalue()


def decoded(data: bytes, encoding: Encoding | None) -> str:
    """`encoding`: None: UTF-8 if it can be that, else cp932. A byte order mark is taken off.

    Raises:
        BadList: it is in another one.
    """
    for each in [encoding] if encoding else [Encoding.UTF_8, Encoding.CP932]:
        try:
            return data.decode(each).removeprefix("\ufeff")
        except UnicodeDecodeError:
            continue
    raise BadList(ListFlaw.NOT_DECODED, encoding or "UTF-8, cp932")


def lines_of(text: str, is_ours: Callable[[str], bool]) -> list[Line]:
    """`is_ours`: whether a certificate's mark is by the site's key.

    Raises:
        BadList: it has no header, or a wrong one.
        ListRefused: lines are wrong, or contradict each other.
    """
    lines: list[Line] = []
    troubles: list[BadLine] = []
    columns: list[str] = []
    try:
        for number, cells in _rows_of(text):
            if not columns:
                columns = _columns(cells)
                continue
            try:
                lines.append(_line(number, cells, columns, is_ours))
            except BadLine as error:
                troubles.append(error)
    except csv.Error as error:
        troubles.append(BadLine(error.args[1], LineFlaw.NOT_CSV))
    if not (columns or troubles):
        raise BadList(ListFlaw.NO_HEADER)
    troubles += _contradictions(lines)
    if troubles:
        in_order = sorted(troubles, key=lambda each: each.line)
        raise ListRefused(tuple(in_order))
    return lines


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


def _columns(header: Sequence[str]) -> list[str]:
    columns: list[str] = []
    for cell in header:
        name = cell.strip().lower()
        column = _JAPANESE.get(name, name)
        if column not in COLUMNS:
            raise BadList(ListFlaw.UNKNOWN_COLUMN, cell.strip())
        if column in columns:
            raise BadList(ListFlaw.COLUMN_TWICE, cell.strip())
        columns.append(column)
    if "number" not in columns:
        raise BadList(ListFlaw.NO_NUMBER_COLUMN, ", ".join(COLUMNS))
    return columns


def _line(
    line: int, cells: Sequence[str], columns: Sequence[str], is_ours: Callable[[str], bool]
) -> Line:
    """Raises BadLine."""
    if len(cells) != len(columns):
        raise BadLine(line, LineFlaw.CELL_COUNT)
    found = dict(zip(columns, (cell.strip() for cell in cells), strict=True))
    if not found["number"]:
        raise BadLine(line, LineFlaw.NO_NUMBER)
    certificate = found.get("certificate", "")
    if certificate and not is_mark(certificate):
        raise BadLine(line, LineFlaw.BAD_CERTIFICATE)
    if certificate and not is_ours(certificate):
        raise BadLine(line, LineFlaw.OTHER_KEY)
    reference = found.get("reference", "")
    return Line(
        line,
        _number(line, found["number"], LineFlaw.BAD_NUMBER),
        _number(line, reference, LineFlaw.BAD_REFERENCE) if reference else "",
        certificate,
        *(_flag(line, each, found.get(each, "")) for each in ("welfare", "subsidy")),
    )


def _number(line: int, cell: str, flaw: LineFlaw) -> str:
    try:
        return number_of(cell)
    except ValueError:  # what stands there may be a My Number: it is not repeated
        raise BadLine(line, flaw) from None


def _flag(line: int, column: str, cell: str) -> bool | None:
    if cell not in _FLAGS:
        raise BadLine(line, LineFlaw.BAD_FLAG, column)
    return _FLAGS[cell]


def _contradictions(lines: Sequence[Line]) -> Iterator[BadLine]:
    """What two lines of one list say of the same patient, 照会番号 or certificate."""
    first: dict[tuple[str, str], Line] = {}
    for line in lines:
        for key, flaw in _claims(line):
            before = first.setdefault(key, line)
            if before is line:
                continue
            if before.number != line.number:
                yield BadLine(line.line, flaw, before.number)
            else:
                yield BadLine(line.line, LineFlaw.REPEATED, str(before.line))
        for column in ("welfare", "subsidy"):
            if (flag := getattr(line, column)) is not None:
                before = first.setdefault((column, line.number), line)
                if getattr(before, column) != flag:
                    yield BadLine(line.line, LineFlaw.EXPECTS_OTHERWISE, str(before.line))


def _claims(line: Line) -> Iterator[tuple[tuple[str, str], LineFlaw]]:
    """What no other line may have."""
    if line.reference:
        yield ("reference", line.reference), LineFlaw.REFERENCE_TAKEN
    if line.certificate:
        yield ("certificate", line.certificate), LineFlaw.CERTIFICATE_TAKEN
    if not (line.reference or line.certificate):
        yield ("nothing more", line.number), LineFlaw.REPEATED
