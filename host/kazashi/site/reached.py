"""The database as a command reaches it: on a connection of its own, opened when it is needed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self, TypeVar

from kazashi.errors import KazashiError
from kazashi.site.line import Connection, Line, opened
from kazashi.site.schema import prepare
from kazashi.site.settings import DatabaseSettings
from kazashi.site.ties import OtherKey
from kazashi.site.trouble import AWAY, trouble_of

_T = TypeVar("_T")


@dataclass(eq=False)
class DatabaseAway(KazashiError):
    """The site's database cannot be used. `trouble`: see `Trouble`; or "other-key": `OtherKey`."""

    trouble: str


class Reached:
    """For one thread; use it as a context manager."""

    def __init__(self, settings: DatabaseSettings) -> None:
        self._settings = settings
        self._line: Line | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._line:
            self._line.__exit__()
            self._line = None

    def do(self, work: Callable[[Connection], _T]) -> _T:
        """What `work` returns, which has 10 s. On a connection that was used before, it is done
        once more on a new one after any error: so the same, done twice, must harm nothing.

        Raises:
            DatabaseAway, and what `work` raises beside errors of the database.
        """
        try:
            return self._done(work)
        except OtherKey as error:
            raise DatabaseAway("other-key") from error
        except AWAY as error:
            raise DatabaseAway(trouble_of(error)) from error

    def begin(self, connection: Connection) -> None:
        """On each connection, before its work. Raises as `do` does."""
        prepare(connection)

    def _done(self, work: Callable[[Connection], _T]) -> _T:
        if self._line:
            try:
                with self._line.limit() as connection:
                    return work(connection)
            except AWAY:
                self.__exit__()
        try:
            self._line = opened(self._settings)
            with self._line.limit() as connection:
                self.begin(connection)
                return work(connection)
        except BaseException:
            self.__exit__()
            raise
