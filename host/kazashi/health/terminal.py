"""Everything that is looked at of a terminal, in one place."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock

from kazashi.finding import Finding
from kazashi.health.clock import clock, is_synchronised
from kazashi.health.disk import disk_space
from kazashi.health.expiry import site_certificate, terminal_certificate
from kazashi.health.lifetime import Lifetime
from kazashi.health.returns import Returns, reader_returns
from kazashi.health.settings import TerminalSettings
from kazashi.reception.in_time import in_time
from kazashi.reception.japan import utc_now

_FRESH = timedelta(minutes=1)  # a PKCS#12 may take 0.1 s to open, and a page is made often
_PATIENCE_S = 5.0  # for what is looked at, on disks that do not answer


@dataclass(frozen=True)
class Terminal:
    """What is looked at, and by which clock.

    `folders`: of [oqs]. `database`: of the site, if there is one. `served`: of the certificate that
    the service has used since it began.
    """

    journal: Path
    settings: TerminalSettings = field(default_factory=TerminalSettings)
    returns: Returns = field(default_factory=Returns)
    folders: Callable[[], Iterable[Finding]] = lambda: ()
    database: Callable[[], Iterable[Finding]] = lambda: ()
    served: Lifetime | None = None
    now: Callable[[], datetime] = utc_now
    is_synchronised: Callable[[], bool | None] = is_synchronised

    def findings(self) -> Iterator[Finding]:
        """Look at all of it now."""
        now, settings = self.now(), self.settings
        if settings.certificate:
            yield terminal_certificate(settings.certificate, settings.password, now)
        if settings.site_certificate:
            yield site_certificate(settings.site_certificate, now, self.served)
        yield from self.folders()
        yield disk_space(self.journal)
        yield clock(self.journal, now, is_synchronised=self.is_synchronised())
        yield from self.database()
        yield from reader_returns(self.returns.within_an_hour(now))


class Latest:
    """The findings of a terminal, looked at once a minute at most.

    While that takes long there are those of the look before; only the first one is waited for.
    """

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self._looking = Lock()
        self._found: tuple[Finding, ...] = ()
        self._at: datetime | None = None

    def findings(self) -> tuple[Finding, ...]:
        if self._looking.acquire(timeout=0 if self._found else _PATIENCE_S):
            try:
                now = self.terminal.now()
                if self._at is None or not self._at <= now < self._at + _FRESH:
                    with suppress(TimeoutError):
                        in_time(lambda _end: self._look(), _PATIENCE_S, of=self)
                    self._at = now
            finally:
                self._looking.release()
        return self._found

    def _look(self) -> None:
        self._found = tuple(self.terminal.findings())
