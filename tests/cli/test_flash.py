"""`kazashi flash` beside boards that are not there: its progress, and a board in BOOTSEL mode."""

import re
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import libusb_package
import pytest

from fake_picoboot import FLASH, PAGE, Bootsel
from fake_usb import FakeBackend
from kazashi.cli import flash, progress
from kazashi.cli.console import Console
from kazashi.reports import ReaderInfo
from program import command
from uf2_files import uf2

PAGES = {FLASH + PAGE * each: bytes([each]) * PAGE for each in range(20)}


@pytest.fixture
def attach(monkeypatch):
    """Attaches boards in BOOTSEL mode, and builds without a compiler."""

    def put(*devices):
        backend = FakeBackend(*devices)
        monkeypatch.setattr(libusb_package, "get_libusb1_backend", lambda: backend)
        return backend

    monkeypatch.setattr(flash, "build", lambda _board, out, _from: out.write_bytes(uf2(PAGES)))
    return put


@pytest.fixture
def out(tmp_path):
    return tmp_path / "kazashi.uf2"


def test_the_file_is_written_to_a_board_in_bootsel_mode(attach, out):
    board = Bootsel()
    attach(board)
    done = command("flash", "pico", "--uf2", out)
    assert done.returncode == 0, done.stderr
    assert f"{out} is on the board" in done.stderr
    assert re.findall(r"(\w+): (\S+) of 10.2 kB", done.stderr) == [
        *(("writing", "1.0"), ("checking", "2.0"), ("writing", "6.1"), ("checking", "10.2")),
    ]
    assert all(board.read(address, PAGE) == page for address, page in PAGES.items())
    assert board.has_rebooted
    assert out.read_bytes() == uf2(PAGES)


@pytest.mark.parametrize("is_installed", [True, False])
def test_without_one_the_file_is_to_be_dropped_on_the_drive(attach, out, monkeypatch, is_installed):
    attach(*([] if is_installed else [Bootsel()]))
    monkeypatch.setattr(flash, "is_installed", lambda: is_installed)
    done = command("flash", "pico", "--uf2", out)
    assert (done.returncode, done.stderr.strip()) == (
        0,
        f"hold BOOTSEL, plug the board in, and drop {out} on its drive",
    )


@pytest.mark.parametrize(
    ("board", "said"),
    [("pico2_w", "this is a RP2040, not a RP2350"), ("pico", "may not be used|cannot be used")],
)
def test_a_board_that_is_not_written_is_one_line_and_the_file_stays(attach, out, board, said):
    attach(Bootsel()).may_open = False
    done = command("flash", board, "--uf2", out)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert re.search(said, done.stderr)
    assert Path(out).exists()


INFO = ReaderInfo("0.1.0", "schema", "pico", "PN532 1.6", "micropython 1.25.0", "e66058")
SLOWER = "twenty times slower"


@pytest.fixture
def install(monkeypatch):
    """Copies these parts of 9 kB to a board that is not there."""

    def put(*parts):
        def copy(_connect, _board, on_progress):
            for done in parts:
                on_progress(done, 9000)
            return SimpleNamespace(info=INFO, close=lambda: None)

        monkeypatch.setattr("kazashi.flashing.install.install", copy)

    return put


def test_what_is_copied_is_shown_and_so_is_that_nothing_had_to_be(install):
    install(4500, 9000)
    done = command("flash", "pico", "--reader", "/dev/ttyACM0")
    assert done.stderr.splitlines() == ["copying: 4.5 of 9.0 kB", "copying: 9.0 of 9.0 kB"]
    assert "PN532 1.6" in done.stdout
    install()
    done = command("flash", "pico", "--reader", "/dev/ttyACM0")
    assert done.stderr == "nothing to copy: every file on the board is right\n"


def test_an_emulated_board_is_said_to_be_slower(install, tmp_path):
    install(9000)
    link = tmp_path / "reader"
    link.symlink_to("/dev/pts/7")
    for url in ("socket://localhost:1", str(link)):
        assert SLOWER in command("flash", "pico", "--reader", url).stderr
    for url in ("/dev/ttyACM0", "usb:E66058"):
        assert SLOWER not in command("flash", "pico", "--reader", url).stderr


def test_a_ccid_reader_says_how_linux_comes_to_know_it(install):
    install()
    done = command("flash", "pico", "--ccid", "--usb-id", "1209:ca5a")
    assert "a CCID reader, 1209:CA5A; on Linux, as root: kazashi pcsc install" in done.stderr
    assert "never ship" not in done.stderr
    done = command("flash", "pico", "--ccid", "--usb-id", "1209:0001")
    assert "1209:0001 is pid.codes' test ID" in done.stderr
    assert "never ship such a board" in done.stderr
    assert "CCID" not in command("flash", "pico").stderr


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--ccid",), 1, "a CCID reader needs a USB ID of its own"),
        (("--ccid", "--usb-id", "2e8a:0005"), 1, "belongs to another product"),
        (("--ccid", "--usb-id", "2e8a:5"), 2, "is no USB ID"),
        (("--usb-id", "1209:ca5a"), 2, "--usb-id is for --ccid"),
    ],
)
def test_ccid_without_an_id_of_its_own_is_refused_before_anything_else(options, code, said):
    done = command("flash", "pico", *options)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr


def test_without_a_terminal_progress_is_a_line_now_and_then(monkeypatch):
    seconds = iter([0.0, 1.9, 2.1, 3.0, 4.2, 4.3])
    monkeypatch.setattr(progress, "monotonic", lambda: next(seconds))
    text = StringIO()
    with progress.shown(Console(file=text)) as show:
        for done in (1000, 2000, 3000, 4000, 5000, 6000):
            show("copying", done, 6000)
    assert re.findall(r"(\d)\.0 of 6\.0 kB", text.getvalue()) == ["1", "3", "5", "6"]


def test_on_a_terminal_it_is_a_bar():
    text = StringIO()
    with progress.shown(Console(file=text, force_terminal=True, width=80)) as show:
        show("copying", 6000, 6000)
    assert "━" in text.getvalue()
    assert "6.0/6.0 kB" in text.getvalue()
