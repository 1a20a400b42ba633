"""What the staff are to decide, and what their screen needs of a map."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kazashi.reception.numbers.patient import PatientNumbers
from kazashi.reception.numbers.ties import Claim


@dataclass(frozen=True)
class Offer:
    """A certificate or a 照会番号 whose patient the staff are to say.

    `reference`: 照会番号; empty: it is a certificate. `number`: what the visit tells; empty: none.
    `tied`: to which it is tied up to now; empty: none. `visit`: None: it was not kept, or no visit
    asks, but `claims`: other desks said otherwise than `tied`.
    """

    id: int
    reference: str
    number: str
    tied: str
    visit: int | None
    at: datetime
    is_test: bool
    claims: tuple[Claim, ...] = ()


class ClinicNumbers(PatientNumbers, Protocol):
    """A map whose offers the staff decide, from any thread.

    Raises:
        NumbersError: not now; so from each method.
    """

    def tell(self, changed: Callable[[], None]) -> None:
        """Call it, in any thread, if others changed what is to be decided."""
        ...

    def offers(self) -> Sequence[Offer]:
        """The oldest first."""
        ...

    def tie(self, offer: int, number: str, staff: str) -> bool:
        """It is this patient's, as `staff` say. False: it was decided already."""
        ...

    def leave(self, offer: int, staff: str) -> bool:
        """It stays as it is; if it is tied to nobody, the next visit with it asks again. False: it
        was decided already.
        """
        ...
