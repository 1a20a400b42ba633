"""Looks at the database once, for a command that follows nothing."""

import psycopg

from kazashi.finding import Finding, bad, good
from kazashi.site.line import opened
from kazashi.site.schema import SchemaNewer, prepare
from kazashi.site.settings import DatabaseSettings
from kazashi.site.trouble import trouble_of


def look(settings: DatabaseSettings) -> Finding:
    """Whether it is reached and has its tables, made now if they are missing."""
    try:
        with opened(settings) as line, line.limit() as connection:
            prepare(connection)
    except (psycopg.Error, OSError, SchemaNewer) as error:
        return bad("database", f"database.{trouble_of(error)}")
    return good("database", "database.reached")
