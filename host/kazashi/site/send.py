"""Sends a copy's changes of the clinic's numbers at once, for a command that follows nothing."""

from collections.abc import Iterator

from kazashi.reception.numbers.copy import NumbersCopy
from kazashi.site.reached import Reached
from kazashi.site.settings import DatabaseSettings
from kazashi.site.ties import bring


def send(settings: DatabaseSettings, copy: NumbersCopy) -> Iterator[int]:
    """How many changes wait, after each batch of them; 0 at the end, unless others come meanwhile.

    What was not sent waits for the next try, or for a service. 5 s at most until the database is
    reached, 10 s for each batch.

    Raises:
        DatabaseAway: it does not take them now.
        NumbersError
    """
    with Reached(settings) as database:
        has_more = True
        while has_more and copy.state().waiting:
            has_more = database.do(lambda connection: bring(connection, copy, settings.desk, {}))
            yield copy.state().waiting
