"""Simulated readers and cards for the tests of other programs.

from kazashi.testing import SimulatedCentre, SimulatedReader, test_anchors

with SimulatedReader("android", speed=20) as reader:
    card = reader.wait_for_card()
    reader.take_away()

With pytest, the fixture `kazashi_reader` is such a reader, a My Number Card lying on it: see
plugin.py. Importing this package loads no simulator and changes nothing: each name does when it is
first used. All that is read from simulated cards is a test, and is of no value: without
`test_anchors` they are of an unknown issuer.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kazashi.testing.anchors import test_anchors as test_anchors
    from kazashi.testing.centre import SimulatedCentre as SimulatedCentre
    from kazashi.testing.reader import CARDS as CARDS
    from kazashi.testing.reader import CardOptions as CardOptions
    from kazashi.testing.reader import SimulatedReader as SimulatedReader

_FILE_OF = {
    "test_anchors": "anchors",
    "SimulatedCentre": "centre",
    "CARDS": "reader",
    "CardOptions": "reader",
    "SimulatedReader": "reader",
}


def __getattr__(name: str) -> object:
    if name not in _FILE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_FILE_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_FILE_OF})
