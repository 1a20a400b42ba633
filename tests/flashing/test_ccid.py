"""A board that is flashed as a CCID reader: its USB ID, and what its board.py says then."""

import runpy
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from kazashi.device_files import board_names, device_folder
from kazashi.flashing import board_files
from kazashi.flashing.board_files import Board, firmware_files
from kazashi.flashing.errors import UsbIdMissing
from kazashi.flashing.uf2 import build
from kazashi.usb.ids import TEST, UsbId, UsbIdTaken
from said import raises

OWN = UsbId(0x1209, 0xCA5A)


def pins(source, folder):
    file = folder / "board.py"
    file.write_text(source, encoding="utf-8")
    return runpy.run_path(str(file))


@pytest.fixture
def edited(tmp_path, monkeypatch):
    """Appends lines to the board.py of a board."""

    def edit(text):
        folder = tmp_path / "boards/pico"
        shutil.copytree(device_folder("boards") / "pico", folder)
        with (folder / "board.py").open("a", encoding="utf-8") as file:
            file.write(text)
        monkeypatch.setattr(board_files, "device_folder", lambda name: tmp_path / name)
        return Board.named("pico")

    return edit


@pytest.mark.parametrize("name", board_names())
def test_only_ccid_and_the_id_of_board_py_change(name, tmp_path):
    board = Board.named(name)
    plain = pins(board.board_py(), tmp_path)
    ccid = pins(board.with_ccid(OWN).board_py(), tmp_path)
    assert (plain["CCID"], plain["USB_ID"]) == (False, None)
    assert (ccid.pop("CCID"), ccid.pop("USB_ID")) == (True, (0x1209, 0xCA5A))
    ours = {key: value for key, value in ccid.items() if key.isupper()}
    assert ours.items() <= plain.items()


def test_the_next_flash_turns_it_off_again():
    board = Board.named("pico")
    with_ccid, without = firmware_files(board.with_ccid(OWN)), firmware_files(board)
    differing = {name for name in without if without[name] != with_ccid[name]}
    assert differing == {"board.mpy"}


def test_the_id_in_board_py_is_taken_and_one_that_is_given_comes_first(edited):
    board = edited("USB_ID = (0x1209, 0xCA5A)\n")
    assert board.usb_id == OWN
    assert not board.has_ccid
    assert "0xCA5A)" in board.with_ccid(None).board_py().splitlines()[-1]
    assert "0x0001)" in board.with_ccid(TEST).board_py().splitlines()[-1]


def test_without_an_id_both_ways_to_one_are_named():
    with raises(UsbIdMissing, match=r"github\.com/raspberrypi/usb-pid.*pid\.codes"):
        firmware_files(Board.named("pico").with_ccid(None))


def test_ccid_that_board_py_turns_on_needs_an_id_of_its_own_too(edited):
    board = edited("CCID = True\nUSB_ID = (0x2E8A, 0x0005)\n")
    with raises(UsbIdTaken, match="MicroPython"):
        firmware_files(board)


def test_the_image_is_built_from_the_same_board_py(tmp_path, monkeypatch):
    seen = {}

    def run(command, **_):
        _, script, folder, board = command
        device = Path(script).parents[1]
        seen.update(pins((device / "boards" / board / "board.py").read_text(), tmp_path))
        assert (device / "firmware" / "boot.py").is_file()
        assert (device / "boards" / board / "manifest.py").is_file()
        image = Path(folder, "image")
        image.write_bytes(b"image")
        return SimpleNamespace(stdout=f"{image}\n")

    monkeypatch.setattr(subprocess, "run", run)
    build(Board.named("pico").with_ccid(OWN), tmp_path / "out", None)
    assert (seen["CCID"], seen["USB_ID"]) == (True, (0x1209, 0xCA5A))
    assert (tmp_path / "out").read_bytes() == b"image"
