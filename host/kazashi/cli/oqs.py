"""Results for the reception computer, and the centre behind files: as configured."""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kazashi.cli.options import need
from kazashi.cli.show import show_error
from kazashi.finding import Finding
from kazashi.reception.centre import Centre
from kazashi.reception.journal import default_path
from kazashi.reception.results import Results
from kazashi.reception.settings import load

if TYPE_CHECKING:
    from kazashi.oqs.exchange import Exchange
    from kazashi.oqs.faces import FaceFiles


def results_of(stack: ExitStack, config: Path | None, journal: Path) -> Results | None:
    """None: nothing is configured. `stack` closes it, and tells what is lost. `journal`: of the
    visits.

    Raises BadSettings.
    """
    if config is None or "oqs" not in load(config):
        return None
    need("oqs")
    from kazashi.oqs.faces import FaceFiles
    from kazashi.oqs.settings import OqsSettings

    settings = OqsSettings.read(config)
    if not settings.faces:
        return None
    files = FaceFiles(settings.institution, settings.faces, journal)
    stack.callback(_close, files)
    return files


def _close(files: "FaceFiles") -> None:
    for lost in files.close():
        show_error(lost)


def centre_by_files(config: Path | None) -> Centre | None:
    """None: no terminal is configured."""
    exchange = exchange_of(config)
    if exchange is None:
        return None
    from kazashi.oqs.centre import FileCentre

    return FileCentre(exchange)


def look_of(config: Path | None, journal: Path) -> Callable[[], Iterable[Finding]]:
    """Looks at the configured folders. Raises BadSettings."""
    if config is None or "oqs" not in load(config):
        return tuple
    need("oqs")
    from kazashi.oqs.look import look
    from kazashi.oqs.settings import OqsSettings

    return partial(look, OqsSettings.read(config), journal)


def exchange_of(config: Path | None) -> "Exchange | None":
    """With the centre's terminal; None: none is configured."""
    if config is None or "oqs" not in load(config):
        return None
    need("oqs")
    from kazashi.oqs.exchange import Exchange
    from kazashi.oqs.ledger import Ledger
    from kazashi.oqs.settings import OqsSettings

    settings = OqsSettings.read(config)
    if settings.terminal is None:
        return None
    ledger = Ledger(default_path().parent / "oqs-asked")
    return Exchange(settings.terminal, settings.institution, ledger)
