"""The boards: what is the same on all of them, and what MicroPython freezes."""

import runpy
from pathlib import Path

import pytest

from kazashi.sim import pico

BOARDS = pico.device_folder("boards")
FIRMWARE = pico.device_folder("firmware")
NAMES = ("pico", "pico_w", "pico2", "pico2_w")
RP2350 = ("pico2", "pico2_w")


def constants(name):
    said = runpy.run_path(str(BOARDS / name / "board.py"))
    return {key: value for key, value in said.items() if key.isupper()}


def test_there_is_a_folder_for_each_board():
    assert sorted(path.parent.name for path in BOARDS.glob("*/board.py")) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_boards_differ_in_their_names_and_their_chip_alone(name):
    said = constants(name)
    chip, arch, watchdog, oldest = (
        ("RP2350", "armv7emsp", 0x400D8000, (1, 25))
        if name in RP2350
        else ("RP2040", "armv6m", 0x40058000, (1, 23))
    )
    assert said["MACHINE"].endswith(f" with {chip}")
    assert said["MICROPYTHON"] == f"RPI_{name.upper()}"
    own = {"NAME": name, "ARCH": arch, "WATCHDOG": watchdog}
    own["OLDEST_MICROPYTHON"] = oldest
    own |= {key: said[key] for key in ("MACHINE", "MICROPYTHON")}
    assert said == constants("pico") | own


@pytest.mark.parametrize("name", NAMES)
def test_no_pin_is_used_twice_at_a_time(name):
    said = constants(name)
    for bus in (("SCK", "MOSI", "MISO", "SELECT"), ("SDA", "SCL"), ("TX", "RX")):
        pins = [said[pin] for pin in (*bus, "IRQ", "RESET", "BUZZER") if said[pin] is not None]
        assert len(pins) == len(set(pins))


@pytest.mark.parametrize("name", NAMES)
def test_the_firmware_and_the_pins_are_frozen_beside_what_micropython_freezes_itself(name):
    frozen = []

    def freeze(path, script=None):
        folder = Path(BOARDS, name, path).resolve()
        frozen.extend([script] if script else sorted(file.name for file in folder.glob("*.py")))
        assert path.startswith("$") or all((folder / file).is_file() for file in frozen[-1:])

    runpy.run_path(str(BOARDS / name / "manifest.py"), {"freeze": freeze})
    assert sorted(frozen) == sorted(["board.py", *(file.name for file in FIRMWARE.glob("*.py"))])
