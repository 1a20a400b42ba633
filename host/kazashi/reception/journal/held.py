"""People held until the centre can be asked, and the claim of the one who asks."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from kazashi.cards.birth import Birth
from kazashi.reception.errors import ReceptionError


@dataclass(frozen=True)
class Held:
    """A person of `visit` for whom the centre is yet to be asked. `sex`: a `Sex`."""

    visit: int
    held_at: datetime
    name: str = field(repr=False)
    address: str = field(repr=False)
    birth: Birth = field(repr=False)
    sex: int = field(repr=False)
    reason: str


@dataclass(frozen=True)
class Claim:
    """Who has it may ask about `held`, and nobody else. `token`: of this one claim."""

    held: Held
    token: str = field(default_factory=lambda: secrets.token_hex(8))


class HeldError(ReceptionError):
    """Base: the centre cannot be asked about this person now. They stay held."""


class BeingAsked(HeldError):
    """Another desk or program asks about them, or did when it ended; 10 minutes at most."""
