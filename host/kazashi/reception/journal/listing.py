"""The journal's list: what it shows of a visit, kept in the visit's row when the visit ends.

So a list reads one table. What it shows of a visit that runs is told by its steps, in the same
way; SQLite looks into the facts of a step only if the name stands in their text.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple

from kazashi.reports import is_simulated_serial


def _fact(name: str) -> str:
    return (
        f"CASE WHEN json_valid(facts) AND instr(facts, '\"{name}\"') "
        f"THEN json_extract(facts, '$.{name}') END AS {name}"
    )


def _all(name: str) -> str:
    return f"json_group_array({name}) FILTER (WHERE {name} IS NOT NULL)"


# An expression, for a row of visit. NULL: the facts of a step are damaged.
# The steps come in their order: the inner query sorts them by the index that they are read by.
LISTED = f"""(
    SELECT CASE WHEN coalesce(min(is_sound), 1) THEN json_object(
        'ways', {_all("way")},
        'fallbacks', {_all("fallback")},
        'is_test', max(is_test IS 1),
        'steps', json_group_array(json_array(name, error))) END
    FROM (SELECT name, json_valid(facts) AS is_sound,
        {_fact("way")}, {_fact("fallback")}, {_fact("is_test")}, {_fact("error")}
        FROM step WHERE step.visit = visit.id ORDER BY id))"""


@dataclass(frozen=True)
class ListedStep:
    """Steps in a row with the same `name` and `error`, so many."""

    name: str
    error: str | None
    count: int


class ListedVisit(NamedTuple):
    """`outcome`, times: as of a KeptVisit. `way`, `fallback`: the last one; None: none."""

    id: int
    begun_at: datetime
    profile: str
    reader: str
    outcome: str | None
    ended_at: datetime | None
    is_test: bool
    way: str | None
    fallback: str | None
    steps: tuple[ListedStep, ...]


def listed(
    number: int,
    begun_at: str,
    profile: str,
    reader: str,
    outcome: str | None,
    ended_at: str | None,
    told: str,
) -> ListedVisit:
    """Of the columns of a visit, and LISTED as `told`.

    Raises:
        ValueError, TypeError: the journal has not written them.
    """
    is_test, way, fallback, steps = _of_steps(told)
    if not (_is_text(profile) and _is_text(reader) and _is_text(outcome or "")):
        raise ValueError("a visit of other words")
    return ListedVisit(
        number,
        datetime.fromisoformat(begun_at),
        profile,
        reader,
        outcome,
        datetime.fromisoformat(ended_at) if ended_at else None,
        is_test or _is_simulated(reader),
        way,
        fallback,
        steps,
    )


_is_simulated = lru_cache(is_simulated_serial)


@lru_cache(4096)  # most visits are like others
def _of_steps(told: str) -> tuple[bool, str | None, str | None, tuple[ListedStep, ...]]:
    kept: Any = json.loads(told)
    steps = tuple(
        ListedStep(str(name), None if error is None else str(error), len([*same]))
        for (name, error), same in groupby(kept["steps"])
    )
    return bool(kept["is_test"]), _last(kept["ways"]), _last(kept["fallbacks"]), steps


def _last(words: list[object]) -> str | None:
    return str(words[-1]) if words else None


def _is_text(value: object) -> bool:
    return isinstance(value, str)
