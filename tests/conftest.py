"""What every test may use: taps on both interpreters, and the rule that CI may skip nothing."""

import importlib.util
import os
import shutil
import signal
from collections.abc import Callable, Iterator

import pytest
from hypothesis import settings

from kazashi.reader import Reader
from kazashi.sim.options import Options
from kazashi.sim.pico import SimulatedPico

HAS_MICROPYTHON = importlib.util.find_spec("micropython_unix") is not None or bool(
    shutil.which("micropython")
)
# No test is timed: other work runs beside.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# A runner started in the background of a script ignores Ctrl-C, and its children inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

SPEED = 20.0  # of simulated time: what is tested here is order, not speed


def pytest_addoption(parser):
    parser.addoption(
        "--pairs", metavar="N", default="500", help="pairs of radio faults to try, or: all"
    )
    parser.addoption("--seed", type=int, default=1, help="chooses what is tried at random")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Where KAZASHI_MAY_NOT_SKIP is set, as in CI, a skipped test is a failed one."""
    report = yield
    if (
        report.skipped
        and not hasattr(report, "wasxfail")
        and os.environ.get("KAZASHI_MAY_NOT_SKIP")
    ):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be: {report.longrepr}"
    return report


@pytest.fixture(params=["cpython", "micropython"])
def interpreter(request: pytest.FixtureRequest) -> str:
    if request.param == "micropython" and not HAS_MICROPYTHON:
        pytest.skip("no unix MicroPython here: it needs CPython 3.11 on Linux x86-64")
    if request.param == "micropython32" and not os.environ.get("KAZASHI_MICROPYTHON32"):
        pytest.skip("no 32-bit MicroPython: set KAZASHI_MICROPYTHON32, see .ci/micropython-32")
    return request.param


@pytest.fixture
def pico(interpreter: str) -> Callable[..., SimulatedPico]:
    """Makes simulated readers on the interpreter under test, the card lying there already."""

    def make(**options: object) -> SimulatedPico:
        defaults = {"interpreter": interpreter, "speed": SPEED, "tap": 0.0}
        return SimulatedPico(Options(**(defaults | options)))

    return make


@pytest.fixture
def plug_in() -> Iterator[Callable[[SimulatedPico], Reader]]:
    """Connects to simulated readers, and unplugs them in the end."""
    readers: list[Reader] = []

    def connect(simulated: SimulatedPico) -> Reader:
        readers.append(Reader(simulated.connect))
        return readers[-1]

    yield connect
    for reader in readers:
        reader.close()
