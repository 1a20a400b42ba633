"""What the journal says, for the staff screen."""

from pathlib import Path

from kazashi.reception.japan import japan_today, utc_now
from kazashi.reception.journal import (
    JournalError,
    JournalMissing,
    KeptVisit,
    ListedVisit,
    View,
)


def journal_trouble(path: Path) -> JournalError | None:
    """Why the journal cannot be read; there is none before the first visit."""
    try:
        with View(path) as journal:
            journal.count()
    except JournalMissing:
        return None
    except JournalError as error:
        return error
    return None


def todays(path: Path, most: int) -> list[ListedVisit]:
    """The last of today's visits, the newest first; none if the journal cannot be read, an alert
    says why.
    """
    today = japan_today(utc_now())
    try:
        with View(path) as journal:
            return list(journal.listed(today, today, most))[::-1]
    except JournalError:
        return []


def visit_of(path: Path, number: int) -> KeptVisit | None:
    """That visit, if the journal has it."""
    try:
        with View(path) as journal:
            return journal.visit(number)
    except JournalError:
        return None
