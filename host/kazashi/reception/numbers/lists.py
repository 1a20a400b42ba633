"""Lists of patients' numbers as CSV, in UTF-8 or cp932; see csv_table.py.

    number,reference,certificate,welfare,subsidy
    00123,A-00123,,0,1

`number` (診察券番号) must be there. `reference` (照会番号), `certificate` (as exported), `welfare`
(生活保護) and `subsidy` (医療費助成, PMH): 1, 0, or empty, which changes nothing. A patient may
have several lines. All that is wrong is told at once, each with its line.
"""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from io import StringIO

from kazashi.reception.csv_table import Columns, rows_of
from kazashi.reception.numbers.errors import BadLine, LineFlaw
from kazashi.reception.numbers.marks import is_mark
from kazashi.reception.numbers.patient import number_of
from kazashi.reception.numbers.table import list_of


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


COLUMNS = Columns(
    ("number", "reference", "certificate", "welfare", "subsidy"),
    ("number",),
    {
        "診察券番号": "number",
        "患者番号": "number",
        "照会番号": "reference",
        "証明書": "certificate",
        "生活保護": "welfare",
        "医療費助成": "subsidy",
        "pmh": "subsidy",
    },
)
_FLAGS = {"": None, "0": False, "1": True}


def list_as_text(lines: Sequence[Line]) -> str:
    """The list with its header."""
    out = StringIO()
    rows = csv.writer(out)
    rows.writerow(COLUMNS.names)
    for each in lines:
        flags = ("" if flag is None else int(flag) for flag in (each.welfare, each.subsidy))
        rows.writerow((each.number, each.reference, each.certificate, *flags))
    return out.getvalue()


def lines_of(
    data: bytes, is_ours: Callable[[str], bool], encoding: Encoding | None = None
) -> list[Line]:
    """`is_ours`: whether a certificate's mark is by the site's key. `encoding`: see `rows_of`.

    Raises:
        BadList, ListRefused: see `list_of`.
    """
    rows = rows_of(data, COLUMNS, encoding)
    return list_of(rows, lambda line, found: _line(line, found, is_ours), _contradictions)


def _line(line: int, found: Mapping[str, str], is_ours: Callable[[str], bool]) -> Line:
    """Raises BadLine."""
    number = number_in(line, found["number"], LineFlaw.BAD_NUMBER)
    certificate = found.get("certificate", "")
    if certificate and not is_mark(certificate):
        raise BadLine(line, LineFlaw.BAD_CERTIFICATE)
    if certificate and not is_ours(certificate):
        raise BadLine(line, LineFlaw.OTHER_KEY)
    reference = found.get("reference", "")
    return Line(
        line,
        number,
        number_in(line, reference, LineFlaw.BAD_REFERENCE) if reference else "",
        certificate,
        *(_flag(line, each, found.get(each, "")) for each in ("welfare", "subsidy")),
    )


def number_in(line: int, cell: str, flaw: LineFlaw) -> str:
    """The number in a cell. Raises BadLine: it is none."""
    if not cell:
        raise BadLine(line, LineFlaw.NO_NUMBER)
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
            is_same = before.number == line.number
            yield BadLine(line.line, LineFlaw.REPEATED if is_same else flaw, str(before.line))
        for column in ("welfare", "subsidy"):
            if (flag := getattr(line, column)) is not None:
                before = first.setdefault((column, line.number), line)
                if getattr(before, column) != flag:
                    yield BadLine(line.line, LineFlaw.EXPECTS_OTHERWISE, str(before.line))


def _claims(line: Line) -> Iterator[tuple[tuple[str, str], LineFlaw]]:
    """What no other line may have."""
    if line.reference:
        yield ("reference", line.reference), LineFlaw.REFERENCE_TWICE
    if line.certificate:
        yield ("certificate", line.certificate), LineFlaw.CERTIFICATE_TWICE
    if not (line.reference or line.certificate):
        yield ("nothing more", line.number), LineFlaw.REPEATED
