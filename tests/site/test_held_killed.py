"""Desks and their database are killed and frozen while they ask about people held."""

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pytest

from kazashi.reception.journal import Journal, View
from kazashi.reception.journal.followed import Followed
from site_desks import LOOK_S, follower

CHILD = Path(__file__).parents[1] / "held_child.py"
LIMIT_S = 90.0
CLAIM_S = 10.0  # longer than all that keeps an answer from the database here
COMPUTERS = ("東館", "西館", "別館")
PEOPLE = 5  # at each, for each kind of trouble
ITEMS = {"address": "架空町1-2-3", "birth": date(1950, 4, 3), "sex": 1, "reason": "down"}


class Site:
    """Three computers with two desks each, which ask about people held."""

    def __init__(self, folder, server):
        self.server, self.log = server, folder / "log"
        self.paths = {name: folder / f"{name}.db" for name in COMPUTERS}
        self.desks = []
        self.names = []
        for path in self.paths.values():
            Journal(path).close()

    def begin(self, path):
        words = (self.server.url, str(path), str(self.log), str(CLAIM_S))
        self.desks.append((subprocess.Popen([sys.executable, CHILD, *words]), path))

    def hold(self):
        for computer, path in self.paths.items():
            with Journal(path) as journal:
                for _ in range(PEOPLE):
                    name = f"{computer}の{len(self.names)}"
                    self.names.append(name)
                    entry = journal.begin("desk", "none")
                    journal.hold(entry.id, name=name, **ITEMS)
                    entry.end("held", is_test=True)

    def kill(self, moments):
        """A desk, and begin it again. What the log has of it until now was asked before."""
        process, path = self.desks.pop(moments.randrange(len(self.desks)))
        process.kill()
        process.wait()
        with self.log.open("a") as log:
            log.write(f"{process.pid} killed -\n")
        self.begin(path)

    def freeze(self, moments):
        process, _ = moments.choice(self.desks)
        process.send_signal(signal.SIGSTOP)
        time.sleep(moments.uniform(0.0, 0.5))
        process.send_signal(signal.SIGCONT)

    def kill_server(self, moments):
        self.server.kill()
        time.sleep(moments.uniform(0.0, 0.3))
        self.server.start()

    def freeze_server(self, moments):
        self.server.freeze()
        time.sleep(moments.uniform(0.0, 0.5))
        self.server.thaw()

    def empty_server(self, _moments):
        self.server.empty()

    def held(self):
        for path in self.paths.values():
            with View(path) as view:
                yield from view.held()

    def answered(self):
        """How often there is an answer about each visit, in all journals."""
        names, found = {}, []
        for computer, path in self.paths.items():
            with Followed(path) as followed:
                names[followed.name()] = computer
        for computer, path in self.paths.items():
            with View(path) as view:
                for visit in view.visits():
                    if visit.profile == "held":
                        journal, _, number = visit.reader.removeprefix("held ").rpartition("/")
                        found.append((names[journal] if journal else computer, number))
        return Counter(found)

    def close(self):
        for process, _ in self.desks:
            process.kill()
            process.wait()


TROUBLES = (Site.kill, Site.freeze, Site.kill_server, Site.freeze_server, Site.empty_server)


def asked_at_once(log):
    """People about whom a desk asked while another did."""
    asking, twice = {}, []
    for line in log.read_text().splitlines():
        pid, what, name = line.split()
        match what:
            case "begin":
                twice += [name] * (name in asking.values())
                asking[pid] = name
            case _:
                asking.pop(pid, None)
    return twice


@pytest.fixture
def site(tmp_path, server):
    site = Site(tmp_path, server)
    yield site
    site.close()


@pytest.mark.parametrize("seed", range(2))
def test_nobody_is_lost_and_each_is_answered_about_once(seed, site, monkeypatch):
    monkeypatch.setattr("kazashi.site.database._LONGEST_S", 0.2)
    moments = random.Random(seed)
    with ExitStack() as stack:
        for name, path in site.paths.items():
            stack.enter_context(follower(path, site.server, name))
            for _ in range(2):
                site.begin(path)
        for trouble in TROUBLES:
            site.hold()
            for _ in range(2):
                time.sleep(moments.uniform(0.0, 0.5))
                trouble(site, moments)
        end = time.monotonic() + LIMIT_S
        while [*site.held()]:
            assert time.monotonic() < end, "some are left"
            time.sleep(LOOK_S)
        assert asked_at_once(site.log) == []
        answered = site.answered()
    assert len(answered) == len(site.names)
    assert {*answered.values()} == {1}
