"""Follows the clinic's own numbers: this computer's copy of the map, and the site's, kept in step.

A visit reads the copy alone. SQLite cannot tell of changes, so it is looked at each second.
"""

import logging
from collections.abc import Iterable
from enum import StrEnum, unique

from kazashi.finding import Finding, doubtful, good
from kazashi.reception.numbers.copy import NumbersCopy
from kazashi.reception.numbers.errors import NumbersError
from kazashi.site.database import Part
from kazashi.site.line import Connection
from kazashi.site.ties import OtherKey, Unreadable, bring
from kazashi.site.trouble import Trouble

logger = logging.getLogger(__name__)

_LOOK_S = 1.0


@unique
class Obstacle(StrEnum):
    """What keeps copy and map apart, beside the database's own troubles. Keys of its words."""

    OTHER_KEY = "other-key"  # nothing is mixed
    COPY = "copy"  # its file cannot be used


class Numbers(Part):
    """`computer`: the name of this one in the database."""

    def __init__(self, copy: NumbersCopy, computer: str, look_s: float = _LOOK_S) -> None:
        self._copy, self._computer, self.pause_s = copy, computer, look_s
        self._obstacle: Obstacle | None = None
        self._unreadable: Unreadable = {}

    def turn(self, connection: Connection) -> bool:
        try:
            has_more = bring(connection, self._copy, self._computer, self._unreadable)
        except OtherKey:
            self._told(Obstacle.OTHER_KEY)
        except NumbersError:
            self._told(Obstacle.COPY)
        else:
            self._told(None)
            return has_more
        return False

    def findings(self, trouble: Trouble | None) -> Iterable[Finding]:
        if serials := [*self._unreadable.values()]:  # at once: another thread may change it
            yield doubtful("numbers", "numbers.unreadable", count=len(serials), serial=serials[0])
        yield numbers_finding(self._copy, self._obstacle, is_apart=trouble is not None)

    def _told(self, obstacle: Obstacle | None) -> None:
        if obstacle and obstacle != self._obstacle:
            logger.warning("site numbers: %s", obstacle)
        self._obstacle = obstacle


def numbers_finding(
    copy: NumbersCopy, obstacle: Obstacle | None = None, *, is_apart: bool = False
) -> Finding:
    """How the copy stands. `is_apart`: the database does not answer, or takes nothing."""
    if obstacle:
        return doubtful("numbers", f"numbers.{obstacle}")
    try:
        state = copy.state()
    except NumbersError:
        return doubtful("numbers", f"numbers.{Obstacle.COPY}")
    if is_apart:
        return doubtful("numbers", "numbers.apart", waiting=state.waiting)
    if state.conflicts:
        fields = {"conflicts": state.conflicts, "waiting": state.waiting}
        return doubtful("numbers", "numbers.conflicts", **fields)
    return good("numbers", "numbers", waiting=state.waiting)
