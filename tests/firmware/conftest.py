"""The firmware's own files, imported here, on CPython made to look like MicroPython."""

import sys
from pathlib import Path

import rig  # noqa: F401  # makes them importable

sys.path[:0] = [str(Path(__file__).parent / "device")]
