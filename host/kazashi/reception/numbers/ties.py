"""Ties: what the map knows, one by one, so that copies of the map can be joined in any order.

A change names in its history all that its author had seen. A tie whose author had seen the other
one takes its place. Of two whose authors knew nothing of each other, the one that was there first
stays, and the other is kept beside it as a claim, until the staff decide.
"""

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum, unique
from typing import Self

from kazashi.reception.journal.facts import is_text

_HISTORY = 32  # ids; what is older may be claimed again by a copy that was away for so long


@unique
class Kind(StrEnum):
    """What `Tie.name` is, and what `Tie.value`."""

    CERTIFICATE = "certificate"  # its mark; a number
    REFERENCE = "reference"  # 照会番号; a number
    EXPECTED = "expected"  # a number; what is expected, "welfare no-subsidy": see store.py


@dataclass(frozen=True)
class Claim:
    """What others say of the same name. `by`: a member of the staff, or "list"; `at`: ISO 8601."""

    id: str
    value: str
    by: str
    at: str

    @property
    def time(self) -> datetime:
        return datetime.fromisoformat(self.at)


@dataclass(frozen=True)
class Tie:
    """`history`: random ids, its own first, then those of what its author had seen, the newest
    first. `by`, `at`: see `Claim`. `claims`: the staff are to decide between them and `value`.
    """

    kind: Kind
    name: str
    value: str
    history: tuple[str, ...]
    by: str
    at: str
    claims: tuple[Claim, ...] = ()

    @property
    def id(self) -> str:
        return self.history[0]

    @property
    def values(self) -> set[str]:
        """That it may tell, until the staff have decided."""
        return {self.value, *(each.value for each in self.claims)}

    @property
    def known(self) -> set[str]:
        """Ids of all changes that it has taken into account."""
        return {*self.history, *(each.id for each in self.claims)}

    @classmethod
    def of_row(cls, kind: str, name: str, value: str, history: str, told: str, claims: str) -> Self:
        """As `row` gives it. Raises ValueError, TypeError: it is none."""
        ids = tuple(history.split(" "))
        own = Claim(ids[0], value, *json.loads(told))
        others = tuple(Claim(*each) for each in json.loads(claims))
        for each in (own, *others):
            if not (is_text(each.id) and is_text(each.value) and is_text(each.by) and each.time):
                raise ValueError("a claim that was never made")
        return cls(Kind(kind), name, value, ids, own.by, own.at, others)

    def row(self) -> tuple[str, str, str, str, str, str]:
        """Text for a database. The last two are JSON: what staff typed may have U+0000."""
        told = json.dumps((self.by, self.at))
        claims = json.dumps([(each.id, each.value, each.by, each.at) for each in self.claims])
        return self.kind, self.name, self.value, " ".join(self.history), told, claims


def said(have: Tie | None, kind: Kind, name: str, value: str, by: str, at: str) -> Tie:
    """The tie that `by` makes now, who has seen `have` and its claims."""
    ids = [secrets.token_hex(8)]
    if have:
        ids += (have.id, *(each.id for each in have.claims), *have.history[1:])
    return Tie(kind, name, value, _ids(ids), by, at)


def joined(have: Tie | None, new: Tie) -> Tie:
    """What the map knows after `new` has come from a copy. The same once more changes nothing.

    What is expected of a patient is no conflict: the later one to come is right.
    """
    if have is None:
        return new
    claims = {each.id: each for each in (*have.claims, *new.claims)}
    if new.id in have.known:
        stays, settled = have, {*have.history}
    elif have.id in new.history:
        stays, settled = new, {*new.history}
    elif new.kind is Kind.EXPECTED:
        stays, settled = replace(new, history=_ids(new.history + have.history)), set[str]()
    else:
        stays, settled = have, {*have.history, *new.history}
        claims[new.id] = Claim(new.id, new.value, new.by, new.at)
        settled.discard(new.id)
    kept = (c for c in claims.values() if c.id not in settled and c.value != stays.value)
    return replace(stays, claims=tuple(kept))


def _ids(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))[:_HISTORY]
