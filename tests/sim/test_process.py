"""The firmware's process: it ends with this one or before, and by nothing else."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="it is Linux that tells of processes in /proc"
)

PATIENCE_S = 60.0  # against a hang, not for speed

INTERRUPTED = """
import os, signal
from kazashi.reader import Reader
from kazashi.sim.pico import SimulatedPico

signal.signal(signal.SIGINT, lambda *_: None)
with Reader(SimulatedPico().connect) as reader:
    os.killpg(0, signal.SIGINT)  # as a terminal does
    print(reader.health().reboots)
"""

LEFT_ALONE = """
import sys, time
from kazashi.sim.options import Options
from kazashi.sim.pico import SimulatedPico

pico = SimulatedPico(Options(fault=sys.argv[1]))
pico.connect()
print(pico.pipe.process.pid, flush=True)
time.sleep(600)
"""


def test_a_terminals_ctrl_c_does_not_reach_the_firmware():
    command = [sys.executable, "-c", INTERRUPTED]
    done = subprocess.run(
        command, capture_output=True, text=True, start_new_session=True, timeout=PATIENCE_S
    )
    assert (done.stdout.strip(), done.stderr) == ("0", "")


@pytest.mark.parametrize("fault", ["", "prompt", "hung"])
def test_a_firmware_whose_host_was_killed_ends(fault):
    command = [sys.executable, "-c", LEFT_ALONE, fault]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as host:
        firmware = int(host.stdout.readline())
        assert is_running(firmware)
        host.send_signal(signal.SIGKILL)
    until = time.monotonic() + PATIENCE_S
    while is_running(firmware):
        assert time.monotonic() < until
        time.sleep(0.01)


def is_running(process):
    """One that has ended may wait for its parent, the system's, as a zombie."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text(encoding="ascii")
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
