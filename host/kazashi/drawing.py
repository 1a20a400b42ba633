"""Pictures by Matplotlib, of the extra `plot`: .svg or .png, the same bytes each time."""

import importlib
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

SUFFIXES = (".svg", ".png")

_WIDTH = 12.0  # inches
_FONT = "DejaVu Sans"  # Matplotlib's own
# Files of fonts that have what it lacks, names in Japanese: the first that is installed.
_JAPANESE = (
    *("NotoSansCJK-Regular.ttc", "BIZUDPGothic-Regular.ttf", "YuGothM.ttc", "meiryo.ttc"),
    "ヒラギノ角ゴシック W3.ttc",
)


def is_possible() -> bool:
    """Return True if Matplotlib is installed."""
    return find_spec("matplotlib") is not None


@contextmanager
def drawn(path: Path, height: float, width: float = _WIDTH) -> Generator[Any]:
    """A figure, in inches, saved to `path` at the end of the block.

    Raises:
        OSError: the file cannot be written.
    """
    figures: Any = importlib.import_module("matplotlib.figure")
    matplotlib: Any = importlib.import_module("matplotlib")
    settings = {"svg.hashsalt": "kazashi", "font.size": 9, "font.family": _families()}
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # a box is drawn
        figure = figures.Figure(figsize=(width, height), layout="constrained")
        yield figure
        figure.savefig(path, dpi=120, metadata={"Date": None} if path.suffix == ".svg" else None)


def _families() -> list[str]:
    """Fonts are looked for by file: Matplotlib's list of names may be older than they are."""
    fonts: Any = importlib.import_module("matplotlib.font_manager")
    installed = {Path(file).name: file for file in fonts.findSystemFonts()}
    for name in _JAPANESE:
        if file := installed.get(name):
            fonts.fontManager.addfont(file)
            return [_FONT, fonts.get_font(file).family_name]
    return [_FONT]
