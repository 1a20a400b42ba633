"""The site's database and this computer, kept in step: parts take turns on one connection.

Whatever becomes of the database, what a computer needs it has itself, and a visit knows nothing of
it. What the database lacks is brought as soon as it is there again.
"""

import logging
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from threading import Event, Lock, Thread
from time import monotonic
from typing import Self

from psycopg import errors

from kazashi.finding import Finding
from kazashi.site.line import Connection, Line, opened
from kazashi.site.schema import prepare
from kazashi.site.settings import DatabaseSettings
from kazashi.site.trouble import Trouble, trouble_of

logger = logging.getLogger(__name__)

_TABLES_LOST = (errors.UndefinedTable, errors.InvalidSchemaName)
_LISTEN_S = 0.2  # until it looks whether a part is due before its time
_PAUSE_S = 1.0  # until the first try again
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
        """The connection is new; what the one before it was told may be lost. Raises as `turn`."""

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
        """`pause_s`: until the first try to reach a database that is away; then ever longer."""
        self._settings, self._pause_s = settings, pause_s
        self._turns = [_Turns(part) for part in parts]
        self._stop, self._lock = Event(), Lock()
        self._line: Line | None = None
        self._thread = Thread(target=self._run, name="site database", daemon=True)
        self._lost: Trouble | None = Trouble.UNREACHABLE  # until it was reached

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Takes as long as opening a connection may take, 7 s at most."""
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
        pause_s = self._pause_s
        while not self._stop.is_set():
            try:
                with ExitStack() as stack:
                    line = self._open(stack)
                    self._begin(line)
                    pause_s = self._pause_s
                    self._take_turns(line)
            except Exception as error:  # whatever it is, it goes on
                self._lose(trouble_of(error))
            self._stop.wait(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_S)

    def _open(self, stack: ExitStack) -> Line:
        line = stack.enter_context(opened(self._settings))
        stack.callback(self._forget)
        with self._lock:
            self._line = line
            if self._stop.is_set():
                line.cut()
        return line

    def _forget(self) -> None:
        with self._lock:
            self._line = None

    def _begin(self, line: Line) -> None:
        with line.limit() as connection:
            prepare(connection)
            for turns in self._turns:
                if turns.part.channel:
                    connection.execute(f"LISTEN {turns.part.channel}".encode())
                turns.begin(connection)
        self._lost = None

    def _take_turns(self, line: Line) -> None:
        while not self._stop.is_set():
            for turns in self._turns:
                if turns.is_due:
                    turns.take(line)
            next_at = min(turns.at for turns in self._turns)
            wait_s = min(max(0.0, next_at - monotonic()), _LISTEN_S)
            heard = {notify.channel for notify in line.connection.notifies(timeout=wait_s)}
            for turns in self._turns:
                if turns.part.channel in heard:
                    turns.at = 0.0
        with line.limit() as connection:
            for turns in self._turns:
                turns.part.end(connection)

    def _lose(self, trouble: Trouble) -> None:
        if self._stop.is_set():
            return
        if trouble != self._lost:
            _log(trouble)
        self._lost = trouble
        for turns in self._turns:
            turns.part.lost()


class _Turns:
    """The turns of a part. `at`: when the next one is due. `trouble`: of the last one."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.at = 0.0
        self.trouble: Trouble | None = None
        self._retry_s = _PAUSE_S

    @property
    def is_due(self) -> bool:
        return monotonic() >= self.at or (self.trouble is None and self.part.is_due)

    def begin(self, connection: Connection) -> None:
        self.part.begin(connection)
        self.at = 0.0

    def take(self, line: Line) -> None:
        """Any error but these is of this part alone.

        Raises:
            psycopg.Error: the connection is lost, or the tables are, which are made once it is new.
        """
        try:
            with line.limit() as connection:
                has_more = self.part.turn(connection)
        except Exception as error:
            if line.connection.closed or isinstance(error, _TABLES_LOST):
                raise
            self._failed(trouble_of(error))
        else:
            self.trouble, self._retry_s = None, _PAUSE_S
            self.at = 0.0 if has_more else monotonic() + self.part.pause_s

    def _failed(self, trouble: Trouble) -> None:
        if trouble != self.trouble:
            _log(trouble)
        self.trouble = trouble
        self.at = monotonic() + self._retry_s
        self._retry_s = min(2 * self._retry_s, _LONGEST_S)


def _log(trouble: Trouble) -> None:
    """No words of PostgreSQL: they may name what was to be written."""
    logger.warning("site database: %s; nothing is lost, it is tried again", trouble)
