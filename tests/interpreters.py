"""Which interpreters a test runs on: `interpreter` alone means CPython and unix MicroPython."""

import importlib.util
import shutil

import pytest

from kazashi.sim.options import INTERPRETERS

HAS_MICROPYTHON = importlib.util.find_spec("micropython_unix") is not None or bool(
    shutil.which("micropython")
)

on_all_interpreters = pytest.mark.parametrize("interpreter", INTERPRETERS, indirect=True)
on_32_bits = pytest.mark.parametrize("interpreter", ["micropython32"], indirect=True)
