"""Pictures of the pages that were tested, for who looks at a change of the screens."""

import os
from pathlib import Path

FOLDER = os.environ.get("KAZASHI_SCREENSHOTS")


def keep(page, name):
    """In the folder that KAZASHI_SCREENSHOTS names, if it names one."""
    if FOLDER:
        Path(FOLDER).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(FOLDER) / f"{name}.png")
