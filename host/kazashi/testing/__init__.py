"""Simulated readers and cards for the tests of other programs.

from kazashi.testing import SimulatedCentre, SimulatedReader, test_anchors

with SimulatedReader("android", speed=20) as reader:
    card = reader.wait_for_card()
    reader.take_away()

With pytest, the fixture `kazashi_reader` is such a reader with a My Number Card on it: see
plugin.py. Importing this package does not load the simulator; the first use of a name does. Data
from simulated cards are for tests only and have no value: without `test_anchors` their issuer is
unknown.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kazashi.testing.anchors import test_anchors as test_anchors
    from kazashi.testing.centre import SOMEBODY as SOMEBODY
    from kazashi.testing.centre import SimulatedCentre as SimulatedCentre
    from kazashi.testing.component import SimulatedComponent as SimulatedComponent
    from kazashi.testing.passcode import TEST_PASSCODE as TEST_PASSCODE
    from kazashi.testing.reader import CARDS as CARDS
    from kazashi.testing.reader import CardOptions as CardOptions
    from kazashi.testing.reader import SimulatedReader as SimulatedReader

_FILE_OF = {
    "test_anchors": "anchors",
    "TEST_PASSCODE": "passcode",
    "SOMEBODY": "centre",
    "SimulatedCentre": "centre",
    "SimulatedComponent": "component",
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
