"""The firmware's own files, imported here, on CPython made to look like MicroPython."""

import sys
from pathlib import Path

from kazashi.sim import pico

STAND_INS = Path(pico.__file__).parent / "stand_ins" / "cpython"
sys.path[:0] = [str(STAND_INS), str(pico.device_folder("firmware"))]

import boot  # noqa: E402

boot.disguise()
