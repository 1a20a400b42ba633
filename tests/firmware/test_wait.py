"""Waiting: what goes on meanwhile, and that a step that never ends is ended by the watchdog."""

import ast
from pathlib import Path

import pytest

from asking import WATCH, Board
from rig import BoardReset, clock  # makes the firmware importable

# isort: split
from bus_spi import SpiBus
from kazashi.sim import pico
from link import Link
from pn532 import Pn532
from wait import MOST_MS, REQUEST, SEARCH, START, Wait

STEPS = START, SEARCH, REQUEST
HANG_S = 8.3  # that the watchdog grants, device.py


class Time:
    """A clock, a board and its light: who looks at the one, when the others were cared for."""

    def __init__(self):
        self.ms = 0
        self.slept = []
        self.fed = []
        self.shown = []

    def ticks_ms(self):
        return self.ms % (1 << 30)

    def sleep_ms(self, ms):
        self.slept.append(ms)
        self.ms += ms

    def feed(self):
        self.fed.append(self.ms)

    def step(self):
        self.shown.append(self.ms)

    def never(self):
        self.ms += 1
        return False


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def waiting(time):
    return Wait(time, time, time)


@pytest.mark.parametrize("ms", [0, 1, 5, 49, 50, 51, 4964])
def test_a_sleep_lasts_as_long_as_it_was_asked_for(time, waiting, ms):
    waiting.sleep_ms(ms)
    assert sum(time.slept) == ms


def test_in_a_long_sleep_the_watchdog_is_fed_and_the_light_goes_on(time, waiting):
    waiting.begin(SEARCH)
    waiting.sleep_ms(4964)
    assert time.fed == time.shown == [*range(0, 4964, 50), 4964]


def test_in_a_long_wait_the_watchdog_is_fed_and_the_light_goes_on(time, waiting):
    waiting.begin(SEARCH)
    assert not waiting.until(time.never, 4964)
    assert time.fed == time.shown == list(range(0, 4964, 50))


def test_a_wait_ends_as_soon_as_what_it_is_for_is_there(time, waiting):
    answers = [False, False, True]
    assert waiting.until(lambda: answers.pop(0), 10)
    assert not answers


def test_a_wait_is_never_shorter_than_its_time(time, waiting):
    assert not waiting.until(time.never, 30)
    assert 30 < time.ms <= 32  # a tick may just be over, and each look takes one


def test_no_time_is_one_look_and_less_is_none(time, waiting):
    looks = []
    assert not waiting.until(lambda: looks.append(time.never()), 0)
    assert not waiting.until(lambda: looks.append(time.never()), -1)
    assert len(looks) == 1


def test_a_wait_lasts_over_the_wrap_of_the_ticks(time, waiting):
    time.ms = (1 << 30) - 10
    waiting.begin(SEARCH)
    assert not waiting.until(time.never, 200)
    assert 200 < time.ms - (1 << 30) + 10 <= 202
    assert len(time.fed) == 5


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("way", ["sleep", "until"])
def test_nothing_feeds_once_a_step_has_had_its_time(time, waiting, step, way):
    waiting.begin(step)
    if way == "sleep":
        waiting.sleep_ms(2 * MOST_MS[step])
    else:
        waiting.until(time.never, 2 * MOST_MS[step])
    assert MOST_MS[step] - 100 < max(time.fed) < MOST_MS[step]
    waiting.begin(step)
    assert max(time.fed) == time.ms


def test_no_other_file_of_the_firmware_sleeps_or_feeds():
    for file in pico.device_folder("firmware").glob("*.py"):
        names = {node.attr for node in ast.walk(parsed(file)) if isinstance(node, ast.Attribute)}
        imported = {
            alias.name
            for node in ast.walk(parsed(file))
            if isinstance(node, ast.ImportFrom) and node.module == "time"
            for alias in node.names
        }
        assert not imported & {"sleep", "sleep_ms", "sleep_us"}, file.name
        if file.stem not in ("wait", "device"):
            assert "feed" not in names, file.name


def parsed(file: Path):
    return ast.parse(file.read_text(encoding="utf-8"))


# --- the whole reader --------------------------------------------------------------------------


def stall(part, *_arguments):
    """Wait for what never comes."""
    part._wait.until(never, 200_000)
    pytest.fail("the watchdog was fed for 200 s")


def never():
    clock.pass_by(0.1)
    return False


def begin_step(board, step):
    """Bring the reader to where the step is next."""
    if step == SEARCH:
        board.ask(WATCH)
    elif step == REQUEST:
        board.find_card()
        board.send(board.command(bytes.fromhex("00a4040c0ad392f000260100000001")))


@pytest.mark.parametrize(
    ("step", "part", "name"),
    [
        (START, Pn532, "start"),
        (START, SpiBus, "wake"),
        (SEARCH, Pn532, "call"),
        (SEARCH, SpiBus, "readinto"),
        (REQUEST, Pn532, "received"),
        (REQUEST, SpiBus, "write"),
        (REQUEST, Link, "send"),  # the host takes nothing
    ],
)
def test_a_step_that_stalls_is_ended_by_the_watchdog(monkeypatch, step, part, name):
    board = Board()
    if step != START:
        board.firmware.begin()
    begin_step(board, step)
    monkeypatch.setattr(part, name, stall)
    began = clock.s
    with pytest.raises(BoardReset):
        board.firmware.begin() if step == START else board.messages()
    assert clock.s - began == pytest.approx(MOST_MS[step] / 1000 + HANG_S, abs=0.5)
