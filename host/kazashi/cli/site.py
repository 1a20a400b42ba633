"""The site's database behind a command, as configured."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from kazashi.cli.console import Console
from kazashi.cli.open_numbers import numbers_of
from kazashi.cli.options import need
from kazashi.finding import Finding, good
from kazashi.reception.journal import Journal, JournalError, KeptVisit, View
from kazashi.reception.journal.followed import unfollow
from kazashi.reception.numbers.copy import NumbersCopy
from kazashi.reception.numbers.errors import NumbersMissing
from kazashi.reception.numbers.store import NumbersFile
from kazashi.reception.settings import load

if TYPE_CHECKING:
    from uuid import UUID

    from kazashi.site.board import Board
    from kazashi.site.database import Database
    from kazashi.site.elsewhere import HeldElsewhere
    from kazashi.site.people import SitePeople
    from kazashi.site.registrations import Registrations
    from kazashi.site.settings import DatabaseSettings


class Site(NamedTuple):
    """What a service has of the site's database. `database` is to be entered."""

    database: "Database"
    board: "Board"
    held: "HeldElsewhere"


def site_of(config: Path | None, journal: Path, numbers: NumbersFile | None = None) -> Site | None:
    """The configured database, for a service that keeps these two. None: there is none.

    Raises:
        BadSettings
    """
    settings = _settings(config)
    if settings is None:
        with suppress(JournalError, OSError):  # each visit says what is wrong with the journal
            if journal.exists():
                unfollow(journal)
        return None
    from kazashi.site.board import Board
    from kazashi.site.database import Database
    from kazashi.site.elsewhere import HeldElsewhere
    from kazashi.site.follower import Follower
    from kazashi.site.numbers import Numbers

    board, held = Board(settings.desk), HeldElsewhere(journal, settings)
    copies = (Numbers(NumbersCopy(numbers), settings.desk),) if numbers else ()
    parts = (Follower(journal, settings.desk), board, held, *copies)
    return Site(Database(settings, parts), board, held)


def people_of(config: Path | None, journal: Path) -> "Journal | SitePeople":
    """Where people are held, to ask about them: here, or at all computers of the site.

    Raises:
        BadSettings
        JournalError: also if there is no journal, and so no person is held here.
    """
    settings = _settings(config)
    if settings is None:
        View(journal).close()
        return Journal(journal)
    from kazashi.site.people import SitePeople

    return SitePeople(journal, settings)


def database_findings(config: Path | None, journal: Path) -> Iterator[Finding]:
    """How the database and the map of numbers stand now, as far as they are configured.

    Raises BadSettings.
    """
    try:
        numbers = numbers_of(config, journal, is_made=False)
    except NumbersMissing:
        numbers = None
        yield good("numbers", "numbers.none")
    if settings := _settings(config):
        from kazashi.site.look import look

        yield from look(settings, NumbersCopy(numbers) if numbers else None)


def send_numbers(config: Path, numbers: NumbersFile) -> None:
    """What waits in the map goes to the configured database now, or is told to wait still.

    Raises BadSettings, NumbersError.
    """
    settings, copy = _settings(config), NumbersCopy(numbers)
    if settings is None or not (total := copy.state().waiting):
        return
    from kazashi.site.reached import DatabaseAway
    from kazashi.site.send import send

    console = Console(stderr=True)
    columns = (TextColumn("sending"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    try:
        with Progress(
            *columns, console=console, transient=True, disable=not console.is_terminal
        ) as progress:
            task = progress.add_task("", total=total)
            for waiting in send(settings, copy):
                progress.update(task, completed=total - waiting)
    except DatabaseAway as away:
        left = copy.state().waiting
        text = (
            f"sent to the site's database: {total - left}; waiting ({away.trouble}): {left}. "
            "kazashi serve on this computer sends them, or the next import; kazashi doctor "
            "--config FILE says how many wait"
        )
        console.print(text, soft_wrap=True)
        return
    Console().print(f"sent to the site's database: {total - copy.state().waiting}")


def registrations_of(
    config: Path, numbers: NumbersFile
) -> "Registrations | AbstractContextManager[None]":
    """What the computers of the site register, to be entered. None: no database is configured.

    Raises BadSettings, NumbersError.
    """
    settings = _settings(config)
    if settings is None:
        return nullcontext()
    from kazashi.site.registrations import Registrations

    return Registrations(settings, NumbersCopy(numbers))


def visits_at(config: Path) -> "Iterator[tuple[UUID, Iterator[KeptVisit]]]":
    """Those of each journal that the configured database has, by the journal's name.

    Raises:
        BadSettings
        DatabaseAway
    """
    settings = _settings(config)
    if settings is None:
        raise typer.BadParameter(f"{config} has no [database]")
    from kazashi.site.visits import Visits

    with Visits(settings) as visits:
        for journal in visits.journals():
            yield journal, visits.of(journal)


def _settings(config: Path | None) -> "DatabaseSettings | None":
    if config is None or "database" not in load(config):
        return None
    need("site")
    from kazashi.site.settings import DatabaseSettings

    return DatabaseSettings.read(config)
