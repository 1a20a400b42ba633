"""Folders for face results; a terminal, and the centre behind it."""

import os
from pathlib import Path

import pytest

from kazashi.oqs import exchange as exchange_module
from kazashi.oqs import faces, look, outbox
from kazashi.oqs.centre import FileCentre
from kazashi.oqs.exchange import Exchange, Terminal
from kazashi.oqs.ledger import Ledger
from kazashi.oqs.publish import TEST_MARK, Folder
from oqs_asking import NOON, PLACE
from oqs_terminal import PlayedTerminal


@pytest.fixture
def folder(tmp_path):
    """For tests, watched by programs of which this test plays each."""
    path = tmp_path / "oqs" / "face"
    path.mkdir(parents=True)
    (path / TEST_MARK).touch()
    return Folder(path, tmp_path / "staging")


@pytest.fixture(autouse=True)
def is_impatient(monkeypatch):
    """What is tried again is tried soon."""
    monkeypatch.setattr(outbox, "_RETRY_S", 0.02)


@pytest.fixture(autouse=True)
def is_unhurried(monkeypatch):
    """No folder is slow, unless a test makes it so."""
    monkeypatch.setattr(faces, "_PATIENCE_S", 60.0)
    monkeypatch.setattr(look, "_ANSWER_S", 60.0)


@pytest.fixture
def synced(monkeypatch):
    """Files and folders that were brought to the disk, one after the other."""
    paths, fsync = [], os.fsync

    def note(descriptor):
        paths.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    return paths


@pytest.fixture
def terminal(tmp_path):
    for name in ("req", "res"):
        (tmp_path / name).mkdir()
    return Terminal(Folder(tmp_path / "req", tmp_path / "staging"), tmp_path / "res", timeout_s=60)


@pytest.fixture
def centre(terminal, tmp_path, monkeypatch):
    monkeypatch.setattr(exchange_module, "_LOOK_S", 0.02)
    monkeypatch.setattr(exchange_module, "_SPARE_S", 60.0)  # a request is sent in less
    return FileCentre(Exchange(terminal, PLACE, Ledger(tmp_path / "asked"), lambda: NOON))


@pytest.fixture
def play(terminal):
    """A terminal that plays these, one after the other."""
    started = []

    def begin(*plays):
        played = PlayedTerminal(terminal.requests.path, terminal.responses, *plays)
        started.append(played.__enter__())
        return played

    yield begin
    for each in started:
        each.__exit__()
