"""Each way of watching a folder finds every face result once, and whole."""

import errno
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from kazashi.oqs import publish
from kazashi.oqs.encoding import Encoding
from kazashi.oqs.errors import Block, OqsTestOnly, OqsUnpublished
from kazashi.oqs.message import read, write
from kazashi.oqs.names import face_name, new_identifier
from kazashi.oqs.outbox import Outbox
from kazashi.oqs.publish import TEST_MARK, Folder
from oqs_programs import (
    NOW,
    PROGRAMS,
    OnChange,
    OnCreated,
    Polls,
    half_written,
    identifier_and_time,
)
from oqs_samples import SAMPLES
from site_waits import until

PLACE = "1319999996"
FILES = 12
CHILD = Path(__file__).parents[1] / "oqs_child.py"
DATA = [write(read(path.read_bytes()), Encoding.UTF_8).data for path in SAMPLES]


@pytest.fixture
def outbox(folder):
    outbox = Outbox(folder, now=lambda: NOW)
    yield outbox
    outbox.close()


def put(outbox, data, *, is_test=False):
    return outbox.put(new_identifier(PLACE), data, is_test=is_test)


def names(folder):
    return {path.name for path in folder.path.glob("*.xml")}


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_finds_every_result_once_and_whole(folder, outbox, program):
    with program(folder.path) as reads:
        sent = {put(outbox, DATA[each % len(DATA)]).result(20): each for each in range(FILES)}
        until(lambda: len(reads.found) >= FILES)
        outbox.close()  # the last time is set
    assert {name: DATA[each % len(DATA)] for name, each in sent.items()} == reads.found
    assert (reads.again, reads.torn) == ([], [])


@pytest.mark.parametrize("program", [Polls, OnCreated])
def test_such_a_program_would_see_a_file_torn_that_is_written_in_place(folder, program):
    path = folder.path / face_name(PLACE, "20261006093015")
    with program(folder.path) as reads, half_written(path, DATA[0]):
        until(lambda: reads.torn)


def test_a_program_that_waits_for_a_change_would_miss_a_file_whose_time_is_not_set(folder):
    outbox = Outbox(folder, touches=False)
    with OnChange(folder.path) as reads:
        put(outbox, DATA[0]).result(20)
        outbox.close()
    assert reads.found == {}


def test_nothing_that_is_not_whole_ever_has_a_name_that_a_program_looks_for(folder):
    beside = folder.path.parent / "beside"  # in the watched tree
    beside.mkdir()
    outbox = Outbox(Folder(folder.path, beside))
    with OnCreated(folder.path.parent) as above:
        name = put(outbox, DATA[0]).result(20)
        until(lambda: above.found)
        outbox.close()
    assert (above.found, above.torn, above.again) == ({name: DATA[0]}, [], [])


def test_the_name_has_the_day_and_second_of_its_appearance_in_japan(folder):
    outbox = Outbox(folder, now=lambda: datetime(2026, 12, 31, 15, 0, 1, tzinfo=UTC))
    assert identifier_and_time(put(outbox, DATA[0]).result(20))[1] == "20270101000001"
    outbox.close()


def test_what_was_staged_before_a_crash_is_published_once_and_what_was_half_staged_never(folder):
    folder.stage(new_identifier(PLACE), DATA[0])
    half = folder.staging / "half.new"
    half.write_bytes(DATA[1][:50])
    os.utime(half, (0, 0))  # long ago: another program may write one now
    for _ in range(2):  # two starts
        outbox = Outbox(folder)
        until(lambda: names(folder))
        outbox.close()
    (name,) = names(folder)
    assert (folder.path / name).read_bytes() == DATA[0]
    assert list(folder.staging.iterdir()) == []


@pytest.fixture(params=[True, False], ids=["by rename", "by link"])
def with_and_without_renameat2(request, monkeypatch):
    if not request.param:
        monkeypatch.setattr(publish, "_rename", lambda *_: errno.EINVAL)


@pytest.mark.usefixtures("with_and_without_renameat2")
def test_a_file_of_that_name_is_never_overwritten(folder):
    folder.stage("a", DATA[0])
    (folder.path / "taken.xml").write_bytes(b"theirs")
    with pytest.raises(OqsUnpublished) as refused:
        folder.publish("a", "taken.xml")
    assert refused.value.block is Block.EXISTS
    assert (folder.path / "taken.xml").read_bytes() == b"theirs"
    folder.publish("a", "free.xml")
    assert (folder.path / "free.xml").read_bytes() == DATA[0]
    assert folder.staged() == []


def test_setting_the_time_never_makes_a_file_again(folder):
    folder.touch("taken.xml")
    assert names(folder) == set()


def test_a_file_may_be_read_by_those_who_may_read_the_folder(folder, monkeypatch):
    owners = []
    monkeypatch.setattr(os, "chown", lambda _file, *ids: owners.append(ids))
    folder.path.chmod(0o775)
    before = os.umask(0o077)
    try:
        folder.stage("a", DATA[0])
    finally:
        os.umask(before)
    folder.publish("a", "a.xml")
    assert (folder.path / "a.xml").stat().st_mode & 0o777 == 0o664
    assert owners == [(-1, folder.path.stat().st_gid)]


def test_a_result_survives_a_power_cut_once_it_is_staged_and_once_it_is_published(folder, synced):
    folder.stage("a", DATA[0])
    assert synced == [folder.staging / "a.new", folder.staging]
    folder.publish("a", "a.xml", touches=True)
    assert synced[2:] == [folder.staging, folder.path]


def test_nobody_else_can_look_into_staging(folder):
    folder.stage("a", DATA[0])
    assert folder.staging.stat().st_mode & 0o777 == 0o700


def test_what_another_program_stages_just_now_is_left_to_it(folder):
    folder.stage("a", DATA[0])
    (folder.staging / "b.new").write_bytes(DATA[1][:50])
    assert folder.discard_old(also_ready=True) == []
    assert len(list(folder.staging.iterdir())) == 2


def test_staging_inside_the_watched_folder_is_refused(folder):
    inside = Folder(folder.path, folder.path / "staging")
    with pytest.raises(OqsUnpublished) as refused:
        inside.stage("a", DATA[0])
    assert refused.value.block is Block.INSIDE


def test_staging_on_another_file_system_is_refused(folder):
    with TemporaryDirectory(dir="/dev/shm") as memory, pytest.raises(OqsUnpublished) as refused:
        Folder(folder.path, Path(memory) / "staging").stage("a", DATA[0])
    assert refused.value.block is Block.OTHER_FILE_SYSTEM


def test_a_test_result_whose_folder_is_no_longer_marked_is_dropped(folder):
    folder.stage("test-" + new_identifier(PLACE), DATA[0])
    (folder.path / TEST_MARK).unlink()
    outbox = Outbox(folder)
    with pytest.raises(OqsTestOnly):
        put(outbox, DATA[1], is_test=True).result(20)
    outbox.close()
    assert names(folder) == set()
    assert list(folder.staging.iterdir()) == []


@pytest.mark.parametrize("program", [OnCreated, OnChange])
def test_a_program_that_is_killed_anywhere_loses_nothing_and_publishes_nothing_twice(
    folder, program
):
    told = set()
    with program(folder.path) as reads:
        for lines in (0, 1, 2, 5, 9):
            told |= _names_until_killed(folder, lines)
        last = Outbox(folder)  # the next start
        until(lambda: not folder.staged() and not folder.untouched())
        until(lambda: told <= reads.found.keys())
        last.close()
    assert (reads.again, reads.torn) == ([], [])
    identifiers = [identifier_and_time(name)[0] for name in reads.found]
    assert len(identifiers) == len({*identifiers})


def _names_until_killed(folder, lines):
    """What it has told, and it told so many lines at least."""
    command = [sys.executable, CHILD, folder.path, folder.staging]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        said = [child.stdout.readline() for _ in range(lines)]
        child.kill()
        said += child.stdout.readlines()
    return {line.strip() for line in said if line.endswith("\n")}


def test_two_programs_with_one_staging_folder_publish_each_result_once(folder):
    outboxes = [Outbox(folder), Outbox(folder)]
    with OnCreated(folder.path) as reads:
        for each in range(FILES):
            put(outboxes[each % 2], DATA[0])
        until(lambda: len(reads.found) == FILES)
        for outbox in outboxes:
            outbox.close()
    assert (len(reads.found), reads.again, reads.torn) == (FILES, [], [])
