"""A connection to PostgreSQL on which every wait has a limit that is kept, and can be cut.

PostgreSQL's own limits do not help if its computer hangs: then the socket is shut, which ends the
wait with an error at once.
"""

import os
import socket
from collections.abc import Generator
from contextlib import contextmanager, suppress
from threading import Lock, Timer
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from kazashi.reception.secret_file import secret_in
from kazashi.site.settings import DatabaseSettings

CONNECT_S = 5
STATEMENT_S = 5  # by PostgreSQL
WORK_S = 10.0  # for a block of statements, whatever PostgreSQL does

_OPTIONS = (
    f"-c statement_timeout={STATEMENT_S}s -c lock_timeout={STATEMENT_S}s "
    f"-c idle_in_transaction_session_timeout={STATEMENT_S}s -c search_path=kazashi"
)

_MOST_PASSWORD = 1_000  # bytes

Connection = psycopg.Connection[tuple[Any, ...]]


class PasswordUnusable(OSError):
    """The file with the password cannot be read, or is open to others."""


def opened(settings: DatabaseSettings) -> "Line":
    """A line to the configured database.

    Raises:
        PasswordUnusable
        psycopg.Error, OSError
    """
    try:
        password = settings.password and secret_in(settings.password, _MOST_PASSWORD)
    except OSError as error:
        raise PasswordUnusable from error
    return Line(settings.url, password.decode(errors="replace") if password else None)


class Line:
    """Use it in one thread; `cut` may come from another.

    Raises:
        psycopg.Error: so from all that uses `connection`.
    """

    def __init__(self, url: str, password: str | None = None) -> None:
        """`url`: see PostgreSQL's manual, "Connection URIs". Its `options` hold beside ours; of
        two for one thing, PostgreSQL takes the last.
        """
        theirs = conninfo_to_dict(url).get("options") or ""
        self.connection: Connection = psycopg.connect(
            url,
            connect_timeout=CONNECT_S,
            options=f"{theirs} {_OPTIONS}".lstrip(),
            application_name="kazashi",
            client_encoding="UTF8",  # whatever the environment says
            autocommit=True,
            password=password,
        )
        self._lock = Lock()
        self._socket = socket.socket(fileno=os.dup(self.connection.fileno()))

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._socket.close()
        self.connection.close()

    @contextmanager
    def limit(self, seconds: float | None = None) -> Generator[Connection]:
        """The connection, for `seconds`, or 10: then it ends with psycopg.OperationalError."""
        timer = Timer(WORK_S if seconds is None else seconds, self.cut)
        timer.daemon = True
        timer.start()
        try:
            yield self.connection
        finally:
            timer.cancel()

    def cut(self) -> None:
        """End the connection, and whatever waits on it."""
        with self._lock, suppress(OSError):  # it has ended already
            self._socket.shutdown(socket.SHUT_RDWR)
