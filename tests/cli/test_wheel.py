"""The built wheel alone, in an empty environment outside the checkout."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UV = os.environ.get("UV") or shutil.which("uv")


def version(wheel):
    """The second part of a wheel's name."""
    return wheel.name.split("-")[1]


@pytest.mark.skipif(not UV, reason="uv is missing: run the tests with uv run pytest")
def test_the_wheel_alone_runs_the_demo(tmp_path):
    environment = {k: v for k, v in os.environ.items() if k not in ("VIRTUAL_ENV", "PYTHONPATH")}

    def run(*command):
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run(UV, "build", "--wheel", "--out-dir", str(tmp_path), str(ROOT))
    (wheel,) = tmp_path.glob("*.whl")
    run(UV, "venv", "--python", sys.executable, str(tmp_path / "venv"))
    python = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    run(UV, "pip", "install", "--python", str(python), str(wheel))
    program = python.with_name("kazashi")
    assert run(str(program), "--version") == f"kazashi {version(wheel)}\n"
    tap = json.loads(run(str(program), "demo", "--json", "--reader", "sim:?speed=20&tap=0"))
    assert tap["signature"] == {"verified": True}
    where = run(
        str(python),
        "-c",
        "from kazashi.device_files import device_folder\n"
        "assert (device_folder('.ci') / 'rp2040-image').is_file()\n"
        "print(device_folder('boards'))",
    )
    assert Path(where.strip()).is_relative_to(tmp_path.resolve())
