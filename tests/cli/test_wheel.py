"""The built wheel alone, with `kazashi[flash]`, in an empty environment outside the checkout."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UV = os.environ.get("UV") or shutil.which("uv")
INSIDE = """
import importlib.resources
import json

from kazashi.device_files import board_names, device_folder
from kazashi.flashing.board_files import Board, firmware_files
from kazashi.words import text

assert (device_folder(".ci") / "rp2040-image").is_file()
assert (importlib.resources.files("kazashi.reception") / "visit.schema.json").is_file()
assert text("outcome.held", {}, "zh-Hant") != text("outcome.held", {}, "ja")
found = {name: list(firmware_files(Board.named(name))) for name in board_names()}
print(json.dumps({"folder": str(device_folder("boards")), "files": found}))
"""


class Installed:
    """The wheel in an environment of its own."""

    def __init__(self, folder):
        self.folder = folder
        run(folder, UV, "build", "--wheel", "--out-dir", str(folder), str(ROOT))
        (self.wheel,) = folder.glob("*.whl")
        run(folder, UV, "venv", "--python", sys.executable, str(folder / "venv"))
        self.python = folder / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
        run(folder, UV, "pip", "install", "--python", str(self.python), f"{self.wheel}[flash]")

    def kazashi(self, *arguments):
        return run(self.folder, str(self.python.with_name("kazashi")), *arguments)

    def execute(self, program):
        return run(self.folder, str(self.python), "-c", program)


def run(folder, *command):
    environment = {k: v for k, v in os.environ.items() if k not in ("VIRTUAL_ENV", "PYTHONPATH")}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    if not UV:
        pytest.skip("uv is missing: run the tests with uv run pytest")
    return Installed(tmp_path_factory.mktemp("wheel"))


def test_it_says_its_release(installed):
    assert installed.kazashi("--version") == f"kazashi {installed.wheel.name.split('-')[1]}\n"


def test_it_runs_the_demo(installed):
    tap = json.loads(installed.kazashi("demo", "--json", "--reader", "sim:?speed=20&tap=0"))
    assert tap["signature"] == {"verified": True}


def test_it_compiles_its_own_firmware_for_every_board(installed):
    """All that `kazashi flash` writes to a board is in the wheel, but MicroPython."""
    assert "--uf2" in installed.kazashi("flash", "pico", "--help")
    inside = json.loads(installed.execute(INSIDE))
    assert Path(inside["folder"]).is_relative_to(installed.folder.resolve())
    modules = {file.stem for file in (ROOT / "firmware").glob("*.py")} - {"boot", "main"}
    wanted = {
        "kazashi.txt",
        "boot.py",
        "main.py",
        "board.mpy",
        *(f"{name}.mpy" for name in modules),
    }
    boards = {file.parent.name for file in (ROOT / "boards").glob("*/board.py")}
    files = {name: set(files) for name, files in inside["files"].items()}
    assert files == dict.fromkeys(boards, wanted)
