"""Sends a copy's changes of the clinic's numbers at once, for a command that follows nothing."""

from collections.abc import Iterator

import psycopg

from kazashi.reception.numbers.copy import NumbersCopy
from kazashi.site.line import opened
from kazashi.site.schema import SchemaNewer, prepare
from kazashi.site.settings import DatabaseSettings
from kazashi.site.ties import OtherKey, bring
from kazashi.site.trouble import trouble_of
from kazashi.site.visits import DatabaseAway


def send(settings: DatabaseSettings, copy: NumbersCopy) -> Iterator[int]:
    """How many changes wait, after each batch of them; 0 at the end, unless others come meanwhile.

    What was not sent waits for the next try, or for a service. 5 s at most until the database is
    reached, 10 s for each batch.

    Raises:
        DatabaseAway: it does not take them now.
        NumbersError
    """
    try:
        with opened(settings) as line:
            with line.limit() as connection:
                prepare(connection)
            has_more = True
            while has_more and copy.state().waiting:
                with line.limit() as connection:
                    has_more = bring(connection, copy, settings.desk)
                yield copy.state().waiting
    except OtherKey as error:
        raise DatabaseAway("other-key") from error
    except (psycopg.Error, OSError, SchemaNewer) as error:
        raise DatabaseAway(trouble_of(error)) from error
