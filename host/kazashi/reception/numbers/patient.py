"""What a visit needs of the clinic's numbers, and what it learns."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Protocol

from kazashi.reception.typed import Mistyped, digits, plain

_FORM = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z._/-]{0,48}[0-9A-Za-z])?")


def number_of(text: str) -> str:
    """`text` as a patient's number or a 照会番号: letters, digits and - . _ / between, 50 at most.

    Wide ones become narrow.

    Raises:
        ValueError: it is none, or may be a My Number.
    """
    try:
        found = digits(plain("number", text))
    except Mistyped as error:
        raise ValueError("no number") from error
    if not _FORM.fullmatch(found):
        raise ValueError("no number")
    return found


@unique
class Expected(StrEnum):
    """A certificate that the staff expect of a patient beside the insurance."""

    WELFARE = "welfare"  # 生活保護: 医療券
    SUBSIDY = "subsidy"  # 医療費助成: 受給者証, PMH


@unique
class FoundBy(StrEnum):
    """What told the number."""

    REFERENCE = "reference"  # 照会番号
    CERTIFICATE = "certificate"
    BOTH = "both"


@dataclass(frozen=True)
class FoundPatient:
    """Whose visit it is. `number`: empty if it is not known.

    `is_new_certificate`: the staff are to say whether it is this patient's; `is_new_reference`: the
    same of a 照会番号, where the certificate tells the number. `conflicting`: numbers that 照会番号
    and certificate tell, or desks say of one of them; then `number` is empty. `missing`: what the
    staff expect of the patient, and the centre's answer has nothing of.
    """

    number: str = ""
    found_by: FoundBy | None = None
    is_new_certificate: bool = False
    is_new_reference: bool = False
    conflicting: tuple[str, ...] = ()
    expects: tuple[Expected, ...] = ()
    missing: tuple[Expected, ...] = ()

    @property
    def is_to_decide(self) -> bool:
        """Whether the staff are to say something of it."""
        return self.is_new_certificate or self.is_new_reference or bool(self.conflicting)


class PatientNumbers(Protocol):
    """A map, asked from any thread. A visit waits for it half a second at most."""

    def of(self, references: Sequence[str], certificate_sha256: str) -> FoundPatient:
        """Whose they are. `references`: 照会番号; `certificate_sha256`: empty, it is not proved.

        Raises:
            NumbersError: not now.
        """
        ...

    def offer(
        self,
        references: Sequence[str],
        certificate_sha256: str,
        visit: int | None,
        *,
        is_test: bool,
    ) -> None:
        """Have the staff decide what `of` told of the same. `visit`: its number in the journal.

        Raises:
            NumbersError: not now; it is offered at the next visit.
        """
        ...
