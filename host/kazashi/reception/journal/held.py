"""People held until the centre can be asked, and the claim of the one who asks."""

import secrets
import sqlite3
from dataclasses import dataclass, field
from datetime import datetime

from kazashi.cards.birth import Birth, birth_of
from kazashi.cards.surface import Sex
from kazashi.errors import KazashiError
from kazashi.reception.errors import ReceptionError
from kazashi.reception.journal.facts import is_text
from kazashi.reports import is_simulated_serial

# What `held_in` reads, in the order of the visits.
_HELD = """
    SELECT held.visit, held_at, name, address, birth, sex, reason, reader, EXISTS (
        SELECT 1 FROM step WHERE step.visit = held.visit
        AND CASE WHEN json_valid(facts) THEN json_extract(facts, '$.is_test') END)
    FROM held JOIN visit ON visit.id = held.visit ORDER BY 1"""


@dataclass(frozen=True)
class Held:
    """A person of `visit` for whom the centre is yet to be asked. `sex`: a `Sex`.

    `journal`, `computer`: names of those that have the visit; "": it is this computer's.
    """

    visit: int
    held_at: datetime
    name: str = field(repr=False)
    address: str = field(repr=False)
    birth: Birth = field(repr=False)
    sex: int = field(repr=False)
    reason: str
    is_test: bool = False
    journal: str = ""
    computer: str = ""

    @property
    def id(self) -> str:
        """Of the visit, among those of all computers."""
        return f"{self.journal}/{self.visit}" if self.journal else str(self.visit)


@dataclass(frozen=True)
class Claim:
    """The one program that has it may ask about `held`. `token`: of this one claim."""

    held: Held
    token: str = field(default_factory=lambda: secrets.token_hex(8))


class HeldError(ReceptionError):
    """Base: the centre cannot be asked about this person now. They stay held."""


class BeingAsked(HeldError):
    """Another desk or program asks about them, or did when it ended; 10 minutes at most."""


class NeedsSite(HeldError):
    """Any computer of the site may ask, so its database must be reached first."""


class NeedsItsComputer(HeldError):
    """The centre answers by files about this person: the one that has the visit must ask."""


@dataclass(eq=False)
class NoResultFile(HeldError):
    """Files of the answer are on no disk, for these `reasons`: so the answer is not kept."""

    reasons: tuple[KazashiError, ...]


def person(
    visit: int,
    held_at: datetime,
    name: str,
    address: str,
    birth: str,
    sex: int,
    reason: str,
    *,
    is_test: bool,
    journal: str = "",
    computer: str = "",
) -> Held:
    """As they were kept; `birth`: yyyy-MM-dd.

    Raises:
        ValueError, TypeError, AttributeError: no person was held so.
    """
    if not (is_text(name) and is_text(address) and is_text(reason)):
        raise ValueError("a person who was never held")
    Sex(sex)  # ValueError: none of them
    born = birth_of(birth.replace("-", ""))
    return Held(visit, held_at, name, address, born, sex, reason, is_test, journal, computer)


def held_in(db: sqlite3.Connection) -> list[Held]:
    """The people of a journal. Raises as `person` does."""
    return [
        person(
            visit,
            datetime.fromisoformat(held_at),
            *items,
            is_test=bool(is_test) or is_simulated_serial(reader),
        )
        for visit, held_at, *items, reader, is_test in db.execute(_HELD)
    ]
