"""A page of the journal's list: what it shows of a visit, and no more is decoded.

SQLite looks into the facts of a step only if the name stands in their text.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from kazashi.reports import is_simulated_serial

_BETWEEN = "\x1f"  # of ways, which are words, see facts.py


def _fact(name: str) -> str:
    return f"CASE WHEN instr(facts, '\"{name}\"') THEN json_extract(facts, '$.{name}') END"


# The steps come in their order: the inner query sorts them by the index that they are read by.
STEPS = f"""
    SELECT visit, json_group_array(name || coalesce(': ' || {_fact("error")}, '')),
        max({_fact("is_test")} IS 1),
        group_concat({_fact("way")}, char(31))
    FROM (SELECT visit, name, facts FROM step
        WHERE visit BETWEEN :first AND :last ORDER BY visit, id)
    GROUP BY visit"""
NO_STEPS = ("[]", 0, None)


@dataclass(frozen=True)
class ListedVisit:
    """`begun_at`, `outcome`: as of a KeptVisit. `way`: the last one; "": none.

    `steps`: the name of each, and after a colon the error in it.
    """

    id: int
    begun_at: datetime
    profile: str
    outcome: str | None
    way: str
    is_test: bool
    steps: tuple[str, ...]


def listed(
    visit: tuple[int, str, str, str, str | None], steps: tuple[str, int, str | None]
) -> ListedVisit:
    """Of a row of visit, and one of STEPS without its first column.

    Raises:
        ValueError: the journal has not written them.
    """
    number, begun_at, profile, reader, outcome = visit
    told, is_test, ways = steps
    return ListedVisit(
        number,
        datetime.fromisoformat(begun_at),
        profile,
        outcome,
        (ways or "").rpartition(_BETWEEN)[2],
        bool(is_test) or is_simulated_serial(reader),
        tuple(json.loads(told)),
    )
