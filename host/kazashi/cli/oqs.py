"""Where a command leaves results for the reception computer, as configured."""

from contextlib import ExitStack
from pathlib import Path

from kazashi.cli.options import need
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
    return stack.enter_context(FaceFiles(settings.institution, settings.faces))
