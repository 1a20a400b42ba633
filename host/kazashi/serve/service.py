"""All desks of a service, and what they share: events, counts, inquiries at the centre."""

import logging
from collections.abc import Callable, Sequence
from functools import partial
from time import monotonic
from typing import Self

from kazashi.health.terminal import Latest
from kazashi.reception.japan import utc_now
from kazashi.serve.desk import Desk
from kazashi.serve.display import Display
from kazashi.serve.equipment import Equipment
from kazashi.serve.events import Events
from kazashi.serve.held import HeldInquiry
from kazashi.serve.metrics import Metrics, Now
from kazashi.serve.reader_search import ReaderSearch, readers_attached
from kazashi.serve.screen import Screen
from kazashi.serve.settings import DeskSettings
from kazashi.serve.site_settings import SiteSettings
from kazashi.serve.staff.elsewhere import shown_of
from kazashi.serve.staff.overview import DeskView

logger = logging.getLogger(__name__)

_CLOSE_S = 15.0  # for what runs to stop


class NoSuchDesk(LookupError):
    """There is none of that name."""


class Service:
    """All desks of a site, each in a thread of its own."""

    def __init__(self, desks: Sequence[DeskSettings], site: SiteSettings) -> None:
        """Raises:
        ValueError: the URL of a simulated reader has a wrong option.
        BadSettings: the configuration cannot be read.
        """
        configured = site.configuration()
        self.site = site
        self.events = Events()
        self.metrics = Metrics()
        self.health = Latest(site.terminal)
        passcode, is_only = site.passcode(configured), len(desks) == 1
        self.desks = {
            each.name: self._desk(
                each,
                Equipment(each, site, configured.profiles[each.profile], passcode, is_only=is_only),
            )
            for each in desks
        }
        self.held = HeldInquiry(
            site.journal,
            site.centre,
            self._teller("held"),
            is_test=site.is_test,
            persons=configured.persons,
            results=site.results,
            elsewhere=site.held_elsewhere,
        )
        self.search = ReaderSearch(
            self._taken, self.assign, self._teller("readers"), readers_attached()
        )
        self.metrics.registry.register(Now(lambda: self.screens, self.events, self.health))

    def __enter__(self) -> Self:
        site = self.site
        parts = {"numbers": site.numbers, "elsewhere": site.elsewhere, "held": site.held_elsewhere}
        for kind, part in parts.items():
            if part:
                part.tell(self._teller(kind))
        for desk in self.desks.values():
            self._show_elsewhere(desk.display.screen)
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
    def screens(self) -> list[Screen]:
        """Of all desks, as they are now."""
        return [desk.display.screen for desk in self.desks.values()]

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
        self._teller("broken-off")()

    def _taken(self) -> set[str]:
        """URLs, ports and serial numbers of readers that desks have."""
        desks = self.desks.values()
        urls = (desk.equipment.url for desk in desks)
        open_ones = (desk.reader.info for desk in desks)
        return {*filter(None, urls), *(each.serial for each in open_ones if each)}

    def _desk(self, desk: DeskSettings, equipment: Equipment) -> Desk:
        screen = Screen(
            desk.name,
            desk.title,
            utc_now(),
            language=self.site.language,
            is_test=self.site.is_test,
            has_table=equipment.table is not None,
        )
        return Desk(desk.name, equipment, Display(screen, self._publish), self.metrics)

    def _teller(self, kind: str) -> Callable[[], None]:
        """A function, for any thread, that tells followers that something of this kind changed."""
        return partial(self.events.publish, kind, "", {})

    def _publish(self, screen: Screen) -> None:
        self.events.publish("screen", screen.desk, screen.to_json())
        self._show_elsewhere(screen)

    def _show_elsewhere(self, screen: Screen) -> None:
        if self.site.elsewhere:
            self.site.elsewhere.show(screen.desk, shown_of(DeskView(screen)))
