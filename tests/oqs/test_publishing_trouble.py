"""Folders that are away, full, not to be written, or of a file system that lacks something."""

import errno
import os
import random
import stat
import subprocess
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

import pytest

from kazashi.oqs import outbox as outbox_module
from kazashi.oqs import publish
from kazashi.oqs.errors import Block, OqsLost, OqsUnpublished, OqsUnstaged
from kazashi.oqs.names import face_name, new_identifier, time_digits
from kazashi.oqs.outbox import Outbox
from kazashi.oqs.publish import Folder
from kazashi.reception.japan import utc_now
from kazashi.reception.journal import Journal
from oqs_programs import OnCreated, identifier_and_time
from oqs_samples import SAMPLES
from seeds import many_seeds
from site_waits import until

PLACE = "1319999996"
DATA = [path.read_bytes() for path in SAMPLES]


def put(outbox, data):
    return outbox.put(new_identifier(PLACE), data, is_test=False)


def names(folder):
    return {path.name for path in folder.path.glob("*.xml")}


def test_a_result_waits_for_its_folder_and_whoever_waits_is_told_why(folder, tmp_path):
    away = tmp_path / "away"
    folder.path.rename(away)
    outbox = Outbox(folder)
    late = [put(outbox, DATA[0]), put(outbox, DATA[1])]
    blocks = {type(each.exception(20)) for each in late}
    assert blocks == {OqsUnpublished}
    away.rename(folder.path)
    until(lambda: len(names(folder)) == 2)
    outbox.close()
    assert {(folder.path / name).read_bytes() for name in names(folder)} == {*DATA[:2]}


def test_a_name_that_is_taken_and_what_is_no_file_of_ours_keep_no_result_waiting(folder):
    today = time_digits(utc_now())
    identifier = new_identifier(PLACE)
    folder.stage(f"{identifier}_{today}", DATA[0])
    taken = folder.path / face_name(identifier, today)
    taken.mkdir()
    (folder.staging / "folder.ready").mkdir()
    (folder.staging / "link.ready").symlink_to("/etc/hostname")
    outbox = Outbox(folder)
    name = put(outbox, DATA[1]).result(20)
    assert (folder.path / name).read_bytes() == DATA[1]
    taken.rmdir()
    until(lambda: len([path for path in folder.path.glob("*.xml") if path.is_file()]) == 2)
    outbox.close()


def test_each_trouble_of_a_folder_is_logged_once(folder, monkeypatch, caplog):
    now = [Block.NO_FOLDER]

    def refuses(self):
        raise OqsUnpublished(self.path, now[0])

    monkeypatch.setattr(Folder, "check", refuses)
    outbox = Outbox(folder)
    for block in (Block.NO_FOLDER, Block.OTHER_FILE_SYSTEM):
        now[0] = block
        for _ in range(2):
            until(lambda block=block: put(outbox, DATA[0]).exception(20).block is block)
    outbox.close(0.1)
    assert ["no folder" in line for line in caplog.messages[:2]] == [True, False]
    assert len({*caplog.messages}) == len(caplog.messages)


@pytest.mark.parametrize("step", ["_move", "sync_folder"])
def test_a_failure_at_any_step_is_tried_again_and_leaves_one_file(folder, monkeypatch, step):
    works = getattr(publish, step)
    left = [OSError(errno.EIO, "broken"), OSError(errno.ENOSPC, "full")]

    def fails(*arguments):
        if left:
            raise left.pop()
        works(*arguments)

    monkeypatch.setattr(publish, step, fails)
    outbox = Outbox(folder)
    put(outbox, DATA[0])
    until(lambda: not left and not folder.staged() and names(folder))
    outbox.close()
    (name,) = names(folder)
    assert (folder.path / name).read_bytes() == DATA[0]


@pytest.mark.parametrize("is_made", [True, False], ids=["staging is made", "never made"])
def test_what_was_staged_while_the_folder_was_away_survives_the_program(folder, tmp_path, is_made):
    if is_made:
        folder.staging.mkdir()
    away = tmp_path / "away"
    folder.path.rename(away)
    outbox = Outbox(folder)
    told = put(outbox, DATA[0]).exception(20)
    assert (type(told), told.block) == (OqsUnpublished, Block.NO_FOLDER)
    assert outbox.close() is None
    away.rename(folder.path)
    again = Outbox(folder)
    until(lambda: names(folder))
    again.close()
    (name,) = names(folder)
    assert (folder.path / name).read_bytes() == DATA[0]


def test_a_time_that_is_due_while_the_folder_is_away_is_set_once_it_is_back(folder, tmp_path):
    away = tmp_path / "away"
    outbox = Outbox(folder)
    name = put(outbox, DATA[0]).result(20)
    os.utime(folder.path / name, (0, 0))
    folder.path.rename(away)
    assert not folder.touch(name)
    assert folder.untouched() == [name]
    away.rename(folder.path)
    until(lambda: not folder.untouched())
    outbox.close()
    assert (folder.path / name).stat().st_mtime > 0


def test_a_folder_that_no_system_can_have_ends_no_outbox_and_is_told(folder):
    outbox = Outbox(Folder(folder.path.parent / ("x" * 300), folder.staging))
    blocks = [put(outbox, DATA[0]).exception(20).block for _ in range(2)]
    outbox.close()
    assert blocks == [Block.SYSTEM, Block.SYSTEM]


def test_a_folder_without_permission_ends_no_outbox_and_is_told(folder, monkeypatch):
    def refuses(_path):
        raise PermissionError(errno.EACCES, "denied")

    outbox = Outbox(folder)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "is_dir", refuses)
        assert put(outbox, DATA[0]).exception(20).block is Block.SYSTEM
    until(lambda: names(folder))
    outbox.close()


@pytest.mark.parametrize(
    ("call", "number"),
    [("fsync", errno.EINVAL), ("fsync", errno.EOPNOTSUPP), ("chmod", errno.EPERM)],
)
def test_a_file_system_that_cannot_sync_folders_or_has_no_modes_takes_files(
    folder, monkeypatch, call, number
):
    real = getattr(os, call)

    def cannot(what, *arguments, **options):
        if call == "chmod" or stat.S_ISDIR(os.fstat(what).st_mode):
            raise OSError(number, "not here")
        return real(what, *arguments, **options)

    monkeypatch.setattr(os, call, cannot)
    outbox = Outbox(folder)
    put(outbox, DATA[0]).result(20)
    outbox.close()


def test_a_file_that_was_linked_but_not_unlinked_before_a_crash_is_published_once(folder):
    staged = new_identifier(PLACE)
    folder.stage(staged, DATA[0])
    os.link(folder.staging / f"{staged}.ready", folder.path / face_name(staged, "0" * 14))
    outbox = Outbox(folder)
    until(lambda: not list(folder.staging.iterdir()))
    outbox.close()
    assert len(names(folder)) == 1


CALLS = [(publish, "_move"), (publish, "sync_folder"), (os, "fsync"), (os, "utime"), (os, "chown")]


@many_seeds(20)
def test_whatever_calls_fail_before_or_after_they_are_done_each_result_is_there_once(seed):
    dice = random.Random(seed)
    with TemporaryDirectory() as place, ExitStack() as stack:
        folder = Folder(Path(place) / "face", Path(place) / "staging")
        folder.path.mkdir()
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(outbox_module, "_RETRY_S", 0.005)
        patch.setattr(outbox_module, "TOUCH_S", 0.005)
        if dice.random() < 0.5:
            patch.setattr(publish, "_rename", lambda *_: errno.EINVAL)  # then by link
        touched, utime = set(), os.utime
        patch.setattr(os, "utime", lambda path, *time: (utime(path, *time), touched.add(path)))
        for where, name in CALLS:
            patch.setattr(where, name, failing(getattr(where, name), dice))
        reads = stack.enter_context(OnCreated(folder.path))
        outbox = Outbox(folder)
        sent = [new_identifier(PLACE) for _ in range(3)]
        for each in sent:
            outbox.put(each, DATA[0], is_test=False)
        until(lambda: {identifier_and_time(name)[0] for name in names(folder)} == {*sent})
        until(lambda: not list(folder.staging.iterdir()))
        until(lambda: len(reads.found) == len(sent))
        until(lambda: {*folder.path.iterdir()} <= touched)
        outbox.close()
    assert (len(reads.found), reads.again, reads.torn) == (len(sent), [], [])


def failing(call, dice):
    """It fails three times at most, at random: before it has done anything, or afterwards."""
    left = [dice.choice((None, "before", "after")) for _ in range(3)]

    def fails(*arguments, **options):
        when = left.pop() if left else None
        if when == "before":
            raise OSError(errno.EIO, "broken")
        done = call(*arguments, **options)
        if when == "after":
            raise OSError(errno.EIO, "broken")
        return done

    return fails


@pytest.fixture
def small_disk(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("needs root: a small disk is mounted")
    disk = tmp_path / "disk"
    (disk / "face").mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], check=True)
    (disk / "face").mkdir()
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)


def test_on_a_full_disk_nothing_half_is_left_and_the_result_comes_once_there_is_room(small_disk):
    folder = Folder(small_disk / "face", small_disk / "staging")
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(48 * 1024))
    outbox = Outbox(folder)
    data = DATA[0].ljust(20 * 1024)
    told = put(outbox, data).exception(20)
    assert (type(told), told.block) == (OqsUnstaged, Block.SYSTEM)
    until(lambda: list(folder.staging.iterdir()) == [])  # it is tried again and again
    ballast.unlink()
    until(lambda: names(folder))
    outbox.close()
    (name,) = names(folder)
    assert (folder.path / name).read_bytes() == data


@pytest.fixture
def full(monkeypatch):
    """Set it, and no disk takes a file's content; what is on it can be moved."""
    is_full, fsync = Event(), os.fsync

    def synced(descriptor):
        if is_full.is_set() and stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.ENOSPC, "full")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", synced)
    return is_full


def test_what_is_on_a_disk_that_is_full_since_goes_out_before_what_is_not(folder, tmp_path, full):
    away = folder.path.rename(tmp_path / "away")
    outbox = Outbox(folder)
    assert type(put(outbox, DATA[0]).exception(20)) is OqsUnpublished
    full.set()
    assert type(put(outbox, DATA[1]).exception(20)) is OqsUnstaged
    away.rename(folder.path)
    until(lambda: [(folder.path / each).read_bytes() for each in names(folder)] == [DATA[0]])
    until(lambda: not folder.untouched())
    full.clear()
    until(lambda: len(names(folder)) == 2)
    outbox.close()


def test_what_is_prepared_goes_out_while_no_other_gets_onto_the_disk(folder, tmp_path, full):
    with Journal(tmp_path / "journal.db") as journal:
        outbox = Outbox(folder, tmp_path / "journal.db")
        entry = journal.begin("desk", "none")
        first = outbox.prepare(new_identifier(PLACE), DATA[0], is_test=False)
        first.on_disk.result(20)
        full.set()
        new = put(outbox, DATA[1])
        second = outbox.prepare(new_identifier(PLACE), DATA[1], is_test=False)
        assert type(new.exception(20)) is OqsUnstaged
        assert type(second.on_disk.exception(20)) is OqsUnpublished
        entry.step("result", file=first.name)
        outbox.settle(first)
        assert first.out.result(20) == first.name
        outbox.close()
    assert names(folder) == {first.name}


def test_what_is_on_no_disk_at_the_end_is_counted(folder):
    folder.staging.touch()
    outbox = Outbox(folder)
    for each in (put(outbox, DATA[0]), put(outbox, DATA[1])):
        assert type(each.exception(20)) is OqsUnstaged
    lost = outbox.close()
    assert isinstance(lost, OqsLost)
    assert (lost.folder, lost.count) == (folder.path, 2)


def test_what_a_disk_that_is_mounted_hides_is_staged_again(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("needs root: a small disk is mounted")
    disk = tmp_path / "disk"
    disk.mkdir()
    outbox = Outbox(Folder(disk / "face", disk / "staging"))
    assert type(put(outbox, DATA[0]).exception(20)) is OqsUnpublished
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], check=True)
    try:
        (disk / "face").mkdir()
        until(lambda: names(outbox.folder))
        outbox.close()
        assert len(names(outbox.folder)) == 1
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


def test_on_a_disk_that_may_only_be_read_a_result_waits_until_it_may_be_written(small_disk):
    folder = Folder(small_disk / "face", small_disk / "staging")
    outbox = Outbox(folder)
    put(outbox, DATA[0]).result(20)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    assert put(outbox, DATA[1]).exception(20).block is Block.SYSTEM
    subprocess.run(["mount", "-o", "remount,rw", small_disk], check=True)
    until(lambda: len(names(folder)) == 2)
    outbox.close()
