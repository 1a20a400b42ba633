"""Results for the reception computer, and the centre behind files: as configured."""

from contextlib import ExitStack
from pathlib import Path

from kazashi.cli.options import need
from kazashi.reception.centre import Centre
from kazashi.reception.journal import default_path
from kazashi.reception.results import Results
from kazashi.reception.settings import load


def results_of(stack: ExitStack, config: Path | None) -> Results | None:
    """None: nothing is configured. `stack` closes it. A wrong table is told as BadSettings."""
    if config is None or "oqs" not in load(config):
        return None
    need("oqs")
    from kazashi.oqs.faces import FaceFiles
    from kazashi.oqs.settings import OqsSettings

    settings = OqsSettings.read(config)
    if not settings.faces:
        return None
    return stack.enter_context(FaceFiles(settings.institution, settings.faces))


def centre_by_files(config: Path | None) -> Centre | None:
    """None: no terminal is configured."""
    if config is None or "oqs" not in load(config):
        return None
    need("oqs")
    from kazashi.oqs.centre import FileCentre
    from kazashi.oqs.exchange import Exchange
    from kazashi.oqs.ledger import Ledger
    from kazashi.oqs.settings import OqsSettings

    settings = OqsSettings.read(config)
    if settings.terminal is None:
        return None
    ledger = Ledger(default_path().parent / "oqs-asked")
    return FileCentre(Exchange(settings.terminal, settings.institution, ledger))
