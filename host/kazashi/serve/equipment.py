"""What a desk works with: its reader, journal and centre, and the camera above its cards."""

import logging
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING, Self

import kazashi
from kazashi.errors import BoardNeeded
from kazashi.reader import Reader
from kazashi.reception.checkin import Reception
from kazashi.reception.front.reading import FrontReader
from kazashi.reception.japan import utc_now
from kazashi.reception.journal import Journal, JournalError
from kazashi.reception.passcode import Passcode
from kazashi.reception.place import Faces
from kazashi.reception.profiles import Profile
from kazashi.reception.rules import Token, Way
from kazashi.reports import ReaderHealth, ReaderInfo
from kazashi.serve.assigned import NoReaderAssigned
from kazashi.serve.settings import DeskSettings
from kazashi.serve.site_settings import SiteSettings
from kazashi.serve.under_way import NotedJournal
from kazashi.words import words_of

if TYPE_CHECKING:
    from kazashi.testing.table import Table

logger = logging.getLogger(__name__)

_DAY_S = 24 * 3600.0


@dataclass(frozen=True)
class ReaderState:
    """Of a desk's reader. `info`: None, it is not open. `health`: None, unknown, as of PC/SC's."""

    info: ReaderInfo | None = None
    health: ReaderHealth | None = None


class Equipment:
    """Open in the desk's thread, and used there alone, but for `offers`, `table` and `url`.

    `passcode`: one for all desks, as its wrong ones count for all. `is_only`: there is no other
    desk, so it has the only reader attached. `table`: under a simulated reader; None: it is none.
    """

    def __init__(
        self,
        desk: DeskSettings,
        site: SiteSettings,
        profile: Profile,
        passcode: Passcode | None,
        *,
        is_only: bool,
    ) -> None:
        """Raises ValueError: the URL of a simulated reader has a wrong option."""
        self.table = _table(desk.reader or "")
        self._desk, self._site = desk, site
        self._profile, self._passcode, self._is_only = profile, passcode, is_only
        self._journal: Journal | None = None
        self._front: FrontReader | None = None
        self._tidied = -_DAY_S

    def __enter__(self) -> Self:
        self._configured = self._site.configuration()
        self._centre = self._site.centre()
        self._front = _front_reader() if self._desk.card_camera else None
        try:
            self._journal = NotedJournal(
                self._site.journal, partial(self._site.under_way.entered, self._desk.name)
            )
        except JournalError as error:  # each visit says that it is not kept
            logger.error("%s", words_of(error).line)
        return self

    def __exit__(self, *error: object) -> None:
        if self._journal:
            self._journal.close()

    @property
    def url(self) -> str | None:
        """Of its reader; None: the only one attached, or none yet."""
        return self._site.assigned.of(self._desk.name) or self._desk.reader

    def offers(self, token: Token, way: Way | None = None) -> bool:
        """Whether patients may show it here, and be identified in that way."""
        ways = self._profile.ways_of(token)
        return bool(ways) if way is None else way in ways

    def open_reader(self, cancel: Event) -> Reader:
        """Raises ReaderError."""
        if self.table:
            reader = self.table.open(cancel)
        elif self.url is None and not self._is_only:
            raise NoReaderAssigned
        else:
            reader = kazashi.open(self.url, cancel=cancel)
        self._site.terminal.returns.opened(self._desk.name, utc_now())
        return reader

    def look_at(self, reader: Reader) -> ReaderState:
        """Raises ReaderError."""
        try:
            health = reader.health()
        except BoardNeeded:
            return ReaderState(reader.info)
        self._site.terminal.returns.looked(self._desk.name, health.chip_resets, utc_now())
        return ReaderState(reader.info, health)

    def lose_reader(self) -> None:
        """It does not answer any more."""
        self._site.terminal.returns.lost(self._desk.name)

    def tidy(self) -> None:
        """Once a day, delete visits that are old enough."""
        days, now = self._configured.keep_days, monotonic()
        if self._journal and days and now - self._tidied >= _DAY_S:
            self._tidied = now
            try:
                self._journal.prune(days)
            except JournalError as error:
                logger.error("%s", words_of(error).line)

    def under_way(self) -> AbstractContextManager[None]:
        """While a visit lasts: after a kill the staff are told of it."""
        return self._site.under_way.kept(self._desk.name)

    def face_paused_until(self) -> datetime | None:
        """When faces are compared again at this desk; None: they are now, or never."""
        faces = self._configured.faces
        pause_s = faces.attempts.wait_s if isinstance(faces, Faces) else 0.0
        return utc_now() + timedelta(seconds=pause_s) if pause_s else None

    def reception(self, reader: Reader | None) -> Reception:
        site = self._site
        return Reception(
            reader,
            self._profile,
            site.anchors,
            self._centre,
            self._journal,
            front=self._front,
            component=site.component,
            results=site.results,
            numbers=site.numbers,
            **replace(self._configured, passcode=self._passcode).policy,
        )


def _table(url: str) -> "Table | None":
    if not url.startswith("sim:"):
        return None
    from kazashi.testing.table import Table  # the simulator is loaded for simulated readers alone

    return Table(url)


def _front_reader() -> FrontReader | None:
    """None if it cannot be opened: codes are typed then."""
    try:
        return FrontReader()
    except Exception as error:  # of its libraries and models
        logger.error("the card's front is not read: %s", type(error).__name__)
        return None
