"""Computers change the clinic's numbers at random, while their database is killed, frozen, full,
emptied and restored. At the end all agree, and each change is known, or seen by the staff.
"""

import os
import random
import shutil
import subprocess
import time
from collections import defaultdict
from contextlib import ExitStack
from hashlib import sha256
from threading import Event, Thread

import psycopg
import pytest

from kazashi.reception.numbers import store, ties
from kazashi.reception.numbers.copy import NumbersCopy
from kazashi.reception.numbers.errors import NumbersRefused
from kazashi.reception.numbers.file import TIE
from kazashi.reception.numbers.lists import Line
from kazashi.reception.numbers.marks import Marks
from kazashi.reception.numbers.store import NumbersFile
from kazashi.reception.numbers.ties import Kind, Tie
from kazashi.site import ties as site_ties
from kazashi.site.numbers import Numbers
from site_desks import LOOK_S, on
from site_waits import until

MARKS = Marks(bytes(32))
CARDS = [sha256(bytes([n])).hexdigest() for n in range(12)]
REFERENCES = [f"A-{n}" for n in range(6)]
NUMBERS = [f"{n}" for n in range(8)]


class Words:
    """What was said at any computer. `seen`: by the id of each word, ids that it stands for, too:
    its author had seen them, or they were of the same value when they met.
    """

    def __init__(self):
        self.made, self.seen = {}, defaultdict(set)

    def said(self, *words):
        tie = ties.said(*words)
        self.made[tie.id] = tie
        self.seen[tie.id].update(tie.history)
        return tie

    def joined(self, have, new):
        tie = ties.joined(have, new)
        met = [each for each in (have, new, *(have or new).claims, *new.claims) if each]
        self.seen[tie.id].update(each.id for each in met if each.value == tie.value)
        if tie.kind is Kind.EXPECTED:  # the later one to come is right
            self.seen[tie.id].update(tie.history)
        return tie


@pytest.fixture
def words(monkeypatch):
    words = Words()
    monkeypatch.setattr(store, "said", words.said)
    monkeypatch.setattr(site_ties, "joined", words.joined)
    return words


class Computer:
    """Changes its copy without a pause until `with` ends; its part of the database follows."""

    def __init__(self, path, seed):
        self.numbers = NumbersFile(path, MARKS)
        self.copy = NumbersCopy(self.numbers)
        self._random, self._stop = random.Random(seed), Event()
        self._thread = Thread(target=self._work)

    def part(self):
        return Numbers(self.copy, self.numbers.path.stem, look_s=LOOK_S)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._stop.set()
        self._thread.join()

    def _work(self):
        while not self._stop.wait(self._random.uniform(0.001, 0.02)):
            try:
                self._random.choice([self._visit, self._list, self._decide, self._decide])()
            except NumbersRefused:  # the database's part writes
                pass

    def _visit(self):
        references = self._random.sample(REFERENCES, 1)
        self.numbers.offer(references, self._random.choice(CARDS), 7, is_test=False)

    def _list(self):
        number = self._random.choice(NUMBERS)
        mark = MARKS.of(self._random.choice(CARDS))
        line = Line(0, number, self._random.choice(REFERENCES), mark, number in "0123")
        self.numbers.take([line], moves=True)

    def _decide(self):
        for offer in self._random.sample(offers := self.numbers.offers(), min(1, len(offers))):
            if self._random.random() < 0.3:
                self.numbers.leave(offer.id, "佐藤")
            else:
                self.numbers.tie(offer.id, self._random.choice(NUMBERS), "佐藤")

    def ties(self):
        with self.numbers.file.reading() as db:
            return {Tie.of_row(*row) for row in db.execute(f"SELECT {TIE} FROM tie")}


def there(server):
    """Ties of the database."""
    query = "SELECT kind, name, value, history, told::text, claims::text FROM kazashi.tie"
    try:
        return {Tie.of_row(*row) for row in server.rows(query)}
    except psycopg.Error:
        return set()


def agree(server, computers):
    shared = there(server)
    return all(each.copy.state().waiting == 0 and each.ties() == shared for each in computers)


def untold(server, words):
    """What was said, and neither holds nor is a claim, nor was seen by who said otherwise."""
    told, more = set(), [each for tie in there(server) for each in tie.known]
    while more:
        word = more.pop()
        if word not in told:
            told.add(word)
            more += words.seen[word]
    return [tie for tie in words.made.values() if tie.id not in told]


def run(server, tmp_path, words, disturb, seed=0, at_rest=lambda: None):
    """Three computers change, while the database is disturbed; at peace again, all is told.

    `at_rest`: disturbs it once more, when nothing changes any more.
    """
    computers = [Computer(tmp_path / f"{n}.db", seed + n) for n in range(3)]
    with ExitStack() as stack:
        for each in computers:
            stack.enter_context(on(server, each.part()))
        with ExitStack() as working:
            for each in computers:
                working.enter_context(each)
            disturb()
            until(lambda: len(words.made) > 30)
        at_rest()
        until(lambda: agree(server, computers))
    check(server, computers, words)


def check(server, computers, words):
    assert untold(server, words) == []
    offered = [
        {(o.reference, o.tied, o.claims) for o in each.numbers.offers() if o.claims}
        for each in computers
    ]
    contested = [tie for tie in there(server) if tie.claims]
    for each in offered:
        assert len(each) == len(contested)
        assert {o[2] for o in each} == {tie.claims for tie in contested}
    assert not any(tie.claims for tie in there(server) if tie.kind is Kind.EXPECTED)


@pytest.mark.parametrize("seed", range(3))
def test_killed_at_any_moment(seed, tmp_path, cluster, server, words):
    moments = random.Random(seed)

    def disturb():
        for _ in range(4):
            time.sleep(moments.uniform(0.05, 0.4))
            cluster.kill()
            time.sleep(moments.uniform(0.0, 0.2))
            cluster.start()

    run(server, tmp_path, words, disturb, seed * 10)


def test_frozen_in_the_middle(tmp_path, cluster, server, words, monkeypatch):
    monkeypatch.setattr("kazashi.site.line.WORK_S", 0.5)

    def disturb():
        for _ in range(2):
            time.sleep(0.3)
            cluster.freeze()
            time.sleep(0.8)
            cluster.thaw()

    run(server, tmp_path, words, disturb)


def test_emptied_in_the_middle(tmp_path, server, words):
    def disturb():
        for _ in range(3):
            time.sleep(0.3)
            server.empty()

    run(server, tmp_path, words, disturb)


def test_restored_from_an_older_backup(tmp_path, cluster, server, words):
    data, kept = cluster.folder / "data", cluster.folder / "kept"

    def back_up():
        cluster.kill()
        shutil.rmtree(kept, ignore_errors=True)
        subprocess.run(["cp", "-a", data, kept], check=True)
        cluster.start()

    def restore():
        cluster.kill()
        shutil.rmtree(data)
        kept.rename(data)
        cluster.start()

    def disturb():
        time.sleep(0.3)
        back_up()
        time.sleep(0.5)
        restore()
        time.sleep(0.3)
        back_up()
        time.sleep(0.5)

    run(server, tmp_path, words, disturb, at_rest=restore)


def test_a_disk_that_fills_up(tmp_path, made, words):
    if os.getuid():
        pytest.skip("needs root: a small disk is mounted")
    server = made(mebibytes=80)

    def disturb():
        time.sleep(0.3)
        with server.full_disk():
            time.sleep(1.0)

    run(server, tmp_path, words, disturb)
