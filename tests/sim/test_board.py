"""The simulated board: how long a look at the chip takes, and what the firmware's start imports."""

import subprocess
from contextlib import closing
from math import inf

import pytest

from kazashi.device_files import device_folder
from kazashi.sim import board
from kazashi.sim.board import BoardServer, Pins
from kazashi.sim.faults import lose_command, once
from kazashi.sim.pico import interpreter
from kazashi.sim.pn532 import Pn532
from kazashi.sim.radio import Air
from kazashi.sim.watchdog import Watchdog

GET_VERSION = bytes.fromhex("0000ff02fed4022a00")
SPEED = 10


class Clock:
    """Simulated time that stands still."""

    def now(self):
        return 0.0

    def sleep_until(self, when_s):
        pass


@pytest.fixture
def looks(monkeypatch):
    """(chip, function that looks once and returns the seconds that it slept)."""
    slept = []
    monkeypatch.setattr(board, "sleep", slept.append)
    chip, pins = Pn532(Air(), Clock()), Pins.of(device_folder("boards") / "pico")
    server = BoardServer(chip, Clock(), pins, SPEED, Watchdog(0), lambda: None)

    def look():
        slept.clear()
        server._look()
        return sum(slept)

    with closing(server):
        yield chip, look


@pytest.mark.parametrize(("due_s", "slept_s"), [(0, 0), (0.004, 0.0004), (inf, 0.001)])
def test_a_look_lasts_until_the_frame_is_due_or_a_millisecond(looks, due_s, slept_s):
    chip, look = looks
    chip.say(b"frame", due_s)
    assert look() == pytest.approx(slept_s)


def test_a_look_at_a_chip_that_has_nothing_to_say_is_shorter(looks):
    chip, look = looks
    chip.disturb = once(0, lose_command)
    chip.host_bytes(GET_VERSION)
    assert look() == pytest.approx(0.0002)


def test_the_start_of_the_firmware_imports_little(tmp_path):
    script = tmp_path / "main.py"
    script.write_text("import os, sys; os.write(1, ' '.join(sys.modules).encode()); os._exit(0)")
    command, _ = interpreter("cpython", script, [])
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=True)
    assert {"pathlib", "runpy", "site"}.isdisjoint(done.stdout.decode().split())
