"""The site's database and this computer, kept in step: parts take turns on one connection.

Whatever becomes of the database, what a computer needs it has itself, and a visit knows nothing of
it. What the database lacks is brought as soon as it is there again.
"""

import logging
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, suppress
from threading import Event, Lock, Thread
from time import monotonic
from typing import Self

from kazashi.finding import Finding
from kazashi.site.line import Connection, Line, opened
from kazashi.site.schema import prepare
from kazashi.site.settings import DatabaseSettings
from kazashi.site.trouble import Trouble, trouble_of

logger = logging.getLogger(__name__)

_LISTEN_S = 0.2  # until it looks whether a part is due before its time
_PAUSE_S = 1.0  # after an error, until the first try again
_LONGEST_S = 30.0  # between two tries
_FAREWELL_S = 1.0
_STOP_S = 6.0  # for a connection that is just being opened


class Part:
    """A job on the connection beside others, in the connection's thread.

    `pause_s`: between two turns. `channel`: a NOTIFY on it makes a turn due at once.
    """

    pause_s: float
    channel: str | None = None

    @property
    def is_due(self) -> bool:
        """Whether it has something to do before its pause is over."""
        return False

    def begin(self, connection: Connection) -> None:
        """Before its first turn on a connection, and after one that failed: what the database was
        told may be lost. Raises as `turn` does.
        """

    def turn(self, connection: Connection) -> bool:
        """A piece of the work that ends soon. True: there is more, now.

        Raises:
            Exception: `trouble_of` tells what it means. The next turn comes later.
        """
        raise NotImplementedError

    def end(self, connection: Connection) -> None:
        """This computer leaves. Raises as `turn` does."""

    def lost(self) -> None:
        """The database is away."""

    def findings(self, trouble: Trouble | None) -> Iterable[Finding]:  # noqa: ARG002
        """How it stands, for the people who look after the terminal. `trouble`: why it rests."""
        return ()


class Database:
    """Use it as a context manager; from its beginning to its end `parts` take turns."""

    def __init__(
        self, settings: DatabaseSettings, parts: Sequence[Part], pause_s: float = _PAUSE_S
    ) -> None:
        """`pause_s`: after an error, until the first try again; then ever longer."""
        self._settings, self._pauses = settings, _Pauses(pause_s)
        self._turns = [_Turns(part, pause_s) for part in parts]
        self._stop, self._lock = Event(), Lock()
        self._line: Line | None = None
        self._thread = Thread(target=self._run, name="site database", daemon=True)
        self._lost: Trouble | None = Trouble.UNREACHABLE  # until it was reached
        self._told: Trouble | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Takes 7 s at most. The thread lasts longer only while a name is not resolved, or the next
        of several addresses is tried.
        """
        self._stop.set()
        self._thread.join(_FAREWELL_S)
        with self._lock:
            if self._line:
                self._line.cut()
        self._thread.join(_STOP_S)

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    @property
    def trouble(self) -> Trouble | None:
        """Why it, or else the first part that has some, cannot go on now."""
        return next(filter(None, [self._lost, *(turns.trouble for turns in self._turns)]), None)

    def findings(self) -> list[Finding]:
        """Of all its parts."""
        return [
            finding
            for turns in self._turns
            for finding in turns.part.findings(self._lost or turns.trouble)
        ]

    # -- in its thread ----------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with ExitStack() as stack:
                    self._take_turns(self._open(stack))
            except Exception as error:  # whatever it is, it goes on
                self._lose(trouble_of(error))
            self._stop.wait(self._pauses.next())

    def _open(self, stack: ExitStack) -> Line:
        line = stack.enter_context(opened(self._settings))
        stack.callback(self._forget)
        with self._lock:
            self._line = line
            if self._stop.is_set():
                line.cut()
        for turns in self._turns:
            turns.anew()
        return line

    def _forget(self) -> None:
        with self._lock:
            self._line = None

    def _take_turns(self, line: Line) -> None:
        while not self._stop.is_set():
            # One that is in trouble comes last: it may end the connection.
            for turns in sorted(self._turns, key=lambda turns: turns.trouble is not None):
                if turns.is_due:
                    turns.take(line)
            self._reached()
            next_at = min(turns.at for turns in self._turns)
            wait_s = min(max(0.0, next_at - monotonic()), _LISTEN_S)
            heard = {notify.channel for notify in line.connection.notifies(timeout=wait_s)}
            for turns in self._turns:
                if turns.part.channel in heard:
                    turns.at = 0.0
        for turns in self._turns:
            turns.end(line)

    def _reached(self) -> None:
        self._lost = None
        if any(turns.is_begun for turns in self._turns):  # it is not only opened
            self._pauses.start()
        self._tell()

    def _lose(self, trouble: Trouble) -> None:
        if self._stop.is_set():
            return
        self._lost = trouble
        self._tell()
        for turns in self._turns:
            with suppress(Exception):  # whatever it is, it goes on
                turns.part.lost()

    def _tell(self) -> None:
        """Log each trouble once. No words of PostgreSQL: they may name what was to be written."""
        trouble = self.trouble
        if trouble and trouble != self._told:
            logger.warning("site database: %s; nothing is lost, it is tried again", trouble)
        self._told = trouble


class _Turns:
    """The turns of a part. `at`: when the next one is due. `trouble`: of the last one."""

    def __init__(self, part: Part, pause_s: float) -> None:
        self.part = part
        self.at = 0.0
        self.is_begun = False
        self.trouble: Trouble | None = None
        self._pauses = _Pauses(pause_s)

    @property
    def is_due(self) -> bool:
        return monotonic() >= self.at or (self.trouble is None and self.part.is_due)

    def anew(self) -> None:
        """On a new connection, at once; after an error, when its pause is over."""
        self.is_begun = False
        if self.trouble is None:
            self.at = 0.0

    def take(self, line: Line) -> None:
        """Any error is of this part alone, unless it ends the connection: then it raises it."""
        try:
            with line.limit() as connection:
                if not self.is_begun:
                    self._begin(connection)
                has_more = self.part.turn(connection)
        except Exception as error:
            self.trouble, self.is_begun = trouble_of(error), False
            self.at = monotonic() + self._pauses.next()
            if line.connection.closed:
                raise
        else:
            self.trouble, self.is_begun = None, True
            self._pauses.start()
            self.at = 0.0 if has_more else monotonic() + self.part.pause_s

    def _begin(self, connection: Connection) -> None:
        """The tables are made again, too, if it was they that were missing."""
        prepare(connection)
        if self.part.channel:
            connection.execute(f"LISTEN {self.part.channel}".encode())
        self.part.begin(connection)

    def end(self, line: Line) -> None:
        with suppress(Exception), line.limit() as connection:  # of this part alone, again
            self.part.end(connection)


class _Pauses:
    """Seconds between tries, ever longer until it starts again."""

    def __init__(self, first_s: float) -> None:
        self._first_s = self._next_s = first_s

    def start(self) -> None:
        self._next_s = self._first_s

    def next(self) -> float:
        pause_s, self._next_s = self._next_s, min(2 * self._next_s, _LONGEST_S)
        return pause_s
