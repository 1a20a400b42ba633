"""A desk is killed anywhere while it asks about people held: each of them has one file."""

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from kazashi.oqs import publish
from kazashi.oqs.errors import Block
from kazashi.oqs.names import face_name
from kazashi.oqs.outbox import Outbox
from kazashi.reception.journal import Journal, View
from kazashi.reception.outage import PROFILE
from oqs_programs import identifier_and_time
from site_waits import until

CHILD = Path(__file__).parents[1] / "oqs_held_child.py"
PEOPLE = 3
DAY = "20261129093015"
NUMBERS = count()


def test_killed_anywhere_each_person_has_the_file_that_the_journal_names_and_no_other(tmp_path):
    subprocess.run([sys.executable, CHILD, tmp_path, "3"], check=True, timeout=600)
    places = sorted(tmp_path.iterdir())
    assert len(places) > 20
    for place in places:
        with View(place / "journal.db") as view:
            assert view.held() == []
            answers = [visit for visit in view.visits() if visit.profile == PROFILE]
        named = [each["file"] for visit in answers for each in visit.facts_of("result")]
        assert len(named) == len(answers) == PEOPLE, place
        assert sorted((place / "taken").read_text().split()) == sorted(named), place


@pytest.fixture
def journal(tmp_path):
    with Journal(tmp_path / "journal.db") as journal:
        yield journal


def left(folder, journal, data=b"<XmlMsg/>"):
    """What a program has prepared, and what it is called, when it is killed."""
    outbox = Outbox(folder, journal)
    result = outbox.prepare("1319999996aa", data, is_test=False)
    result.on_disk.result(20)
    outbox.close()
    return result.name


def started(folder, journal):
    """As at the next start; all is done when it has published what came after."""
    outbox = Outbox(folder, journal)
    identifier = f"1319999996{next(NUMBERS)}"  # two starts may be in one second
    outbox.put(identifier, b"<XmlMsg/>", is_test=False).result(20)
    outbox.close()
    return {path.name for path in folder.path.glob("*1319999996aa_*")}


def prepared(folder):
    return len(list(folder.staging.glob("*.prepared")))


def test_what_the_journal_does_not_have_stays_for_an_hour_and_is_deleted_then(
    folder, journal, tmp_path, monkeypatch
):
    left(folder, tmp_path / "journal.db")
    assert (started(folder, tmp_path / "journal.db"), prepared(folder)) == (set(), 1)
    monkeypatch.setattr(publish, "_OLD_S", -1.0)
    assert (started(folder, tmp_path / "journal.db"), prepared(folder)) == (set(), 0)


def test_what_the_journal_has_goes_out_under_the_name_that_it_has(folder, journal, tmp_path):
    name = left(folder, tmp_path / "journal.db")
    (path,) = folder.staging.glob("*.prepared")  # the computer's name has changed since
    path.rename(path.with_name(path.name.replace(path.suffixes[-2], ".another")))
    entry = journal.begin(PROFILE, "held 1")
    entry.step("result", file=name)
    assert (started(folder, tmp_path / "journal.db"), prepared(folder)) == ({name}, 0)


def test_what_the_journal_has_goes_out_also_if_folder_and_staging_come_after_the_start(
    folder, journal, tmp_path
):
    name = left(folder, tmp_path / "journal.db")
    journal.begin(PROFILE, "held 1").step("result", file=name)
    away = [each.rename(tmp_path / f"away-{each.name}") for each in (folder.path, folder.staging)]
    outbox = Outbox(folder, tmp_path / "journal.db")
    future = outbox.put("1319999996bb", b"<XmlMsg/>", is_test=False)
    assert future.exception(20).block is Block.NO_FOLDER
    shutil.rmtree(folder.staging)
    away[1].rename(folder.staging)
    away[0].rename(folder.path)
    until(lambda: (folder.path / name).exists())
    outbox.close()


@pytest.mark.parametrize("is_kept", [True, False])
def test_while_the_program_runs_the_journal_decides_too(folder, journal, tmp_path, is_kept):
    outbox = Outbox(folder, tmp_path / "journal.db")
    result = outbox.prepare("1319999996aa", b"<XmlMsg/>", is_test=False)
    result.on_disk.result(20)
    if is_kept:
        journal.begin(PROFILE, "held 1").step("result", file=result.name)
    outbox.settle(result)
    name = result.name if is_kept else ""
    assert result.out.result(20) == name
    outbox.close()
    assert [path.name for path in folder.path.glob("*.xml")] == [name] * is_kept
    assert prepared(folder) == 0


def test_what_another_journal_decides_about_is_left_alone(folder, journal, tmp_path, monkeypatch):
    left(folder, tmp_path / "journal.db")
    Journal(tmp_path / "other.db").close()
    monkeypatch.setattr(publish, "_OLD_S", -1.0)
    assert (started(folder, tmp_path / "other.db"), prepared(folder)) == (set(), 1)


def test_a_file_that_comes_again_after_a_kill_in_the_middle_of_its_move_is_told_by_its_number(
    folder, tmp_path
):
    """On a file system that can only link: it was linked and taken, and is still staged."""
    folder.stage("1319999996aa", b"<XmlMsg/>")
    first = folder.path / face_name("1319999996aa", DAY)
    os.link(folder.staging / "1319999996aa.ready", first)
    first.unlink()
    (again,) = started(folder, tmp_path / "journal.db")
    assert identifier_and_time(again)[0] == "1319999996aa"


def test_a_journal_that_decides_deletes_old_visits_as_any_other(folder, tmp_path):
    days = [datetime(2026, 11, day, 3, tzinfo=UTC) for day in (1, 10, 11, 12)]
    today = [days[0]]
    with Journal(tmp_path / "journal.db", lambda: today[0]) as journal:
        left(folder, tmp_path / "journal.db")
        for today[0] in days:
            journal.begin("desk", "none").end("checked_in")
        assert (journal.prune(1), journal.count()) == (1, 3)
