"""The patients whose 照会番号 are to be registered, as CSV; see reception/csv_table.py.

    number,reference,insurer,symbol,insured,branch
    00123,,06139992,見本１２,1234567,00

`number` (診察券番号), `insurer` (保険者番号) and `insured` (番号) must be there. A missing
`reference` (照会番号) is the one that the clinic's map has for this patient, or else the number.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from kazashi.oqs.centre import INSURER_WIDTH
from kazashi.oqs.match import insurance_in
from kazashi.oqs.message import ReferenceNumberRegistrationInfo
from kazashi.oqs.register import ToRegister
from kazashi.reception.csv_table import Columns, rows_of
from kazashi.reception.numbers.errors import BadLine, LineFlaw
from kazashi.reception.numbers.lists import Encoding, number_in
from kazashi.reception.numbers.table import list_of
from kazashi.reception.papers.certificate import (
    branch_of,
    insured_number_of,
    insurer_of,
    symbol_of,
)
from kazashi.reception.typed import Mistyped

COLUMNS = Columns(
    ("number", "reference", "insurer", "symbol", "insured", "branch"),
    ("number", "insurer", "insured"),
    {
        "診察券番号": "number",
        "患者番号": "number",
        "照会番号": "reference",
        "保険者番号": "insurer",
        "記号": "symbol",
        "番号": "insured",
        "枝番": "branch",
    },
)


def list_to_register(
    data: bytes, reference_of: Callable[[str], str], encoding: Encoding | None = None
) -> list[ToRegister]:
    """`reference_of`: the 照会番号 of a patient's number for which the list has none.

    Raises:
        BadList, ListRefused: see `list_of`.
    """
    rows = rows_of(data, COLUMNS, encoding)
    return list_of(rows, lambda line, found: _entry(line, found, reference_of), _contradictions)


def _entry(line: int, found: Mapping[str, str], reference_of: Callable[[str], str]) -> ToRegister:
    """Raises BadLine."""
    number = number_in(line, found["number"], LineFlaw.BAD_NUMBER)
    reference = found.get("reference") or reference_of(number)

    def insurance(column: str, form: Callable[[str], str]) -> str:
        try:
            return form(found.get(column, ""))
        except Mistyped:  # what stands there may be a My Number: it is not repeated
            raise BadLine(line, LineFlaw.BAD_INSURANCE, column) from None

    info = ReferenceNumberRegistrationInfo(
        reference_number=number_in(line, reference, LineFlaw.BAD_REFERENCE),
        insurer_number=insurance("insurer", insurer_of).rjust(INSURER_WIDTH),
        insured_card_symbol=insurance("symbol", symbol_of),
        insured_identification_number=insurance("insured", insured_number_of),
        insured_branch_number=insurance("branch", branch_of),
    )
    return ToRegister(line, number, info)


def _contradictions(entries: Sequence[ToRegister]) -> Iterator[BadLine]:
    """A 照会番号 is one patient's; an insurance has one."""
    owners: dict[str, ToRegister] = {}
    first: dict[tuple[str, ...], ToRegister] = {}
    for entry in entries:
        info = entry.info
        owner = owners.setdefault(info.reference_number, entry)
        if owner.number != entry.number:
            yield BadLine(entry.line, LineFlaw.REFERENCE_TWICE, str(owner.line))
        before = first.setdefault(insurance_in(info), entry)
        if before is not entry:
            same = before.info.reference_number == info.reference_number
            flaw = LineFlaw.REPEATED if same else LineFlaw.INSURANCE_TAKEN
            yield BadLine(entry.line, flaw, str(before.line))
