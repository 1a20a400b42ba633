"""The pytest plug-in: the fixture `kazashi_reader`. It is there as soon as kazashi is installed.

    def test_a_patient_is_read(kazashi_reader):
        card = kazashi_reader.wait_for_card()
        kazashi_reader.take_away()
        kazashi_reader.lay("android", pin="0000")

The simulator is loaded only if a test uses the fixture.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from kazashi.testing.reader import SimulatedReader

_SPEED = 20.0  # times real time


@pytest.fixture
def kazashi_reader() -> "Iterator[SimulatedReader]":
    """A simulated reader with a My Number Card on it, its PIN 1234; for one test."""
    from kazashi.testing.reader import SimulatedReader

    with SimulatedReader(speed=_SPEED) as reader:
        yield reader
