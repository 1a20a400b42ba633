"""What the READMEs show of a site runs as printed, in one folder and one database."""

import os
import re
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from site_waits import until

ROOT = Path(__file__).parents[2]
README, HOST = (
    (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "host/README.md")
)
SECTION = README[README.index("## At the site") : README.index("## What it can")]
FILES, NUMBERS, HEALTH, DESKS = (
    shown.splitlines() for shown in re.findall(r"```\n(.*?)```", SECTION, re.DOTALL)
)
OF_HOST = [
    shown
    for _, shown in re.findall(r"```(\w*)\n(.*?)```", HOST, re.DOTALL)
    if "claims.csv" in shown or "psql" in shown
]
# `uv run` of the environment that runs the tests; the patient chooses the card, the PIN, all
# consents and paper.
UV = """#!/bin/sh
shift
case "$*" in *" checkin "*) printf '1\\n2\\n1234\\n0\\n2\\n' | exec "$@";; *) exec "$@";; esac
"""
ADDRESS = "http://localhost:8470"


class Terminals:
    """Of a newcomer: what runs until it is ended stays in one, the rest goes on in another."""

    def __init__(self, home, server):
        programs = home / "programs"
        programs.mkdir()
        (programs / "uv").write_text(UV)
        (programs / "uv").chmod(0o755)
        path = [programs, Path(sys.executable).parent, os.environ["PATH"]]
        environment = {
            **os.environ,
            "XDG_STATE_HOME": "",
            "HOME": str(home),
            "PATH": os.pathsep.join(map(str, path)),
            "PGHOST": str(server.folder),
            "PGUSER": "postgres",
        }
        self._where = {"cwd": home, "env": environment}
        self._running = []
        self._address = ADDRESS

    def run(self, line):
        """What it says; "" if it goes on."""
        if "until" in line.partition("#")[2]:
            self._go_on(line)
            return ""
        done = self.tried(line)
        assert done.returncode == 0, (line, done.stdout, done.stderr)
        return done.stdout

    def tried(self, line):
        options = {"capture_output": True, "text": True, "timeout": 120}
        return subprocess.run(self._bash(line), **options, **self._where)

    def _go_on(self, line):
        command = line.partition("#")[0]
        if "kazashi serve" in command:
            command += " --port 0 --no-browser"
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        process = subprocess.Popen(self._bash(command), **options, **self._where)
        self._running.append(process)
        said = ""
        while said != "watching\n":
            said = process.stdout.readline()
            assert said, line
            if ready := re.match(r"programs: (\S+)/api/v1", said):
                self._address = ready[1]
                return

    def _bash(self, command):
        return ["bash", "-ec", command.replace(ADDRESS, self._address)]

    def first_ends(self):
        """What the first that was left running says at its end."""
        return self._running.pop(0).communicate(timeout=60)[0]

    def close(self):
        for process in self._running:
            process.terminate()
            process.communicate(timeout=60)
        self._running = []


@pytest.fixture
def terminals(tmp_path, server):
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    server.run("DROP DATABASE IF EXISTS kazashi")
    with closing(Terminals(tmp_path, server)) as terminals:
        yield terminals


def test_all_that_is_shown_of_a_site_runs(terminals):
    told = [terminals.run(line) for line in FILES]
    assert "見本" in terminals.first_ends()
    assert "見本" in told[-1]
    terminals.close()

    assert "00123" in [terminals.run(line) for line in NUMBERS][-1]
    assert "MPKI" in [terminals.run(line) for line in HEALTH][-1]

    install, *configure, list_visits, of_desks, published, _ = DESKS
    assert install.startswith("sudo apt install postgresql ")
    for line in configure:
        terminals.run(line)
    until(lambda: is_listed(terminals, list_visits))
    assert "100.00" in terminals.run(of_desks)
    assert "63.24" in terminals.run(published)

    figures, query = map(terminals.run, OF_HOST)
    assert "clinic" in figures
    assert query.count("checked_in") == 3


def is_listed(terminals, line):
    """The three visits are in the database, whose tables `kazashi serve` makes."""
    return terminals.tried(line).stdout.count("checked_in") == 3


def test_forty_desks_are_a_test():
    file, word = re.search(r"pytest (\S+) -k (\w+)", DESKS[-1]).groups()
    assert re.search(f"def test_{word}", (ROOT / file).read_text(encoding="utf-8"))


@pytest.mark.parametrize("shown", [FILES, NUMBERS, HEALTH, DESKS])
def test_each_is_shown_in_ten_lines(shown):
    assert len(shown) <= 10
