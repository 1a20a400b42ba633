"""The folders of [oqs] are looked at before a visit needs them."""

import errno
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

import pytest

from kazashi.finding import Level
from kazashi.health.disk import Disk
from kazashi.oqs import look as look_module
from kazashi.oqs.exchange import Terminal
from kazashi.oqs.faces import FaceFolder
from kazashi.oqs.look import look
from kazashi.oqs.publish import Folder
from kazashi.oqs.settings import OqsSettings
from kazashi.words import Language
from site_waits import until

PLENTY = 10**12


@pytest.fixture
def site(tmp_path):
    """Folders for two reception computers, and of a terminal; staging is beside them."""
    for name in ("a", "b", "requests", "responses"):
        (tmp_path / name).mkdir()
    a, b, requests = (
        Folder(tmp_path / each, tmp_path / f".{each}") for each in ("a", "b", "requests")
    )
    terminal = Terminal(requests, tmp_path / "responses")
    return OqsSettings("1319999996", (FaceFolder(a), FaceFolder(b)), terminal)


@pytest.fixture
def looked(site, tmp_path):
    return lambda: [*look(site, tmp_path / "journal.db")]


def keys(found):
    return [each.key for each in found]


GOOD = ["oqs-folder.faces", "oqs-folder.faces", "oqs-folder.requests", "oqs-folder.responses"]


def test_folders_that_can_be_used_are_told_and_nothing_is_made(looked, tmp_path):
    before = {*tmp_path.iterdir()}
    assert keys(looked()) == GOOD
    assert {*tmp_path.iterdir()} == before


@pytest.mark.parametrize("at", range(4))
def test_a_folder_that_is_missing_is_told_with_what_to_do(looked, tmp_path, at):
    path = tmp_path / ("a", "b", "requests", "responses")[at]
    path.rmdir()
    found = looked()
    assert [each.level for each in found].count(Level.FAILURE) == 1
    assert found[at].key == GOOD[at].replace("folder", "trouble")
    for language in Language:
        assert str(path) in found[at].seen(language)
        assert "kazashi.toml" in found[at].remedy(language)


def test_a_folder_is_told_with_its_whole_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    terminal = Terminal(Folder(Path("requests"), Path(".requests")), Path("responses"))
    found = [*look(OqsSettings("1319999996", (), terminal), tmp_path / "journal.db")]
    for each, name in zip(found[:2], ("requests", "responses"), strict=True):
        assert str(tmp_path / name) in each.seen(Language.ENGLISH)


def test_a_folder_whose_rights_are_missing_is_told(looked, tmp_path, monkeypatch):
    def refuses(path, _mode):
        return path not in (tmp_path / "a", tmp_path / "responses")

    monkeypatch.setattr(os, "access", refuses)
    found = looked()
    assert keys(found) == [
        *("oqs-trouble.faces", *GOOD[1:3], "oqs-trouble.responses.denied"),
    ]
    assert "Permission denied" in found[0].seen(Language.ENGLISH)
    assert "[oqs.terminal]" in found[3].remedy(Language.ENGLISH)


@pytest.mark.parametrize("name", ["responses", ".a"])
def test_a_folder_that_the_system_does_not_even_find_is_told(looked, tmp_path, monkeypatch, name):
    is_dir = Path.is_dir

    def refuses(path):
        if path == tmp_path / name:  # a folder above it is closed to us
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return is_dir(path)

    monkeypatch.setattr(Path, "is_dir", refuses)
    (trouble,) = (each for each in looked() if each.level is Level.FAILURE)
    assert "Permission denied" in trouble.seen(Language.ENGLISH)


def test_a_staging_folder_of_another_user_is_told(looked, tmp_path, monkeypatch):
    staging = tmp_path / ".a"
    staging.mkdir()
    monkeypatch.setattr(os, "access", lambda path, _mode: path != staging)
    assert str(staging) in looked()[0].seen(Language.ENGLISH)


def test_a_staging_folder_at_a_wrong_place_is_told(tmp_path):
    (tmp_path / "a").mkdir()
    with TemporaryDirectory(dir="/dev/shm") as memory:
        for staging in (tmp_path / "a" / "staging", Path(memory) / "none" / "staging"):
            face = FaceFolder(Folder(tmp_path / "a", staging))
            found = next(look(OqsSettings("1319999996", (face,)), tmp_path / "journal.db"))
            assert (found.level, found.key) == (Level.FAILURE, "oqs-staging")
            assert "staging" in found.remedy(Language.JAPANESE)


def test_folders_that_do_not_answer_are_not_waited_for(looked, monkeypatch):
    answers, asked = Event(), []

    def hangs(folder):
        asked.append(folder)
        answers.wait(60)

    monkeypatch.setattr(look_module, "_ANSWER_S", 0.01)
    monkeypatch.setattr(Folder, "look", hangs)
    for _ in range(3):
        found = looked()
        assert keys(found)[:3] == [each.replace("folder", "trouble") for each in GOOD[:3]]
        assert "does not answer" in found[0].seen(Language.ENGLISH)
    until(lambda: len(asked) >= 3)
    assert len(asked) == 3  # one thread for each
    answers.set()


@pytest.mark.parametrize(
    ("free", "key"),
    [(PLENTY, "oqs-disk"), (499_999_999, "oqs-disk.short"), (49_999_999, "oqs-disk.full")],
)
def test_the_disk_of_staging_folders_is_told_once_unless_it_is_the_journals(
    looked, tmp_path, monkeypatch, free, key
):
    disks = {tmp_path / "journal.db": 1, tmp_path / ".a": 1}
    monkeypatch.setattr(look_module, "disk_of", lambda path: Disk(disks.get(path, 2), free))
    (found,) = looked()[len(GOOD) :]
    assert (found.check, found.key, found.fields["folder"]) == ("disk", key, tmp_path / ".b")
    for language in Language:
        assert str(free // 1_000_000) in found.seen(language)


def test_a_disk_that_cannot_be_looked_at_is_told_by_its_folder_alone(looked, monkeypatch):
    def gone(_path):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(look_module, "disk_of", gone)
    assert keys(looked()) == GOOD
