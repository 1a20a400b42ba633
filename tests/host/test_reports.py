"""What a reader says about itself."""

import pytest

from kazashi.reader import Reader
from kazashi.reports import SIMULATED_SERIAL, ReaderInfo, is_simulated_serial
from kazashi.sim.options import Options
from kazashi.sim.pico import SimulatedPico
from kazashi_wire.messages import Welcome

REAL = bytes.fromhex("e6605838834c5a2c")


def welcome(serial):
    chip = bytes((0x32, 1, 6, 7))
    return Welcome(1, bytes(4), bytes((0, 1, 0)), chip, serial, b"pico\nmicropython 1.28.0")


@pytest.mark.parametrize(
    ("serial", "is_simulated"),
    [(REAL, False), (bytes(8), False), (b"\xff" * 8, False), (b"SIMULATD", True)],
)
def test_a_board_with_the_serial_number_of_the_simulator_is_simulated(serial, is_simulated):
    assert ReaderInfo.of(welcome(serial)).is_simulated is is_simulated


def test_a_simulated_reader_says_so_on_every_interpreter_and_board(interpreter):
    with Reader(SimulatedPico(Options(interpreter=interpreter, board="pico2")).connect) as reader:
        assert reader.info.is_simulated


@pytest.mark.parametrize(
    ("name", "is_simulated"),
    [
        (f"Kazashi Kazashi ({SIMULATED_SERIAL.upper()}) 00 00", True),  # as pcscd names our boards
        ("ACS ACR1252 [Reader] 00 00", False),
        ("Virtual PCD 00 00", False),  # it may carry a real card
        ("none", False),
        ("held 3", False),
    ],
)
def test_so_does_a_simulated_board_behind_pcsc(name, is_simulated):
    assert is_simulated_serial(name) is is_simulated
