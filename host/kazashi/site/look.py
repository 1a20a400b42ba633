"""Looks at the database once, for a command that follows nothing."""

from collections.abc import Iterator

from psycopg import errors

from kazashi.finding import Finding, Level, bad, good
from kazashi.reception.numbers.copy import NumbersCopy
from kazashi.site.line import Connection, opened
from kazashi.site.numbers import Obstacle, numbers_finding
from kazashi.site.schema import prepare
from kazashi.site.settings import DatabaseSettings
from kazashi.site.ties import OtherKey, newest_of
from kazashi.site.trouble import AWAY, trouble_of

# What services and commands do with each table.
RIGHTS = {
    "journal": ("SELECT", "INSERT", "UPDATE"),
    "visit": ("SELECT", "INSERT", "UPDATE", "DELETE"),
    "entry": ("SELECT", "INSERT", "DELETE"),
    "board": ("SELECT", "INSERT", "UPDATE", "DELETE"),
    "numbers": ("SELECT", "INSERT", "UPDATE"),
    "numbers_copy": ("SELECT", "INSERT", "UPDATE"),
    "tie": ("SELECT", "INSERT", "UPDATE"),
    "held": ("SELECT", "INSERT", "UPDATE", "DELETE"),
    "registration": ("SELECT", "INSERT", "UPDATE", "DELETE"),
}
_TAKES_ALL = " AND ".join(
    [
        "SELECT NOT current_setting('transaction_read_only')::boolean",
        *(f"has_table_privilege('{name}', '{each}')" for name in RIGHTS for each in RIGHTS[name]),
    ]
)


def look(settings: DatabaseSettings, numbers: NumbersCopy | None = None) -> Iterator[Finding]:
    """Whether it is reached, has its tables or may be given them, and takes what a service writes;
    nothing is made. And how this computer's copy of the clinic's numbers stands, if there is one.
    """
    obstacle, reached = None, good("database", "database.reached")
    try:
        with (
            opened(settings) as line,
            line.limit() as connection,
            connection.transaction(force_rollback=True),
        ):
            prepare(connection)
            _need_rights(connection)
            if numbers:
                newest_of(connection, numbers.key_mark)
    except OtherKey:
        obstacle = Obstacle.OTHER_KEY
    except AWAY as error:
        reached = bad("database", f"database.{trouble_of(error)}")
    yield reached
    if numbers:
        yield numbers_finding(numbers, obstacle, is_apart=reached.level is not Level.OK)


def _need_rights(connection: Connection) -> None:
    """Asked, not tried: a write could wait for a desk's. Raises InsufficientPrivilege: also if the
    database is read-only.
    """
    if connection.execute(_TAKES_ALL.encode()).fetchone() != (True,):
        raise errors.InsufficientPrivilege
