"""Which interpreters a test runs on: `interpreter` alone means CPython and unix MicroPython."""

import pytest

from kazashi.sim.options import INTERPRETERS

on_all_interpreters = pytest.mark.parametrize("interpreter", INTERPRETERS, indirect=True)
on_32_bits = pytest.mark.parametrize("interpreter", ["micropython32"], indirect=True)
