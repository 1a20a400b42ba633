"""Where a journal may stand."""

import errno
import os
import stat
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest

from kazashi.reception.journal import (
    Journal,
    JournalNotLocal,
    JournalRefused,
    View,
    location,
)
from said import raises

POSIX = pytest.mark.skipif(os.name != "posix", reason="links and modes are POSIX")


@POSIX
@pytest.mark.parametrize("end", ["", "-wal", "-shm", "-lock"])
@pytest.mark.parametrize("exists", [True, False])
@pytest.mark.parametrize("kind", [Journal, View])
def test_no_file_of_a_journal_is_a_symbolic_link(tmp_path, end, exists, kind):
    folder, target = tmp_path / "kept", tmp_path / "target"
    with Journal(folder / "journal.db"):
        pass
    link = folder / f"journal.db{end}"
    link.unlink(missing_ok=True)
    if exists:
        target.write_bytes(b"mine")
        target.chmod(0o644)
    link.symlink_to(target)
    with raises(JournalRefused, match="symbolic link"):
        kind(folder / "journal.db")
    if exists:
        assert target.read_bytes() == b"mine"
        assert stat.S_IMODE(target.stat().st_mode) == 0o644
    assert target.exists() == exists


@POSIX
def test_what_is_no_file_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, Path("/")):
        with raises(JournalRefused, match="NO_FILE"):
            Journal(path)


@POSIX
def test_a_folder_may_be_a_symbolic_link(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with Journal(tmp_path / "link" / "journal.db"):
        assert (tmp_path / "real" / "journal.db").exists()


@POSIX
def test_every_folder_that_is_made_is_for_its_owner_alone(tmp_path):
    tmp_path.chmod(0o755)
    old = os.umask(0)
    try:
        with Journal(tmp_path / "a" / "b" / "c" / "journal.db"):
            pass
    finally:
        os.umask(old)
    for made in ("a", "a/b", "a/b/c"):
        assert stat.S_IMODE((tmp_path / made).stat().st_mode) == 0o700
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755  # it was there before


@pytest.mark.parametrize("kind", [Journal, View])
@pytest.mark.parametrize("name", ["a\0b", "\0", "\ud800"])
def test_a_name_that_no_file_can_have_is_refused(tmp_path, kind, name):
    with raises(JournalRefused, match="no file can have"):
        kind(tmp_path / name / "journal.db")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(JournalRefused):
        Journal(tmp_path / "file" / "journal.db")


def test_a_drive_that_is_missing_is_refused(monkeypatch):
    def refuse(_folder, **_):
        raise FileNotFoundError(errno.ENOENT, "No such file or directory")

    monkeypatch.setattr(Path, "exists", lambda _path: False)
    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(JournalRefused):
        Journal(Path("/missing/kept/journal.db"))


@pytest.mark.parametrize(
    ("path", "is_remote"),
    [
        (PureWindowsPath(r"\\nas\uketsuke\journal.db"), True),
        (PureWindowsPath("//nas/uketsuke/journal.db"), True),
        (PureWindowsPath(r"C:\Users\uketsuke\journal.db"), False),
        (PurePosixPath("/home/uketsuke/journal.db"), False),
    ],
)
def test_a_share_of_another_machine_is_told_from_a_disk(path, is_remote):
    assert location.is_on_a_share(path) == is_remote


@pytest.mark.parametrize("kind", [Journal, View])
def test_a_journal_on_a_share_is_said_to_need_a_local_disk(tmp_path, monkeypatch, kind):
    monkeypatch.setattr(location, "is_on_a_share", lambda path: True)
    with pytest.raises(JournalNotLocal) as refused:
        kind(tmp_path / "kept" / "journal.db")
    assert refused.value.path == tmp_path / "kept" / "journal.db"
    assert list(tmp_path.iterdir()) == []
