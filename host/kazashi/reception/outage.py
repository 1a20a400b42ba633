"""Network or centre down: the visit is held with its four items, and asked about later.

Source: システム障害時モード (wic-net 10145/8; kyotoihou ?p=14265): name, birth, sex and address are
taken from the card's face and queried later. Here they may come from its chip, too, opened by the
PIN or 照合番号B. Never a My Number.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from kazashi.reception.eligibility import (
    Centre,
    CentreBusy,
    CentreError,
    CentreUnreachable,
    Eligibility,
    FourItems,
    Request,
)
from kazashi.reception.typed import Mistyped, birth_date, narrow, required

_SEXES = {
    1: ("1", "男", "男性", "M", "MALE"),
    2: ("2", "女", "女性", "F", "FEMALE"),
    9: ("9", "その他", "OTHER"),
}


class Origin(StrEnum):
    """Where the four items are from."""

    CHIP_BY_PIN = "chip_by_pin"
    CHIP_BY_CODE_B = "chip_by_code_b"
    TYPED = "typed"  # from the card's face


@dataclass(frozen=True)
class TypedItems:
    """The four items as staff typed them: a `FourItems`."""

    name: str
    address: str
    birth: date
    sex: int  # 1 male, 2 female, 9 other


def typed_items(*, name: str, address: str, birth: str, sex: str, today: date) -> TypedItems:
    """What was typed from the card's face.

    Raises:
        Mistyped: a field is not what it should be; it says which.
    """
    return TypedItems(
        required("name", name), required("address", address), birth_date(birth, today), _sex(sex)
    )


def _sex(text: str) -> int:
    typed = narrow(required("sex", text)).upper()
    for code, words in _SEXES.items():
        if typed in words:
            return code
    raise Mistyped(
        "sex", "性別は、男・女・その他から選んでください。", "type 1 or 男, 2 or 女, 9 or その他"
    )


@dataclass(frozen=True)
class HeldVisit:
    """A visit whose eligibility is not known yet. `failures`: how often the centre refused it."""

    reference: str
    items: FourItems = field(repr=False)
    origin: Origin
    reason: str  # why it was held: the centre's error
    held_at: datetime
    failures: int = 0


class Store(Protocol):
    """Where held visits outlast the program. The journal is one."""

    def held(self) -> Iterable[HeldVisit]: ...
    def answered(self, reference: str, eligibility: Eligibility) -> None: ...  # held no more
    def refused(self, reference: str, reason: str) -> None: ...  # one failure more


def hold(
    reference: str, items: FourItems, origin: Origin, error: CentreError, now: datetime
) -> HeldVisit:
    """The visit that `error` keeps from being asked about.

    Raises:
        ValueError: `now` does not say its time zone.
    """
    if now.utcoffset() is None:
        raise ValueError("a time without its zone: use datetime.now(UTC)")
    return HeldVisit(reference, items, origin, str(error), now)


def order(visits: Iterable[HeldVisit]) -> list[HeldVisit]:
    """As they are asked about: the oldest first, those that the centre refused after the others."""
    return sorted(visits, key=lambda visit: (visit.failures, visit.held_at))


def ask_again(store: Store, centre: Centre) -> int:
    """Ask about each held visit; how many were answered. It ends where the centre is down still."""
    answered = 0
    for visit in order(store.held()):
        try:
            eligibility = centre.ask(Request(visit.reference, visit.items))
        except (CentreUnreachable, CentreBusy):
            break  # the others would fare the same
        except CentreError as error:
            store.refused(visit.reference, str(error))
        else:
            store.answered(visit.reference, eligibility)
            answered += 1
    return answered
