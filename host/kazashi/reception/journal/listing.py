"""The journal's list: what it shows of a visit, kept in the visit's row when the visit ends.

So a list reads one table. What it shows of a visit that runs is told by its steps, in the same
way; SQLite looks into the facts of a step only if the name stands in their text.
"""

import json
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple, cast

from kazashi.reception.journal.facts import Fact, is_fact
from kazashi.reports import is_simulated_serial

_SHOWN = ("way", "fallback", "is_test", "error")  # of the facts
_NOTHING = (None,) * len(_SHOWN)
_HAS_SOME = " OR ".join(f"instr(facts, '\"{name}\"')" for name in _SHOWN)
_PATHS = ", ".join(f"'$.{name}'" for name in _SHOWN)

# An expression, for a row of visit: JSON, of each step its name, or [name, values of _SHOWN].
# NULL: a step is damaged. The inner query reads by the index, so in this order.
LISTED = f"""(
    SELECT CASE WHEN count(told) = count(*) THEN json_group_array(json(told)) END
    FROM (SELECT CASE
            WHEN typeof(name) || typeof(facts) <> 'texttext' OR NOT json_valid(facts) THEN NULL
            WHEN {_HAS_SOME} THEN json_array(name, json_extract(facts, {_PATHS}))
            ELSE json_quote(name) END AS told
        FROM step WHERE step.visit = visit.id ORDER BY id))"""


class ListedStep(NamedTuple):
    """Steps in a row with the same `name` and `error`."""

    name: str
    error: str | None
    times: int


class ListedVisit(NamedTuple):
    """`outcome`, times: as of a KeptVisit. `way`, `fallback`: the last one; None: none."""

    id: int
    begun_at: datetime
    ended_at: datetime | None
    profile: str
    reader: str
    outcome: str | None
    is_test: bool
    way: str | None
    fallback: str | None
    steps: tuple[ListedStep, ...]


def listed(row: tuple[Any, ...]) -> ListedVisit:
    """`row`: the columns of a visit, and LISTED.

    Raises:
        ValueError, TypeError: the journal has not written them.
    """
    number, begun_at, profile, reader, outcome, ended_at, told = row
    is_test, way, fallback, steps = _of_steps(told)
    if not (
        isinstance(profile, str) and isinstance(reader, str) and isinstance(outcome or "", str)
    ):
        raise ValueError("a visit of other words")
    return ListedVisit(
        number,
        datetime.fromisoformat(begun_at),
        datetime.fromisoformat(ended_at) if ended_at else None,
        profile,
        reader,
        outcome,
        is_test or _is_simulated(reader),
        way,
        fallback,
        steps,
    )


_is_simulated = lru_cache(is_simulated_serial)


@lru_cache(4096)  # most visits are like others
def _of_steps(told: str) -> tuple[bool, str | None, str | None, tuple[ListedStep, ...]]:
    """(is_test, way, fallback, steps)"""
    found: Any = json.loads(told)
    if not isinstance(found, list):
        raise ValueError("steps that are no list")
    kept = [_of_step(each) for each in cast("list[Any]", found)]
    same = groupby((name, error) for name, (_, _, _, error) in kept)
    steps = tuple(ListedStep(name, _word(error), len([*each])) for (name, error), each in same)
    way, fallback = (_last([facts[at] for _, facts in kept]) for at in (0, 1))
    return any(is_test is True for _, (_, _, is_test, _) in kept), way, fallback, steps


def _of_step(told: Any) -> tuple[str, tuple[Fact | None, ...]]:
    name, facts = (told, _NOTHING) if isinstance(told, str) else told
    are_facts = all(fact is None or is_fact(fact) for fact in facts)
    if not (isinstance(name, str) and are_facts and len(facts) == len(_SHOWN)):
        raise ValueError("a step of other facts")
    return name, facts


def _last(facts: list[Fact | None]) -> str | None:
    return _word(next((fact for fact in facts[::-1] if fact is not None), None))


def _word(fact: Fact | None) -> str | None:
    return None if fact is None else str(fact)
