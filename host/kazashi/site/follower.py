"""Follows the journal of this computer into the site's database.

The journal has it all; SQLite cannot tell of changes, so it is looked at each second.
"""

from collections.abc import Iterable
from pathlib import Path
from time import monotonic

from kazashi.finding import Finding, doubtful, good
from kazashi.reception.journal import JournalMissing
from kazashi.reception.journal.followed import Followed
from kazashi.site.database import Part
from kazashi.site.entries import BATCH, bring, bring_ends, prune
from kazashi.site.held import bring_held
from kazashi.site.line import Connection
from kazashi.site.trouble import Trouble

_LOOK_S = 1.0
_PRUNE_S = 3600.0  # between two looks at what the journal has pruned


class Follower(Part):
    """`desk`: name of this computer in the database. `behind`: steps, when it last looked."""

    def __init__(self, journal: Path, desk: str, look_s: float = _LOOK_S) -> None:
        self._journal, self._desk, self.pause_s = journal, desk, look_s
        self._pruned_at = -_PRUNE_S
        self._most = BATCH
        self.behind = 0

    def turn(self, connection: Connection) -> bool:
        try:
            with Followed(self._journal) as followed:
                return self._follow(connection, followed)
        except JournalMissing:  # before the first visit
            return False

    def findings(self, trouble: Trouble | None) -> Iterable[Finding]:
        if trouble:
            return (doubtful("database", f"database.{trouble}"),)
        return (good("database", "database", behind=self.behind),)

    def _follow(self, connection: Connection, followed: Followed) -> bool:
        most, self._most = self._most, max(1, self._most // 2)  # if it does not end in time
        self.behind = bring(connection, followed, self._desk, most)
        self._most = min(2 * most, BATCH)
        if self.behind:
            return True
        bring_ends(connection, followed)
        bring_held(connection, followed)
        if monotonic() - self._pruned_at >= _PRUNE_S:
            if prune(connection, followed):
                return True
            self._pruned_at = monotonic()
        return False
