"""Tap the reader you want here: a card is waited for on all readers that no desk has.

One search at a time, for one desk; the first reader that senses a card is that desk's.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Lock, Thread
from time import monotonic

import kazashi
from kazashi.errors import Cancelled, CardUnusable, KazashiError, NoCard, ReaderError, SeveralCards
from kazashi.pcsc.listing import PcscReaders
from kazashi.reader import Reader
from kazashi.usb.ports import Attached, attached
from kazashi.words import words_of

logger = logging.getLogger(__name__)

_SEARCH_S = 120.0
_LOOK_S = 1.0  # between two looks for readers that were plugged in
_TAKEN_S = 10.0
_PERIOD_S = 0.25  # between two looks for a card

Open = Callable[[str, Event], Reader]


class AlreadySearching(Exception):
    """For another desk, or this one."""


@dataclass(frozen=True)
class FreeReader:
    """A reader that no desk has. `trouble`: why no card is waited for on it."""

    url: str
    description: str
    trouble: KazashiError | None = None


def readers_attached() -> Callable[[], list[Attached]]:
    """A function that returns what is there now, as `kazashi list` shows it."""
    pcsc = PcscReaders()
    return lambda: [
        *attached(),
        *(Attached(url, port="", serial="", description="PC/SC reader") for url in pcsc.urls()),
    ]


def open_reader(url: str, cancel: Event) -> Reader:
    """Raises ReaderError."""
    return kazashi.open(url, cancel=cancel)


class ReaderSearch:
    """`taken`: URLs, ports and serial numbers of readers that desks have. `assign`: desk, URL."""

    def __init__(
        self,
        taken: Callable[[], set[str]],
        assign: Callable[[str, str], None],
        changed: Callable[[], None],
        look: Callable[[], list[Attached]],
        open_reader: Open = open_reader,
    ) -> None:
        self._taken, self._assign, self._changed = taken, assign, changed
        self._look, self._open = look, open_reader
        self._lock = Lock()
        self._cancel = Event()
        self._trouble: dict[str, KazashiError] = {}  # by URL
        self._thread: Thread | None = None
        self.found = ""  # the URL of the reader that sensed a card
        self.desk = ""  # for which a reader is looked for; "": for none
        self.is_over_time = False  # the last one ended without a card

    def free(self) -> list[FreeReader]:
        """The readers attached that no desk has."""
        taken = self._taken()
        return [
            FreeReader(each.url, each.description, self._trouble.get(each.url))
            for each in self._look()
            if each.url and not taken & {each.url, each.port, each.serial} - {""}
        ]

    def begin(self, desk: str) -> None:
        """Wait for a card, in threads.

        Raises:
            AlreadySearching: it is done already.
        """
        with self._lock:
            if self.desk:
                raise AlreadySearching
            self.desk, self.found, self.is_over_time = desk, "", False
            self._cancel.clear()
            self._trouble.clear()
            self._thread = Thread(target=self._run, name="reader search", daemon=True)
            self._thread.start()

    def cancel(self) -> None:
        """End it, and wait until the readers are closed."""
        self._cancel.set()
        if self._thread:
            self._thread.join()

    # -- in its threads ---------------------------------------------------------------------------

    def _run(self) -> None:
        self._changed()
        try:
            if found := self._tapped():
                self._assign(self.desk, found)
        except OSError as error:
            logger.error("reader search: %s", error.strerror)
        finally:
            self.desk = ""
            self._changed()

    def _tapped(self) -> str:
        """The URL of the reader that sensed a card; all are closed again. "": none did."""
        until = monotonic() + _SEARCH_S
        watches: dict[str, Thread] = {}
        while not self._cancel.is_set() and monotonic() < until:
            for reader in self.free():
                if reader.url not in watches:
                    watch = Thread(target=self._watch, args=(reader.url,), daemon=True)
                    watches[reader.url] = watch
                    watch.start()
                    self._changed()
            self._cancel.wait(_LOOK_S)
        self.is_over_time = not self._cancel.is_set()
        self._cancel.set()
        for watch in watches.values():
            watch.join()
        return self.found

    def _watch(self, url: str) -> None:
        try:
            with self._open(url, self._cancel) as reader:
                self._wait_for_card(reader)
                with self._lock:
                    self.found = self.found or url
                self._changed()
                self._wait_until_taken(reader)  # or it would be the desk's first patient
                self._cancel.set()
        except Cancelled:
            pass
        except ReaderError as error:
            logger.warning("%s: %s", url, words_of(error).line)
            self._trouble[url] = error
            self._changed()

    def _wait_for_card(self, reader: Reader) -> None:
        """Raises Cancelled, or ReaderError if the reader fails."""
        while True:
            try:
                reader.wait_for_card(_SEARCH_S, period_s=_PERIOD_S, cancel=self._cancel)
            except NoCard:
                continue
            except (CardUnusable, SeveralCards):
                pass  # something was laid there
            return

    def _wait_until_taken(self, reader: Reader) -> None:
        """For some seconds. Raises as `_wait_for_card` does."""
        until = monotonic() + _TAKEN_S
        while monotonic() < until:
            try:
                reader.wait_for_card(0)
            except NoCard:
                return
            except (CardUnusable, SeveralCards):
                pass  # it is there still
            reader.rest()
            self._cancel.wait(_PERIOD_S)
