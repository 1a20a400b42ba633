"""`kazashi pcsc install`: libccid's list on this computer, as a file."""

import os
import re
from pathlib import Path
from stat import S_IMODE

import pytest

from kazashi.errors import NotInstalled, NotWritten
from kazashi.pcsc import ccid_install
from kazashi.pcsc.ccid_install import copy_of, install, uninstall
from kazashi.pcsc.errors import (
    LibccidListForbidden,
    LibccidListForeign,
    LibccidListOverwritten,
)
from kazashi.usb.ids import TEST, UsbId, UsbIdTaken
from pcsc.test_ccid_driver import LIST
from program import command
from said import raises

README = Path(__file__).parents[2] / "host/README.md"
OWN, OTHER = UsbId(0x1209, 0xCA5A), UsbId(0x1209, 0xCA5B)


@pytest.fixture
def plist(tmp_path, monkeypatch):
    """The list, to which the driver has a link; \\r\\n shows that no byte changes."""
    file = tmp_path / "etc/libccid_Info.plist"
    file.parent.mkdir()
    file.write_bytes(LIST.replace("\n", "\r\n").encode())
    file.chmod(0o640)
    link = tmp_path / "Info.plist"
    link.symlink_to(file)
    monkeypatch.setattr(ccid_install, "_PLACES", (tmp_path / "lib64", link))
    monkeypatch.setattr(ccid_install, "own_ids", lambda: [OWN])
    return file


def files(plist):
    return {file.name: file.read_bytes() for file in plist.parent.iterdir()}


def test_a_reader_is_installed_and_uninstalled_without_a_trace(plist, tmp_path):
    before, owner = files(plist), plist.stat().st_uid
    done = command("pcsc", "install")
    assert done.returncode == 0, done.stderr
    assert f"1209:CA5A is in {plist}" in done.stderr
    assert "sudo systemctl restart pcscd" in done.stderr
    assert b"0xCA5A" in plist.read_bytes()
    assert copy_of(plist).read_bytes() == before[plist.name]
    for file in (plist, copy_of(plist)):
        assert (file.stat().st_uid, S_IMODE(file.stat().st_mode)) == (owner, 0o640)
    assert (tmp_path / "Info.plist").is_symlink()
    done = command("pcsc", "install", "--uninstall")
    assert "1209:CA5A is no longer in" in done.stderr
    assert "restart pcscd" in done.stderr
    assert files(plist) == before


def test_the_copy_is_the_list_before_the_first_of_several(plist):
    before = files(plist)
    assert install(plist, OWN)
    assert install(plist, OTHER)
    assert copy_of(plist).read_bytes() == before[plist.name]
    assert uninstall(plist, OWN)
    assert copy_of(plist).exists()
    assert uninstall(plist, OTHER)
    assert files(plist) == before


def test_it_is_said_if_there_is_nothing_to_do(plist):
    before = files(plist)
    done = command("pcsc", "install", "--uninstall", "--usb-id", "072f:90cc")
    assert (done.returncode, files(plist)) == (0, before)
    assert f"nothing to do: {plist} does not have 072F:90CC from us" in done.stderr
    install(plist, OWN)
    done = command("pcsc", "install")
    assert f"nothing to do: {plist} has 1209:CA5A already" in done.stderr


@pytest.mark.parametrize(
    ("ids", "said"),
    [([], "no board with CCID is attached"), ([TEST, OWN], "--usb-id: 1209:0001, 1209:CA5A")],
)
def test_without_one_board_the_id_is_asked_for(plist, monkeypatch, ids, said):
    before = files(plist)
    monkeypatch.setattr(ccid_install, "own_ids", lambda: ids)
    done = command("pcsc", "install")
    assert (done.returncode, files(plist)) == (1, before)
    assert said in done.stderr
    assert command("pcsc", "install", "--usb-id", "1209:CA5A").returncode == 0


def test_the_id_of_another_product_is_not_installed(plist):
    with raises(UsbIdTaken):
        install(plist, UsbId(0x2E8A, 0x0005))


def test_without_libccid_it_says_how_to_install_it(plist, tmp_path):
    plist.unlink()
    with raises(NotInstalled, match="apt-get install pcscd libccid"):
        ccid_install.libccid_list()


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"<plist/>", LIST.encode()[:-20]])
@pytest.mark.parametrize("change", [install, uninstall])
def test_a_file_that_is_no_such_list_is_left_as_it_is(plist, data, change):
    plist.write_bytes(data)
    before = files(plist)
    with raises(LibccidListForeign, match="left as it is") as error:
        change(plist, OWN)
    assert error.value.file == plist
    assert files(plist) == before


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        (PermissionError(13, "Permission denied"), LibccidListForbidden, "only root .* sudo"),
        (OSError(28, "No space left on device"), NotWritten, "No space left"),
    ],
)
@pytest.mark.parametrize("failing", [(os, "fsync"), (Path, "replace")])
def test_a_failure_leaves_the_list_and_no_other_file(
    plist, monkeypatch, error, kind, said, failing
):
    before = files(plist)

    def fail(*_):
        raise error

    monkeypatch.setattr(*failing, fail)
    with raises(kind, match=said):
        install(plist, OWN)
    assert files(plist) == before


def test_what_another_program_writes_meanwhile_is_noticed(plist, monkeypatch):
    replace = Path.replace

    def replace_and_lose(self, target):
        replace(self, target)
        if target == plist:
            plist.write_text(LIST, encoding="utf-8")

    monkeypatch.setattr(Path, "replace", replace_and_lose)
    with raises(LibccidListOverwritten, match="same time"):
        install(plist, OWN)


def test_the_commands_of_the_readme_are_understood():
    part = README.read_text(encoding="utf-8").partition("## A board as a CCID reader")[2]
    block = re.search(r"```\n(.*?)```", part, re.DOTALL)
    lines = [line.partition("#")[0].split() for line in block[1].splitlines()]
    flash, install_, scan = lines
    assert scan == ["pcsc_scan"]
    for line in (flash[2:], install_[1:]):
        assert Path(line[0]).name == "kazashi"
        assert command(*line[1:], "--help").returncode == 0


def test_other_systems_have_no_such_list(plist, monkeypatch):
    monkeypatch.setattr("sys.platform", "win32")
    done = command("pcsc", "install")
    assert done.returncode == 2
    assert "install is for Linux" in done.stderr
