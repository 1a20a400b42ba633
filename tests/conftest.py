"""What every test may use: taps on the interpreters, an RP2040 image, a real board by --port, and
the rule that CI may skip nothing.
"""

import gc
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from card_keys import CardKeys, made
from interpreters import HAS_MICROPYTHON
from kazashi.limits import Limits
from kazashi.reader import Reader
from kazashi.sim.options import Options
from kazashi.sim.pico import SimulatedPico

# Hundreds of programs start in the tests: each would compile again all that it imports.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# No test is timed: other work runs beside. The examples are the same each time, so that no change
# fails by chance; to look for others: --hypothesis-profile=searching.
TIMELESS = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("searching", derandomize=False, **TIMELESS)
settings.register_profile("settled", derandomize=True, **TIMELESS)
settings.load_profile("settled")

# A runner started in the background of a script ignores Ctrl-C, and its children inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

CELLS = ("tests/faults/test_chip.py", "tests/faults/test_radio.py")  # thousands, 10 ms each
TESTS = Path(__file__).parent
HARDWARE = TESTS / "hardware"  # alone has the fixture `reader_url`
SHARED_KEYS = "keys of cards"  # in what a worker is given
KEYS = pytest.StashKey[CardKeys]()
SPEED = 20.0  # of simulated time: what is tested here is order, not speed
UNHURRIED = Limits(answer_s=60.0, late_s=60.0)  # with a simulated reader, on a busy machine


def pytest_addoption(parser: pytest.Parser) -> None:
    matrix = parser.getgroup("fault matrix")
    matrix.addoption(
        "--pairs", metavar="N", default="500", help="pairs of radio faults to try, or: all"
    )
    matrix.addoption("--seed", type=int, default=1, help="chooses what is tried at random")
    board = parser.getgroup("a real board")
    board.addoption(
        "--port",
        metavar="DEVICE",
        help="run only the tests that need nothing but a reader, on this one (a serial port, any "
        "reader URL), a My Number Card lying on it; with =, or an existing path counts as tests",
    )
    board.addoption(
        "--destroy",
        metavar="SERIAL",
        help="with --port: also what changes the card, if the reader has this serial number",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[KEYS] = CardKeys(getattr(config, "workerinput", {}).get(SHARED_KEYS, ()))
    config.stash[KEYS].for_modules()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node) -> None:
    """Before each worker of pytest-xdist starts."""
    node.workerinput[SHARED_KEYS] = made()


def pytest_collectstart() -> None:
    """Thousands of tests are made now, and none of them is garbage."""
    gc.disable()


def pytest_collection_finish(session: pytest.Session) -> None:
    session.config.stash[KEYS].for_tests()
    gc.freeze()
    gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """A board has one port: its tests run one after the other."""
    if config.getoption("--port"):
        config.option.numprocesses = 0


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """With --port, import only the tests that can use a reader."""
    others = collection_path.parent == TESTS and collection_path != HARDWARE
    return True if others and config.getoption("--port") else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--port"):
        put_long_ones_first(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))
        return
    others = [item for item in items if "reader_url" not in item.fixturenames]
    items[:] = [item for item in items if "reader_url" in item.fixturenames]
    config.hook.pytest_deselected(items=others)


def put_long_ones_first(items: list[pytest.Item], workers: int) -> None:
    """Sort so that each worker has its share of each kind of test, and ends with short ones.

    Worksteal gives each worker one piece of the list. A worker that is done takes half of what
    another has left, from its end: nobody then waits for a long test that began last.
    """
    kinds: list[list[pytest.Item]] = [[], [], []]
    for item in items:
        is_emulated = not {"image", "frozen"}.isdisjoint(item.fixturenames)
        kinds[0 if is_emulated else 2 if item.nodeid.startswith(CELLS) else 1].append(item)
    items[:] = [
        item
        for k in range(workers)
        for kind in kinds
        for item in kind[len(kind) * k // workers : len(kind) * (k + 1) // workers]
    ]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    """If KAZASHI_MAY_NOT_SKIP is set, as in CI, a skipped test is a failed one."""
    report = yield
    if (
        report.skipped
        and not hasattr(report, "wasxfail")
        and os.environ.get("KAZASHI_MAY_NOT_SKIP")
    ):
        report.outcome = "failed"
        report.longrepr = f"skipped, and nothing may be: {report.longrepr}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """CPU seconds of pytest itself, its workers, and every program that they waited for."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    spent_s = sum(usage.ru_utime + usage.ru_stime for usage in usages)
    terminalreporter.write_line(f"{spent_s:.0f} CPU seconds")


@pytest.fixture(params=["cpython", "micropython"])
def interpreter(request: pytest.FixtureRequest) -> str:
    if request.param == "micropython" and not HAS_MICROPYTHON:
        pytest.skip("no unix MicroPython here: it needs CPython 3.11 on Linux x86-64")
    if request.param == "micropython32" and not os.environ.get("KAZASHI_MICROPYTHON32"):
        pytest.skip("no 32-bit MicroPython: set KAZASHI_MICROPYTHON32, see .ci/micropython-32")
    return request.param


@pytest.fixture(scope="session")
def image() -> Path:
    """A real RP2040 image, if there is one: .ci/rp2040-image builds it."""
    named = os.environ.get("KAZASHI_IMAGE")
    if not named:
        pytest.skip("no RP2040 image: set KAZASHI_IMAGE to a UF2 of MicroPython for the Pico")
    return Path(named)


@pytest.fixture(scope="session")
def frozen() -> Path:
    """MicroPython with the firmware in it, if there is one: .ci/rp2040-image FOLDER pico."""
    named = os.environ.get("KAZASHI_FROZEN")
    if not named:
        pytest.skip("no frozen firmware: set KAZASHI_FROZEN to a UF2 of kazashi flash pico --uf2")
    return Path(named)


@pytest.fixture
def pico(interpreter: str) -> Callable[..., SimulatedPico]:
    """Makes simulated readers on the interpreter under test, the card lying there already."""

    def make(**options: object) -> SimulatedPico:
        defaults = {"interpreter": interpreter, "speed": SPEED, "tap": 0.0}
        return SimulatedPico(Options(**(defaults | options)))

    return make


@pytest.fixture
def plug_in() -> Iterator[Callable[..., Reader]]:
    """Connects to simulated readers, and unplugs them in the end."""
    readers: list[Reader] = []

    def connect(simulated: SimulatedPico, limits: Limits | None = None) -> Reader:
        readers.append(Reader(simulated.connect, limits or UNHURRIED))
        return readers[-1]

    yield connect
    for reader in readers:
        reader.close()
