"""CPU seconds until a program is ready, each beside its limit: the host's process alone.

    uv run python tests/bench/start.py [--rounds N]

Python's files are compiled before. The reader of `checkin` is simulated by another process.
"""

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

PYTHON = sys.executable
KAZASHI = str(Path(PYTHON).with_name("kazashi"))
ASKED = "Lay the My Number Card"  # what `checkin` says as soon as the reader looks for one
TICKS_A_S = os.sysconf("SC_CLK_TCK")

STARTS = (  # what, the program, its limit in seconds
    ("import construct", (PYTHON, "-c", "import construct"), None),
    ("import kazashi", (PYTHON, "-c", "import kazashi"), 0.21),
    ("kazashi --help", (KAZASHI, "--help"), 0.6),
)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    rows = [
        (what, median_of(rounds, lambda program=program: ended_s(program)), limit)
        for what, program, limit in STARTS
    ]
    with tempfile.TemporaryDirectory() as folder, simulated(Path(folder, "reader")) as port:
        rows.append(("kazashi checkin", median_of(rounds, lambda: asked_s(port, folder)), 1.0))
    table = Table("start", "CPU s", "limit", box=None)
    for what, value, limit in rows:
        table.add_row(what, f"{value:.2f}", "" if limit is None else f"{limit:g}")
    Console().print(table)
    sys.exit(any(limit is not None and value > limit for _, value, limit in rows))


def median_of(rounds, measure):
    measure()  # compiles what is not compiled yet
    return statistics.median(measure() for _ in range(rounds))


def ended_s(program):
    """CPU seconds of a program from its start to its end."""
    process = subprocess.Popen(program, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{program} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def asked_s(port, folder):
    """CPU seconds of `kazashi checkin` until it asks for the card."""
    journal = str(Path(folder, "journal.db"))
    options = "--language", "en", "--way", "pin", "--consent", "all", "--prescription", "paper"
    process = subprocess.Popen(
        (KAZASHI, "checkin", "--test", "--reader", port, "--journal", journal, *options),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        wait_for(process, process.stdout, ASKED)
        fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_A_S  # utime and stime, proc(5)
    finally:
        end(process)


class simulated:  # noqa: N801  # a context manager
    """A simulated reader in another process; no card comes. Gives its port."""

    def __init__(self, port):
        self._port = str(port)

    def __enter__(self):
        self._process = subprocess.Popen(
            (KAZASHI, "simulate", "--reader", "sim:?tap=1000", "--pty", self._port),
            stderr=subprocess.PIPE,
            text=True,
        )
        wait_for(self._process, self._process.stderr, self._port)
        return self._port

    def __exit__(self, *_):
        end(self._process)


def wait_for(process, stream, words):
    line = ""
    while words not in line:
        line = stream.readline()
        if not line:
            raise SystemExit(f"{process.args[:2]} ended with {process.wait()}")


def end(process):
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)


if __name__ == "__main__":
    main()
