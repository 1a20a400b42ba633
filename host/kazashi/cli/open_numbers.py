"""The map of the clinic's numbers for a visit, as configured."""

from pathlib import Path

from kazashi.cli import show
from kazashi.reception.numbers.errors import NumbersError, NumbersMissing
from kazashi.reception.numbers.settings import NumbersSettings
from kazashi.reception.numbers.store import NumbersFile


def numbers_of(config: Path | None, journal: Path, *, is_made: bool = True) -> NumbersFile | None:
    """None: nothing is configured; or it cannot be used: that is said, and visits go on.

    Raises:
        BadSettings: the table is wrong.
        NumbersMissing: there is none, and it is not to be made.
    """
    settings = NumbersSettings.read(config)
    try:
        return settings and settings.open(journal, is_made=is_made)
    except NumbersMissing:
        raise
    except NumbersError as error:
        show.show_error(error)
        return None
