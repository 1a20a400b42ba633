"""What the desks of all computers of a site show, so that each staff screen sees every desk.

A computer writes a row for each of its desks, and NOTIFY tells the others at once. One that is
silent for half a minute is away: what it showed last is old.
"""

import json
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import cast

from kazashi.finding import Finding, doubtful
from kazashi.site.database import Part
from kazashi.site.line import Connection
from kazashi.site.trouble import Trouble

_ALIVE_S = 10.0  # between two signs of life
_AWAY_S = 30  # without one
_MOST = 1_000  # desks of a site
_LONGEST = 10_000  # characters that a desk shows

_TELL = "NOTIFY kazashi_board"
_WRITE = """
    INSERT INTO board (computer, desk, shown, run) VALUES (%s, %s, %s, %s)
    ON CONFLICT (computer, desk) DO UPDATE
    SET shown = excluded.shown, run = excluded.run, at = now()"""
_ALIVE = "UPDATE board SET at = now() WHERE computer = %s AND run = %s"
_OF_ANOTHER_RUN = "SELECT FROM board WHERE computer = %s AND run <> %s LIMIT 1"
_LEAVE = "DELETE FROM board WHERE computer = %s"
_OTHERS = """
    SELECT computer, desk, shown::text, at < now() - make_interval(secs => %s) FROM board
    WHERE computer <> %s AND length(shown::text) <= %s ORDER BY computer, desk LIMIT %s"""


@dataclass(frozen=True)
class Shown:
    """A desk of another computer. `shown`: as that computer wrote it; check it before use."""

    computer: str
    desk: str
    shown: Mapping[str, object]
    is_away: bool


class Board(Part):
    """`computer`: the name of this one. `is_name_taken`: another computer has it, too, so neither
    sees the other.
    """

    channel = "kazashi_board"
    pause_s = _ALIVE_S

    def __init__(self, computer: str) -> None:
        self._computer, self._run = computer, secrets.token_hex(8)
        self._lock = Lock()
        self._ours: dict[str, Mapping[str, object]] = {}
        self._unsent = set[str]()
        self._alive_at = -_ALIVE_S
        self._changed: Callable[[], None] = lambda: None
        self.others: Sequence[Shown] = ()
        self.is_name_taken = False

    def show(self, desk: str, shown: Mapping[str, object]) -> None:
        """From any thread: what that desk of this computer shows from now on."""
        with self._lock:
            if self._ours.get(desk) != shown:
                self._ours[desk] = shown
                self._unsent.add(desk)

    def tell(self, changed: Callable[[], None]) -> None:
        """Call it, in the connection's thread, if another desk changes."""
        self._changed = changed

    def findings(self, trouble: Trouble | None) -> Iterable[Finding]:  # noqa: ARG002
        if self.is_name_taken:
            return (doubtful("database", "database.same-name", name=self._computer),)
        return ()

    # -- in the connection's thread ---------------------------------------------------------------

    @property
    def is_due(self) -> bool:
        return bool(self._unsent)

    def begin(self, connection: Connection) -> None:
        connection.execute(_LEAVE, (self._computer,))  # of a run before this one
        with self._lock:
            self._unsent = {*self._ours}
        self._alive_at = -_ALIVE_S

    def turn(self, connection: Connection) -> bool:
        self._write(connection)
        self._read(connection)
        return False

    def end(self, connection: Connection) -> None:
        connection.execute(_LEAVE, (self._computer,))
        connection.execute(_TELL)

    def lost(self) -> None:
        self._see([Shown(s.computer, s.desk, s.shown, True) for s in self.others])

    def _write(self, connection: Connection) -> None:
        with self._lock:
            unsent = {desk: self._ours[desk] for desk in self._unsent}
        is_silent = monotonic() - self._alive_at >= _ALIVE_S
        if not (unsent or is_silent):
            return
        us, is_taken, alive = (self._computer, self._run), False, None
        with connection.transaction():
            if is_silent:
                is_taken = connection.execute(_OF_ANOTHER_RUN, us).fetchone() is not None
            for desk, shown in unsent.items():
                text = json.dumps(shown, ensure_ascii=False)
                connection.execute(_WRITE, (self._computer, desk, text, self._run))
            if unsent:
                connection.execute(_TELL)
            if is_silent:
                alive = connection.execute(_ALIVE, us).rowcount
        if is_silent:
            self._alive_at, self.is_name_taken = monotonic(), is_taken
        with self._lock:
            self._unsent -= {desk for desk, shown in unsent.items() if self._ours[desk] == shown}
            if alive is not None and alive < len(self._ours):  # the database has lost some
                self._unsent = {*self._ours}

    def _read(self, connection: Connection) -> None:
        found: list[Shown] = []
        values = (_AWAY_S, self._computer, _LONGEST, _MOST)
        for computer, desk, text, is_away in connection.execute(_OTHERS, values):
            with suppress(ValueError, RecursionError):  # another release, or another program
                shown: object = json.loads(text)
                if isinstance(shown, dict):
                    found.append(Shown(computer, desk, cast("dict[str, object]", shown), is_away))
        self._see(found)

    def _see(self, others: Sequence[Shown]) -> None:
        if [*others] != [*self.others]:
            self.others = others
            self._changed()
