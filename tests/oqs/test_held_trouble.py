"""A person held stays held while a file of the answer about them gets onto no disk."""

from datetime import date
from threading import Event

import pytest

from kazashi.oqs import faces as faces_module
from kazashi.oqs.errors import Block
from kazashi.oqs.faces import FaceFiles, FaceFolder
from kazashi.oqs.publish import TEST_MARK, Folder
from kazashi.reception.journal import Journal, NoResultFile
from kazashi.reception.outage import ask_held
from kazashi.testing.centre import SimulatedCentre

ITEMS = {"name": "仮名 一郎", "address": "架空町", "birth": date(1950, 4, 3), "sex": 1}


@pytest.fixture
def journal(tmp_path):
    with Journal(tmp_path / "journal.db") as journal:
        entry = journal.begin("desk", "none")
        journal.hold(entry.id, **ITEMS, reason="down")
        entry.end("held", is_test=True)
        yield journal


@pytest.fixture
def ask(journal, tmp_path):
    """What is said of each person held, as by a program of its own."""

    def ask(*folders):
        faces = [FaceFolder(each) for each in folders]
        with FaceFiles("1319999996", faces, tmp_path / "journal.db") as results:
            said = ask_held(journal, SimulatedCentre(), is_test=True, results=results)
            return [answer for _, answer in said]

    return ask


@pytest.fixture
def full(folder):
    """Another folder for tests, whose staging cannot be written."""
    path = folder.path.parent / "full"
    path.mkdir()
    (path / TEST_MARK).touch()
    folder.path.with_name("file").touch()
    return Folder(path, folder.path.with_name("file") / "staging")


def files(*folders):
    return [each for folder in folders for each in folder.path.glob("*.xml")]


def test_they_stay_held_if_a_file_cannot_be_written_and_each_file_comes_once_it_can(
    folder, full, journal, ask
):
    (error,) = ask(folder, full)
    assert isinstance(error, NoResultFile)
    assert [each.block for each in error.reasons] == [Block.SYSTEM]
    assert (len(journal.held()), journal.count(), files(folder, full)) == (1, 1, [])
    assert list(folder.staging.iterdir()) == []
    full.staging.parent.unlink()
    ask(folder, full)
    assert (journal.held(), len(files(folder)), len(files(full))) == ([], 1, 1)


@pytest.mark.parametrize("is_made", [True, False], ids=["staging is made", "never made"])
def test_they_stay_held_while_the_folder_is_away_since_it_may_hide_staging_once_it_is_back(
    folder, journal, ask, monkeypatch, caplog, is_made
):
    monkeypatch.setattr(Folder, "is_for_tests", True)
    if is_made:
        folder.staging.mkdir()
    away = folder.path.rename(folder.path.with_name("away"))
    (error,) = ask(folder)
    assert [each.block for each in error.reasons] == [Block.NO_FOLDER]
    assert len(journal.held()) == 1
    assert "in no file" not in caplog.text  # nothing is lost: they are asked about again
    away.rename(folder.path)
    ask(folder)
    assert journal.held() == []
    assert [each.name for each in files(folder)] == [
        each["file"] for visit in journal.visits() for each in visit.facts_of("result")
    ]


def test_a_file_that_is_written_too_late_does_not_go_out(folder, journal, tmp_path, monkeypatch):
    monkeypatch.setattr(faces_module, "_PATIENCE_S", 0.05)
    answers, prepare = Event(), Folder.prepare

    def slowly(*arguments):
        answers.wait(20)
        prepare(*arguments)

    monkeypatch.setattr(Folder, "prepare", slowly)
    with FaceFiles("1319999996", [FaceFolder(folder)], tmp_path / "journal.db") as results:
        ((_, error),) = ask_held(journal, SimulatedCentre(), is_test=True, results=results)
        answers.set()
    assert [each.block for each in error.reasons] == [Block.SLOW]
    assert len(journal.held()) == 1
    assert (files(folder), list(folder.staging.iterdir())) == ([], [])
