"""A PC/SC reader as a Reader: kazashi.open("pcsc:NAME"), for everything above the reader."""

from threading import Event

from kazashi.limits import Limits
from kazashi.pcsc.line import PcscLine
from kazashi.pcsc.scard import Scard, loaded
from kazashi.reader import Reader


class PcscReader(Reader):
    """The PC/SC reader at `url`; see names.py.

    It cannot be armed with a plan, show a signal, examine itself or tell its health: `show`,
    `health`, `examine` and `maintain` raise BoardNeeded, and so does a search for other than Type A
    and B, or above 106 kbit/s: PC/SC chooses both by itself. `scard`: instead of pyscard.

    Raises:
        NotInstalled: pyscard is missing.
        NoReader: the service does not run, or has no such reader.
        SeveralReaders: `url` fits several.
    """

    def __init__(
        self,
        url: str,
        limits: Limits | None = None,
        cancel: Event | None = None,
        scard: Scard | None = None,
    ) -> None:
        limits, functions = limits or Limits(), scard or loaded()
        self._begin(lambda: PcscLine(functions, url, limits), limits, cancel)
