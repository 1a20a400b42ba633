"""The firmware on an emulated Pico."""

import pytest

from kazashi.reader import Reader
from kazashi.sim.emulation.pico import EmulatedPico
from kazashi.sim.options import Options


@pytest.fixture(scope="module")
def pico(image):
    """An emulated Pico, booted once for all tests of a file: that takes some seconds."""
    return EmulatedPico(image, Options(tap=0.0, chip=0.0))


@pytest.fixture(scope="module")
def booted(pico):
    """The reader, and how long it took to get there: emulated seconds from power to Welcome."""
    reader = Reader(pico.connect)
    return reader, pico.clock.now()


@pytest.fixture(scope="module")
def reader(booted):
    return booted[0]
