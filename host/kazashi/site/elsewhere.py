"""People held at other computers of the site, as the staff screens of this one show them."""

from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic

from kazashi.reception.journal import Held, JournalMissing
from kazashi.reception.journal.followed import Followed
from kazashi.site.database import Part
from kazashi.site.held import CHANNEL, others
from kazashi.site.line import Connection
from kazashi.site.people import SitePeople
from kazashi.site.settings import DatabaseSettings

_LOOK_S = 30.0  # NOTIFY tells of changes at once
# Each answer makes every computer read all people: of 10,000 that is 2.4 MB, and 0.1 s of a core.
_A_SECOND = 1_000  # people that a computer reads, on average
_NO_JOURNAL = "00000000-0000-0000-0000-000000000000"


class HeldElsewhere(Part):
    """`others`: as they were when the database was last reached; if they change often, up to 1 s
    older for each 1,000 of them. `is_away`: it cannot be reached now.
    """

    channel = CHANNEL

    def __init__(self, journal: Path, settings: DatabaseSettings) -> None:
        self._journal, self._settings, self.pause_s = journal, settings, _LOOK_S
        self._changed: Callable[[], None] = lambda: None
        self._rests_until = 0.0
        self.others: Sequence[Held] = ()
        self.is_away = True

    def tell(self, changed: Callable[[], None]) -> None:
        """Call it, in the connection's thread, if any of it changes."""
        self._changed = changed

    def people(self) -> SitePeople:
        """To ask about those of all computers, in the calling thread."""
        return SitePeople(self._journal, self._settings)

    # -- in the connection's thread ---------------------------------------------------------------

    def turn(self, connection: Connection) -> bool:
        rest_s = self._rests_until - monotonic()
        if rest_s > 0 and not self.is_away:
            self.pause_s = rest_s
            return False
        try:
            with Followed(self._journal) as followed:
                name = followed.name()
        except JournalMissing:  # before the first visit
            name = _NO_JOURNAL
        self._see(others(connection, name), is_away=False)
        self.pause_s = _LOOK_S
        self._rests_until = monotonic() + len(self.others) / _A_SECOND
        return False

    def lost(self) -> None:
        self._see(self.others, is_away=True)

    def _see(self, others: Sequence[Held], *, is_away: bool) -> None:
        if ([*others], is_away) != ([*self.others], self.is_away):
            self.others, self.is_away = others, is_away
            self._changed()
