"""CPU seconds until a program is ready, each beside its limit: the host's process alone.

    uv run python tests/bench/start.py [--rounds N]

Python's files are compiled before. The reader of `checkin` is simulated by another process. The
least of some rounds counts. On a machine on which `import construct` takes longer than USUAL_S,
because it is slow or busy, each limit is longer by as much.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1]))
from program import KAZASHI, running

TICKS_A_S = os.sysconf("SC_CLK_TCK")

STARTS = (  # what, the program, its limit in seconds
    ("import construct", (sys.executable, "-c", "import construct"), None),
    ("import kazashi", (sys.executable, "-c", "import kazashi"), 0.21),
    ("kazashi --help", (KAZASHI, "--help"), 0.6),
)
CHECKIN_S = 1.0
USUAL_S = 0.07


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    # A script in the background ignores Ctrl-C, and the programs that it starts inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    rows = [(what, least(rounds, partial(ended_s, program)), s) for what, program, s in STARTS]
    with tempfile.TemporaryDirectory() as folder:
        port = str(Path(folder, "reader"))
        with running("simulate", "--reader", "sim:?tap=1000", "--pty", port, until=port):
            rows.append(("kazashi checkin", least(rounds, partial(asked_s, port)), CHECKIN_S))
    slowness = max(1.0, rows[0][1] / USUAL_S)
    table = Table("start", "CPU s", "limit", box=None)
    for what, value, limit in rows:
        table.add_row(what, f"{value:.2f}", "" if limit is None else f"{limit * slowness:.2f}")
    Console().print(table)
    sys.exit(any(limit is not None and value > limit * slowness for _, value, limit in rows))


def least(rounds, measure):
    measure()  # compiles what is not compiled yet
    return min(measure() for _ in range(rounds))


def ended_s(program):
    """CPU seconds of a program from its start to its end."""
    process = subprocess.Popen(program, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{program} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def asked_s(port):
    """CPU seconds of `kazashi checkin` until it asks for the card."""
    journal = str(Path(port).with_name("journal.db"))
    arguments = "--test", "--way", "pin", "--language", "en", "--reader", port, "--journal", journal
    with running("checkin", *arguments, until="Lay your card") as (process, _):
        fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_A_S  # utime and stime, proc(5)


if __name__ == "__main__":
    main()
