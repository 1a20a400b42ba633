"""What the desks of all computers of a site show, so that each staff screen sees every desk.

A computer writes a row for each of its desks, and NOTIFY tells the others at once. One that is
silent for half a minute is away: what it showed last is old.
"""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any, Self, cast

import psycopg

from kazashi.site.line import Line, opened
from kazashi.site.schema import prepare
from kazashi.site.settings import DatabaseSettings
from kazashi.site.trouble import Trouble, trouble_of

logger = logging.getLogger(__name__)

_LISTEN_S = 0.2  # until it looks whether there is something to write
_ALIVE_S = 10.0  # between two signs of life
_AWAY_S = 30  # without one
_RETRY_S = 5.0
_FAREWELL_S = 1.0
_STOP_S = 6.0

_LISTEN, _TELL = "LISTEN kazashi_board", "NOTIFY kazashi_board"
_WRITE = """
    INSERT INTO board (computer, desk, shown) VALUES (%s, %s, %s)
    ON CONFLICT (computer, desk) DO UPDATE SET shown = excluded.shown, at = now()"""
_ALIVE = "UPDATE board SET at = now() WHERE computer = %s"
_LEAVE = "DELETE FROM board WHERE computer = %s"
_OTHERS = """
    SELECT computer, desk, shown::text, at < now() - make_interval(secs => %s) FROM board
    WHERE computer <> %s ORDER BY computer, desk"""


@dataclass(frozen=True)
class Shown:
    """A desk of another computer. `shown`: as that computer wrote it; check it before use."""

    computer: str
    desk: str
    shown: Mapping[str, object]
    is_away: bool


class Board:
    """Use it as a context manager. `changed` is called, in its thread, if another desk changed."""

    def __init__(self, settings: DatabaseSettings, changed: Callable[[], None]) -> None:
        self._settings, self._changed = settings, changed
        self._lock, self._stop = Lock(), Event()
        self._ours: dict[str, Mapping[str, object]] = {}
        self._unsent = set[str]()
        self._line: Line | None = None
        self._trouble: Trouble | None = None  # that was logged
        self._thread = Thread(target=self._run, name="site board", daemon=True)
        self.others: Sequence[Shown] = ()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        """The others are told. Takes as long as opening a connection may take, 5 s at most."""
        self._stop.set()
        self._thread.join(_FAREWELL_S)
        if self._thread.is_alive() and (line := self._line):
            line.cut()
        self._thread.join(_STOP_S)

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def show(self, desk: str, shown: Mapping[str, object]) -> None:
        """From any thread: what that desk of this computer shows from now on."""
        with self._lock:
            if self._ours.get(desk) != shown:
                self._ours[desk] = shown
                self._unsent.add(desk)

    # -- in its thread ----------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with opened(self._settings) as self._line:
                    self._follow(self._line)
                return
            except Exception as error:  # whatever it is, it goes on; no words: they may be a name
                self._told(trouble_of(error))
            self._see([Shown(s.computer, s.desk, s.shown, True) for s in self.others])
            self._stop.wait(_RETRY_S)

    def _follow(self, line: Line) -> None:
        with line.limit() as connection:
            prepare(connection)
            connection.execute(_LISTEN)
            connection.execute(_LEAVE, (self._settings.desk,))  # of a run before this one
        self._told(None)
        with self._lock:
            self._unsent = {*self._ours}
        looked_at = -_ALIVE_S
        while not self._stop.is_set():
            is_due = monotonic() - looked_at >= _ALIVE_S
            if is_due or self._unsent:
                with line.limit() as connection:
                    self._write(connection, is_due)
            if is_due or [*line.connection.notifies(timeout=_LISTEN_S)]:
                looked_at = monotonic() if is_due else looked_at
                with line.limit() as connection:
                    self._read(connection)
        with line.limit() as connection:
            connection.execute(_LEAVE, (self._settings.desk,))
            connection.execute(_TELL)

    def _write(self, connection: psycopg.Connection[tuple[Any, ...]], is_due: bool) -> None:
        with self._lock:
            unsent = {desk: self._ours[desk] for desk in self._unsent}
        with connection.transaction():
            for desk, shown in unsent.items():
                row = (self._settings.desk, desk, json.dumps(shown, ensure_ascii=False))
                connection.execute(_WRITE, row)
            if unsent:
                connection.execute(_TELL)
            if is_due:
                connection.execute(_ALIVE, (self._settings.desk,))
        with self._lock:
            self._unsent -= {desk for desk, shown in unsent.items() if self._ours[desk] == shown}

    def _read(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        rows = connection.execute(_OTHERS, (_AWAY_S, self._settings.desk)).fetchall()
        found: list[Shown] = []
        for computer, desk, text, is_away in rows:
            shown: object = json.loads(text)
            if isinstance(shown, dict):
                found.append(Shown(computer, desk, cast("dict[str, object]", shown), is_away))
        self._see(found)

    def _told(self, trouble: Trouble | None) -> None:
        if trouble != self._trouble and not self._stop.is_set():
            self._trouble = trouble
            if trouble:
                logger.warning("site board: %s", trouble)

    def _see(self, others: Sequence[Shown]) -> None:
        if [*others] != [*self.others]:
            self.others = others
            self._changed()
