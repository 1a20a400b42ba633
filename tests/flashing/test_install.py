"""What becomes of a board that the firmware is not put on."""

import errno
import tempfile

import pytest

from flashing.board import FolderBoard
from rig import Rig
from said import raises

# isort: split
import wire
from kazashi.errors import NotWritten
from kazashi.flashing import install
from kazashi.flashing.board_files import Board
from kazashi.flashing.errors import BoardFull, NotFlashed, WrongBoard
from kazashi.flashing.prompt import open_prompt

PICO = Board.named("pico")
READER = {"main.py": b"of a reader"}


class ReaderAtThePrompt(FolderBoard):
    """It was asked for maintenance; what lies on it is a reader."""

    is_running = False
    is_open = True

    def restart(self):
        super().restart()
        self.is_running = True

    def close(self):
        self.is_open = False


@pytest.fixture
def reader(tmp_path, monkeypatch):
    """Makes the reader that is flashed."""

    def make(**kinds):
        for name, data in READER.items():
            (tmp_path / name).write_bytes(data)
        board = ReaderAtThePrompt(tmp_path, **kinds)
        monkeypatch.setattr(install, "open_prompt", lambda *_: board)
        return board

    return make


def flash():
    install.install(lambda: pytest.fail("it was looked for"), PICO, lambda *_: None)


@pytest.mark.parametrize(
    ("kinds", "error"),
    [
        ({"machine": "Raspberry Pi Pico W with RP2040"}, WrongBoard),
        ({"version": (1, 22, 2, "")}, NotFlashed),
        ({"frozen": ("wire",)}, NotFlashed),
    ],
)
def test_a_reader_that_is_refused_is_a_reader_again(reader, kinds, error):
    refused = reader(**kinds)
    with pytest.raises(error):
        flash()
    assert refused.files() == READER
    assert refused.is_running
    assert not refused.is_open


@pytest.mark.parametrize(
    ("text", "said"), [("", "OSError"), ("Traceback …\nOSError: 28", "OSError: 28")]
)
def test_a_board_that_gives_up_is_quoted_and_left_at_the_prompt(reader, monkeypatch, text, said):
    def give_up(*_):
        raise OSError(text)

    board = reader()
    monkeypatch.setattr(install, "flash", give_up)
    with raises(NotFlashed, match=f"^not flashed, MicroPython says: {said}: try again"):
        flash()
    assert not board.is_running
    assert not board.is_open


def test_a_full_board_is_called_that(reader, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.ENOSPC, "wire.mpy")  # as mpremote has it

    board = reader()
    monkeypatch.setattr(board, "fs_writefile", refuse)
    with raises(BoardFull, match="flash is full: delete what is not the firmware's"):
        flash()
    assert not board.is_running


def test_without_a_place_for_the_compiled_files_nothing_is_sent(reader, monkeypatch):
    def refuse():
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory")

    board = reader()
    monkeypatch.setattr(tempfile, "TemporaryDirectory", refuse)
    with raises(NotWritten, match=r"TMPDIR cannot be written \(No usable"):
        flash()
    assert board.files() == READER


def test_a_reader_that_knows_no_maintenance_is_reached_by_its_button():
    rig = Rig()
    pipe = rig.connect()
    del rig.firmware._handlers[wire.MAINTAIN]
    with raises(NotFlashed, match="press BOOTSEL"):
        open_prompt(lambda: pipe)
