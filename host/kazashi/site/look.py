"""Looks at the database once, for a command that follows nothing."""

from collections.abc import Iterator

from kazashi.finding import Finding, Level, bad, good
from kazashi.reception.numbers.copy import NumbersCopy
from kazashi.site.line import opened
from kazashi.site.numbers import Obstacle, numbers_finding
from kazashi.site.schema import prepare
from kazashi.site.settings import DatabaseSettings
from kazashi.site.ties import OtherKey, newest_of
from kazashi.site.trouble import AWAY, trouble_of


def look(settings: DatabaseSettings, numbers: NumbersCopy | None = None) -> Iterator[Finding]:
    """Whether it is reached and has its tables, or may be given them; nothing is made. And how this
    computer's copy of the clinic's numbers stands, if there is one.
    """
    obstacle, reached = None, good("database", "database.reached")
    try:
        with (
            opened(settings) as line,
            line.limit() as connection,
            connection.transaction(force_rollback=True),
        ):
            prepare(connection)
            if numbers:
                newest_of(connection, numbers.key_mark)
    except OtherKey:
        obstacle = Obstacle.OTHER_KEY
    except AWAY as error:
        reached = bad("database", f"database.{trouble_of(error)}")
    yield reached
    if numbers:
        yield numbers_finding(numbers, obstacle, is_apart=reached.level is not Level.OK)
