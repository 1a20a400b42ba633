"""`pytest --port=DEVICE` itself, shown on a simulated reader behind a serial port."""

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from served import on_a_pty

ROOT = Path(__file__).parents[2]
DESTRUCTIVE = "test_the_right_pin_opens_the_key_and_a_wrong_one_costs_a_try"
SERIAL = b"SIMULATD".hex()

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")


@pytest.fixture
def port():
    """A serial port with a reader behind it, as a board would be."""
    with on_a_pty("sim:?tap=0&speed=20") as path:
        yield path


@pytest.fixture
def run_on(port, tmp_path):
    """Runs pytest as a person with a board would. Gives each test's reason to skip, or ""."""

    def run(*options, **environment):
        results = tmp_path / "results.xml"
        done = subprocess.run(
            [sys.executable, "-m", "pytest", f"--port={port}", f"--junitxml={results}", *options],
            cwd=ROOT,
            env={k: v for k, v in os.environ.items() if not k.startswith("KAZASHI_")} | environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return {
            case.get("name").partition("[")[0]: "".join(s.get("message") for s in case)
            for case in ElementTree.parse(results).iter("testcase")
        }

    return run


def test_a_board_gets_the_tests_that_need_nothing_but_a_reader_and_keeps_its_tries(run_on):
    skipped = run_on()
    assert skipped.pop(DESTRUCTIVE) == f"changes the card; to allow that: --destroy {SERIAL}"
    assert len(skipped) == 11
    assert set(skipped.values()) == {""}


def test_what_changes_the_card_runs_on_the_reader_that_was_named(run_on):
    it, pin = f"tests/hardware/test_reader.py::{DESTRUCTIVE}", {"KAZASHI_PIN": "1234"}
    assert "--destroy" in run_on(it, "--destroy", "0011223344556677", **pin)[DESTRUCTIVE]
    assert "KAZASHI_PIN" in run_on(it, "--destroy", SERIAL)[DESTRUCTIVE]
    assert set(run_on("tests/hardware", "--destroy", SERIAL, **pin).values()) == {""}
