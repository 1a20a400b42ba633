"""Follows the journal of this computer into the site's database, in a thread of its own.

Whatever becomes of the database, the journal has it all, and a visit knows nothing of it. What the
database lacks is brought as soon as it is there again.
"""

import logging
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from threading import Event, Lock, Thread
from time import monotonic
from typing import Self

from kazashi.finding import Finding, doubtful, good
from kazashi.reception.journal import JournalMissing
from kazashi.reception.journal.followed import Followed
from kazashi.site.entries import bring, bring_ends, prune
from kazashi.site.line import Line, opened
from kazashi.site.schema import prepare
from kazashi.site.settings import DatabaseSettings
from kazashi.site.trouble import Trouble, trouble_of

logger = logging.getLogger(__name__)

_LOOK_S = 1.0  # between two looks at the journal; SQLite cannot tell of changes
_LONGEST_S = 30.0  # between two tries to reach the database
_PRUNE_S = 3600.0  # between two looks at what the journal has pruned
_STOP_S = 6.0  # for a connection that is just being opened


class Follower:
    """Use it as a context manager. `brought` is called, in its thread, after each batch."""

    def __init__(
        self,
        journal: Path,
        settings: DatabaseSettings,
        brought: Callable[[], None] = lambda: None,
        look_s: float = _LOOK_S,
    ) -> None:
        self._journal, self._settings = journal, settings
        self._brought, self._look_s = brought, look_s
        self._stop, self._lock = Event(), Lock()
        self._line: Line | None = None
        self._thread = Thread(target=self._run, name="site database", daemon=True)
        self.trouble: Trouble | None = Trouble.UNREACHABLE  # until it was reached
        self.behind = 0  # steps, when it last looked

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Takes as long as opening a connection may take, 5 s at most."""
        self._stop.set()
        with self._lock:
            if self._line:
                self._line.cut()
        self._thread.join(_STOP_S)

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def finding(self) -> Finding:
        """How it stands, for the people who look after the terminal."""
        if self.trouble:
            return doubtful("database", f"database.{self.trouble}")
        return good("database", "database", behind=self.behind)

    # -- in its thread ----------------------------------------------------------------------------

    def _run(self) -> None:
        pause_s = self._look_s
        while not self._stop.is_set():
            try:
                with ExitStack() as stack:
                    followed = stack.enter_context(Followed(self._journal))
                    line = stack.enter_context(self._open())
                    with line.limit() as connection:
                        prepare(connection)
                    self._told(None)
                    pause_s = self._look_s
                    self._follow(line, followed)
            except JournalMissing:  # before the first visit
                self._told(None)
            except Exception as error:  # whatever it is, it goes on
                if not self._stop.is_set():
                    self._told(trouble_of(error))
            with self._lock:
                self._line = None
            self._stop.wait(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_S)

    def _open(self) -> Line:
        line = opened(self._settings)
        with self._lock:
            self._line = line
            if self._stop.is_set():
                line.cut()
        return line

    def _follow(self, line: Line, followed: Followed) -> None:
        pruned_at = -_PRUNE_S
        while not self._stop.is_set():
            with line.limit() as connection:
                self.behind = bring(connection, followed, self._settings.desk)
                if not self.behind:
                    bring_ends(connection, followed)
                    if monotonic() - pruned_at >= _PRUNE_S:
                        prune(connection, followed)
                        pruned_at = monotonic()
            self._brought()
            if not self.behind:
                self._stop.wait(self._look_s)

    def _told(self, trouble: Trouble | None) -> None:
        if trouble != self.trouble:
            if trouble:  # no words of PostgreSQL: they may name what was to be written
                logger.warning("site database: %s; entries stay in the journal", trouble)
            self.trouble = trouble
