"""All desks of a service, and what they share: events, tables, the centre, the journal's file."""

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING, Self

import kazashi
from kazashi.errors import KazashiError
from kazashi.health.returns import Returns
from kazashi.health.terminal import Latest, Terminal
from kazashi.reader import Reader
from kazashi.reception.anchors import Anchors
from kazashi.reception.centre import Centre
from kazashi.reception.certified import CertifiedComponent
from kazashi.reception.checkin import Reception
from kazashi.reception.configuration import Configuration
from kazashi.reception.front.reading import FrontReader
from kazashi.reception.japan import utc_now
from kazashi.reception.journal import Journal, JournalError
from kazashi.reception.numbers.offers import ClinicNumbers
from kazashi.reception.passcode import Passcode
from kazashi.reception.place import Faces
from kazashi.reception.profiles import Profile
from kazashi.reception.results import Results
from kazashi.reception.rules import Token, Way
from kazashi.reception.visit import Visit
from kazashi.reports import ReaderHealth
from kazashi.serve.assigned import Assigned, NoReaderAssigned
from kazashi.serve.desk import Desk
from kazashi.serve.display import Display
from kazashi.serve.elsewhere import Elsewhere, HeldElsewhere
from kazashi.serve.events import Events
from kazashi.serve.held import HeldInquiry
from kazashi.serve.metrics import Metrics, Now
from kazashi.serve.reader_search import ReaderSearch, readers_attached
from kazashi.serve.screen import Screen
from kazashi.serve.settings import DeskSettings
from kazashi.serve.staff.elsewhere import shown_of
from kazashi.serve.staff.overview import DeskView
from kazashi.serve.under_way import NotedJournal, UnderWay
from kazashi.words import words_of

if TYPE_CHECKING:
    from kazashi.testing.table import Table

logger = logging.getLogger(__name__)

_CLOSE_S = 15.0  # for what runs to stop
_DAY_S = 24 * 3600.0


@dataclass(frozen=True)
class SiteSettings:
    """What all desks have: see `Place`. `configuration`, `centre`: made anew for each desk."""

    configuration: Callable[[], Configuration]
    anchors: Anchors
    centre: Callable[[], Centre | None]
    passcode: Callable[[Configuration], Passcode | None]
    component: CertifiedComponent | None
    journal: Path
    language: str
    is_test: bool
    terminal: Terminal
    assigned: Assigned = field(default_factory=Assigned)
    under_way: UnderWay = field(default_factory=UnderWay)
    results: Results | None = None
    numbers: ClinicNumbers | None = None
    elsewhere: Elsewhere | None = None
    held_elsewhere: HeldElsewhere | None = None


class DeskSite:
    """What one desk has of its site: open in the desk's thread.

    `passcode`: one for all desks, as its wrong ones count for all. `is_only`: there is no other
    desk, so it has the only reader attached.
    """

    def __init__(
        self,
        desk: DeskSettings,
        site: SiteSettings,
        profile: Profile,
        passcode: Passcode | None,
        table: "Table | None",
        *,
        is_only: bool,
    ) -> None:
        self._desk, self._site, self._table = desk, site, table
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

    def offers(self, token: Token, way: Way | None) -> bool:
        ways = self._profile.ways_of(token)
        return bool(ways) if way is None else way in ways

    def open(self, cancel: Event) -> Reader:
        reader = self._opened(cancel)
        self._site.terminal.returns.opened(self._desk.name, utc_now())
        return reader

    def _opened(self, cancel: Event) -> Reader:
        if self._table:
            return self._table.open(cancel)
        url = self._site.assigned.of(self._desk.name) or self._desk.reader
        if url is None and not self._is_only:
            raise NoReaderAssigned
        return kazashi.open(url, cancel=cancel)

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

    def face_pause_s(self) -> float:
        """Until faces are compared again at this desk; 0: they are, or never."""
        faces = self._configured.faces
        return faces.attempts.wait_s if isinstance(faces, Faces) else 0.0

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


class DeskRecords:
    """What is counted of a desk: for `/metrics`, and readers that keep recovering."""

    def __init__(self, metrics: Metrics, returns: Returns) -> None:
        self._returns = returns
        self._metrics = metrics

    def ended(self, outcome: str, visit: Visit | None, seconds: float) -> None:
        self._metrics.ended(outcome, visit, seconds)

    def failed(self, desk: str, error: KazashiError) -> None:
        self._metrics.failed(desk, error)
        self._returns.lost(desk)

    def looked(self, desk: str, health: ReaderHealth) -> None:
        self._returns.looked(desk, health.chip_resets, utc_now())


def _front_reader() -> FrontReader | None:
    """None if it cannot be opened: codes are typed then."""
    try:
        return FrontReader()
    except Exception as error:  # of its libraries and models
        logger.error("the card's front is not read: %s", type(error).__name__)
        return None


class NoSuchDesk(LookupError):
    """There is none of that name."""


class Service:
    """All desks of a site, each in a thread of its own."""

    def __init__(self, desks: Sequence[DeskSettings], site: SiteSettings) -> None:
        """Raises:
        ValueError: the URL of a simulated reader has a wrong option.
        BadSettings: the configuration cannot be read.
        """
        self.site = site
        configured = site.configuration()
        self.events = Events()
        self.held = HeldInquiry(
            site.journal,
            site.centre,
            lambda: self.events.publish("held", "", {}),
            is_test=site.is_test,
            persons=configured.persons,
            results=site.results,
            elsewhere=site.held_elsewhere,
        )
        self.metrics = Metrics()
        self.health = Latest(site.terminal)
        self._configured_urls = {desk.name: desk.reader for desk in desks}
        self.search = ReaderSearch(
            self._taken,
            self.assign,
            lambda: self.events.publish("readers", "", {}),
            readers_attached(),
        )
        self.tables = {
            desk.name: _table(desk.reader)
            for desk in desks
            if desk.reader and desk.reader.startswith("sim:")
        }
        self._profiles, self._passcode = configured.profiles, site.passcode(configured)
        self.desks = {desk.name: self._desk(desk) for desk in desks}
        self.metrics.registry.register(Now(self))
        self.elsewhere = site.elsewhere

    def __enter__(self) -> Self:
        if self.site.numbers:
            self.site.numbers.tell(lambda: self.events.publish("numbers", "", {}))
        if self.elsewhere:
            self.elsewhere.tell(lambda: self.events.publish("elsewhere", "", {}))
            for desk in self.desks.values():
                self._show_elsewhere(desk.display.screen)
        if self.site.held_elsewhere:
            self.site.held_elsewhere.tell(lambda: self.events.publish("held", "", {}))
        for desk in self.desks.values():
            desk.open()
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop the visits under way; each is kept as it ended. Takes 15 s at most."""
        until = monotonic() + _CLOSE_S
        self.search.cancel()
        for desk in self.desks.values():
            desk.begin_to_close()
        for desk in self.desks.values():
            if not desk.close(max(0.0, until - monotonic())):
                logger.error("desk %s did not end in time", desk.name)

    def desk(self, name: str) -> Desk:
        """Raises NoSuchDesk."""
        if name not in self.desks:
            raise NoSuchDesk(name)
        return self.desks[name]

    @property
    def urls(self) -> dict[str, str | None]:
        """Of readers, by desk; None: the only one attached, or none yet."""
        given = self.site.assigned
        return {name: given.of(name) or url for name, url in self._configured_urls.items()}

    def assign(self, desk: str, url: str) -> None:
        """Give the reader to this desk.

        Raises:
            NoSuchDesk
            OSError: it cannot be kept.
        """
        of_desk = self.desk(desk)
        self.site.assigned.assign(desk, url)
        of_desk.change_reader()

    def take_away(self, desk: str) -> None:
        """What the staff have given to this desk is free again. Raises as `assign` does."""
        of_desk = self.desk(desk)
        self.site.assigned.take_away(desk)
        of_desk.change_reader()

    def forget_broken_off(self, desk: str) -> None:
        """The staff have seen that a visit was broken off there."""
        self.site.under_way.forget(desk)
        self.events.publish("broken-off", "", {})

    def _taken(self) -> set[str]:
        """URLs, ports and serial numbers of readers that desks have."""
        open_ones = (desk.reader.info for desk in self.desks.values())
        return {*filter(None, self.urls.values()), *(each.serial for each in open_ones if each)}

    def table(self, name: str) -> "Table":
        """Raises NoSuchDesk: its reader is no simulated one."""
        if name not in self.tables:
            raise NoSuchDesk(name)
        return self.tables[name]

    def _desk(self, desk: DeskSettings) -> Desk:
        table = self.tables.get(desk.name)
        screen = Screen(
            desk.name,
            desk.title,
            utc_now(),
            language=self.site.language,
            is_test=self.site.is_test,
            has_table=table is not None,
        )
        display = Display(screen, lambda shown: self._publish(shown))
        profile = self._profiles[desk.profile]
        is_only = len(self._configured_urls) == 1
        of_desk = DeskSite(desk, self.site, profile, self._passcode, table, is_only=is_only)
        records = DeskRecords(self.metrics, self.site.terminal.returns)
        return Desk(desk.name, of_desk, display, records)

    def _publish(self, screen: Screen) -> None:
        self.events.publish("screen", screen.desk, screen.to_json())
        self._show_elsewhere(screen)

    def _show_elsewhere(self, screen: Screen) -> None:
        if self.elsewhere:
            self.elsewhere.show(screen.desk, shown_of(DeskView(screen)))


def _table(url: str) -> "Table":
    from kazashi.testing.table import Table  # the simulator is loaded for simulated readers alone

    return Table(url)
