"""Network or centre down: the visit is held with its four items, and asked about later.

Source: システム障害時モード (wic-net 10145/8; kyotoihou ?p=14265): name, birth, sex and address are
taken from the card's face and queried later. Here they may come from its chip, too, opened by the
PIN or 照合番号B. Never a My Number.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from kazashi.cards.surface import FourItems, Sex
from kazashi.reception.eligibility import (
    Centre,
    CentreBusy,
    CentreError,
    CentreUnreachable,
    Eligibility,
    Request,
)
from kazashi.reception.typed import Mistyped, birth_date, narrow, required

_SEXES = {
    Sex.MALE: ("1", "男", "男性", "M", "MALE"),
    Sex.FEMALE: ("2", "女", "女性", "F", "FEMALE"),
    Sex.OTHER: ("9", "その他", "OTHER"),
}


def typed_items(*, name: str, address: str, birth: str, sex: str, today: date) -> FourItems:
    """What was typed from the card's face.

    Raises:
        Mistyped: a field is not what it should be; it says which.
    """
    return FourItems(
        required("name", name), required("address", address), birth_date(birth, today), _sex(sex)
    )


def _sex(text: str) -> Sex:
    typed = narrow(required("sex", text)).upper()
    for sex, words in _SEXES.items():
        if typed in words:
            return sex
    raise Mistyped(
        "sex", "性別は、男・女・その他から選んでください。", "type 1 or 男, 2 or 女, 9 or その他"
    )


@dataclass(frozen=True)
class HeldVisit:
    """A visit whose eligibility is not known yet. `failures`: how often the centre refused it."""

    reference: str
    items: FourItems = field(repr=False)
    reason: str  # why it was held
    held_at: datetime
    failures: int = 0


class Store(Protocol):
    """Where held visits outlast the program. The journal is one."""

    def held(self) -> Iterable[HeldVisit]: ...
    def answered(self, reference: str, eligibility: Eligibility) -> None: ...  # held no more
    def refused(self, reference: str, reason: str) -> None: ...  # one failure more


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
