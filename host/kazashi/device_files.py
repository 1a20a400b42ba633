"""Find the files for boards, in the installed package or in the checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def device_folder(name: str) -> Path:
    """The folder firmware/, boards/ or .ci/."""
    packaged = _PACKAGE / "device" / name
    return packaged if packaged.is_dir() else _PACKAGE.parents[1] / name


def board_names() -> list[str]:
    """The boards that have a folder."""
    return sorted(file.parent.name for file in device_folder("boards").glob("*/board.py"))
