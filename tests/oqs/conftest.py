"""Folders for face results, and what stands in them."""

import pytest

from kazashi.oqs import outbox
from kazashi.oqs.publish import TEST_MARK, Folder


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
