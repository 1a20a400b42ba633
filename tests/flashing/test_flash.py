"""Putting files on a board, cut at each of its steps."""

import pytest

from flashing.board import FolderBoard
from kazashi.device_files import board_names
from kazashi.errors import ReaderUnplugged
from kazashi.flashing.board_files import BOOT, LIST, MAIN, Board, compiled, firmware_files
from kazashi.flashing.errors import MicroPythonTooOld, NotFlashed, WrongBoard
from kazashi.flashing.put import check_board, flash
from said import raises

PICO = Board.named("pico")
NAMES = ("board.mpy", "dispatch.mpy", BOOT, MAIN)
FILES = {LIST: "\n".join([LIST, *NAMES]).encode(), **{name: name.encode() * 50 for name in NAMES}}
# What a release before this one may have left, beside a file that is nobody's business.
OLD = {
    **dict.fromkeys(FILES, b"of another release"),
    "gone.mpy": b"no part of the firmware any more",
    LIST: "\n".join([*FILES, "gone.mpy"]).encode(),
}
OWN = {"notes.txt": b"somebody's own"}


def no_progress(_done, _total):
    pass


@pytest.fixture
def board(tmp_path):
    """Makes boards with these files on them, one at a time."""
    made = []

    def make(files=(), **kinds):
        for last in made:
            last.restart()
        for file in tmp_path.iterdir():
            file.unlink()
        for name, data in dict(files).items():
            (tmp_path / name).write_bytes(data)
        made.append(FolderBoard(tmp_path, **kinds))
        return made[-1]

    yield make
    for last in made:
        last.restart()


@pytest.mark.parametrize("before", [{}, OWN, OLD | OWN], ids=["blank", "stock", "older"])
def test_a_flash_cut_at_any_step_is_repaired_by_the_next(board, before):
    attached = board(before)
    flash(attached, FILES, no_progress)
    steps = attached.steps
    after = FILES | {name: OWN[name] for name in before if name in OWN}
    assert attached.files() == after
    for cut_at in range(steps):
        attached = board(before)
        attached.cut_at = cut_at
        with pytest.raises(ReaderUnplugged):
            flash(attached, FILES, no_progress)
        # A board that has main.py starts it: then all the rest is there, of one release.
        assert MAIN not in attached.files() or attached.files() == before
        # One that has boot.py starts it, too.
        left = attached.files()
        assert (
            BOOT not in left
            or FILES.items() - left.items() <= {(MAIN, FILES[MAIN])}
            or (before.items() - left.items() <= {(MAIN, before.get(MAIN))})
        )
        attached.restart()
        flash(attached, FILES, no_progress)
        assert attached.files() == after


def test_every_file_travels_once(board):
    attached = board()
    flash(attached, FILES, no_progress)
    attached.restart()
    whole = attached.files()
    (attached.folder / "dispatch.mpy").write_bytes(b"damaged")
    sent = []
    flash(attached, FILES, lambda done, total: sent.append((done, total)))
    assert attached.files() == whole
    total = sum(len(FILES[name]) for name in ("dispatch.mpy", BOOT, MAIN))
    assert sent[-1] == (total, total)
    sent.clear()
    flash(attached, FILES, lambda *progress: sent.append(progress))
    assert sent == []


def test_files_that_are_right_are_skipped_by_one_command_however_many_there_are(board):
    many = {LIST: FILES[LIST], **{f"{n}.mpy": b"right" for n in range(30)}, MAIN: FILES[MAIN]}
    steps = []
    for files in (FILES, many):
        attached = board(files)
        flash(attached, files, no_progress)
        steps.append(attached.steps)
    assert steps[0] == steps[1]


def test_a_source_that_would_be_taken_for_the_module_goes(board):
    attached = board({"dispatch.py": b"copied by hand", "dispatch.mpy": FILES["dispatch.mpy"]})
    flash(attached, FILES, no_progress)
    assert attached.files() == FILES


def test_a_boot_py_of_the_users_is_replaced_and_a_compiled_one_goes(board):
    attached = board({BOOT: b"their own", "boot.mpy": b"of a release", LIST: b"boot.mpy"})
    flash(attached, FILES, no_progress)
    assert attached.files() == FILES


def test_a_file_that_arrives_damaged_is_not_taken(board, monkeypatch):
    attached = board(OLD)
    write = FolderBoard.fs_writefile
    monkeypatch.setattr(
        FolderBoard,
        "fs_writefile",
        lambda self, name, data, **more: write(self, name, data[:-1] + b"?", **more),
    )
    with raises(NotFlashed, match="did not arrive as it was sent: run it again"):
        flash(attached, FILES, no_progress)
    assert MAIN not in attached.files()
    assert attached.files()[LIST] == OLD[LIST]


def test_the_board_that_was_named_is_taken(board):
    check_board(board(), PICO)


@pytest.mark.parametrize(
    ("kinds", "error", "said"),
    [
        (
            {"machine": "Raspberry Pi Pico W with RP2040"},
            WrongBoard,
            "this is a Raspberry Pi Pico W with RP2040, not a Raspberry Pi Pico with RP2040",
        ),
        ({"version": (1, 22, 2, "")}, NotFlashed, "MicroPython is 1.22: put 1.23 or later on it"),
        ({"frozen": ("wire",)}, NotFlashed, "drop a new file on it"),
    ],
)
def test_another_board_is_refused_before_anything_is_changed(board, kinds, error, said):
    attached = board(OLD, **kinds)
    with raises(error, match=said):
        check_board(attached, PICO)
    assert attached.files() == OLD


@pytest.mark.parametrize(("name", "needed"), [("pico", "1.23"), ("pico2", "1.25")])
def test_each_board_needs_a_micropython_that_runs_on_it(board, name, needed):
    named = Board.named(name)
    major, minor = map(int, needed.split("."))
    check_board(board(machine=named.machine, version=(major, minor, 0, "")), named)
    with pytest.raises(MicroPythonTooOld) as error:
        check_board(board(machine=named.machine, version=(major, minor - 1, 1, "")), named)
    assert (error.value.found, error.value.needed) == (f"{major}.{minor - 1}", needed)


def test_a_board_that_does_not_exist_names_those_that_do():
    with pytest.raises(ValueError, match=f"name one of {', '.join(board_names())}"):
        Board.named("unicorn")


FACTS = "MACHINE = ARCH = 'x'\nOLDEST_MICROPYTHON = (1, 23)\n"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("IRQ =", "SyntaxError: .*line 1"),
        ("IRQ = GP20", "NameError: name 'GP20' is not defined"),
        ("IRQ = 20", "KeyError: 'MACHINE'"),
        (f"{FACTS}CCID = True\nUSB_ID = 1", "TypeError"),
        (f"{FACTS}CCID = True\nUSB_ID = (1, 0x10000)", "0001:10000 is no USB ID"),
    ],
)
def test_a_board_py_with_a_mistake_in_it_is_named(monkeypatch, tmp_path, line, said):
    file = tmp_path / "board.py"
    file.write_text(line, encoding="utf-8")
    monkeypatch.setattr("kazashi.flashing.board_files.board_names", lambda: [tmp_path.name])
    monkeypatch.setattr("kazashi.flashing.board_files.device_folder", lambda _: tmp_path.parent)
    with raises(NotFlashed, match=said) as error:
        Board.named(tmp_path.name)
    assert error.value.file == file


def test_a_module_that_does_not_compile_is_named(tmp_path):
    module = tmp_path / "board.py"
    module.write_text("IRQ = 20\nasync = 1\n", encoding="utf-8")
    with raises(NotFlashed, match=r"does not compile .*SyntaxError") as error:
        compiled([module], PICO.arch)
    assert error.value.file == module


@pytest.mark.parametrize("name", board_names())
def test_the_firmware_compiles_for_every_board(name):
    files = firmware_files(Board.named(name))
    assert next(iter(files)) == LIST
    assert list(files)[-2:] == [BOOT, MAIN]
    assert b"usb_ccid" in files[BOOT]  # as source
    assert {"board.mpy", "dispatch.mpy", "octets.mpy"} < set(files)
    assert files[LIST].decode().split() == list(files)
