"""The PC/SC readers of this computer, for a list; none if there is no PC/SC."""

from math import inf
from time import monotonic

from kazashi.errors import NotInstalled, ReaderError
from kazashi.limits import Wait
from kazashi.pcsc.connection import readers
from kazashi.pcsc.names import url_of
from kazashi.pcsc.scard import loaded
from kazashi.pcsc.worker import Worker

_LIMIT_S = 1.0  # of a service that hangs


class PcscReaders:
    """The readers of the service, looked for any number of times."""

    def __init__(self) -> None:
        self._worker = Worker(lambda: inf, lambda: None)
        try:
            self._scard = loaded()
        except NotInstalled:
            self._scard = None

    def urls(self) -> list[str]:
        """Their URLs. Empty if pyscard or the service is missing, or does not answer."""
        scard, now = self._scard, monotonic()
        if scard is None:
            return []
        try:
            names = self._worker.do(lambda: readers(scard), Wait(now, now + _LIMIT_S))
        except (ReaderError, TimeoutError):
            return []
        return [url_of(name) for name in names]
