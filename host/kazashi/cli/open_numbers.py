"""The map of the clinic's numbers for a visit, as configured."""

from pathlib import Path

from kazashi.cli import show
from kazashi.reception.numbers.errors import NumbersError
from kazashi.reception.numbers.settings import NumbersSettings
from kazashi.reception.numbers.store import NumbersFile


def numbers_of(config: Path | None, journal: Path) -> NumbersFile | None:
    """None: nothing is configured; or it cannot be used: that is said, and visits go on.

    Raises:
        BadSettings: the table is wrong.
    """
    settings = NumbersSettings.read(config)
    try:
        return settings and settings.open(journal)
    except NumbersError as error:
        show.show_error(error)
        return None
