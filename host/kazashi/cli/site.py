"""The site's database behind a command, as configured."""

from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kazashi.cli.options import need
from kazashi.finding import Finding
from kazashi.reception.journal import JournalError
from kazashi.reception.journal.followed import unfollow
from kazashi.reception.settings import load

if TYPE_CHECKING:
    from kazashi.serve.elsewhere import Connects
    from kazashi.site.follower import Follower
    from kazashi.site.settings import DatabaseSettings


def follower_of(stack: ExitStack, config: Path | None, journal: Path) -> "Follower | None":
    """Follows `journal` until `stack` closes it. None: no database is configured.

    Raises:
        BadSettings
    """
    settings = _settings(config)
    if settings is None:
        with suppress(JournalError, OSError):  # each visit says what is wrong with the journal
            if journal.exists():
                unfollow(journal)
        return None
    from kazashi.site.follower import Follower

    return stack.enter_context(Follower(journal, settings))


def elsewhere_of(config: Path | None) -> "Connects | None":
    """Connects the desks of this computer with those of others. None: no database is configured.

    Raises:
        BadSettings
    """
    settings = _settings(config)
    if settings is None:
        return None
    from kazashi.site.board import Board

    return partial(Board, settings)


def database_finding(config: Path | None) -> Finding | None:
    """Whether the database is reached now. None: none is configured. Raises BadSettings."""
    settings = _settings(config)
    if settings is None:
        return None
    from kazashi.site.look import look

    return look(settings)


def _settings(config: Path | None) -> "DatabaseSettings | None":
    if config is None or "database" not in load(config):
        return None
    need("site")
    from kazashi.site.settings import DatabaseSettings

    return DatabaseSettings.read(config)
