"""Who has a port open, from a /proc made for the test."""

import pytest

from kazashi.usb.holder import Holder, holder

PORT = "/dev/ttyACM0"


@pytest.fixture
def proc(tmp_path):
    """Adds a process: its number, name, and open files; `locked` is the one that it locked."""

    def add(pid, program, *files, locked=None):
        folder = tmp_path / str(pid)
        for name in ("fd", "fdinfo"):
            (folder / name).mkdir(parents=True)
        (folder / "comm").write_text(f"{program}\n")
        for number, file in enumerate(files):
            (folder / "fd" / str(number)).symlink_to(file)
            lock = f"lock:\t1: FLOCK  ADVISORY  WRITE {pid} 00:05:512 0 EOF\n"
            (folder / "fdinfo" / str(number)).write_text(
                f"pos:\t0\n{lock if file == locked else ''}"
            )
        return tmp_path

    return add


def test_the_program_that_has_it_open_is_named(proc):
    proc(1, "systemd", "/dev/null")
    folder = proc(812, "ModemManager", "/dev/null", PORT)
    assert holder(PORT, folder) == Holder("ModemManager", 812)
    assert holder("/dev/ttyACM1", folder) is None


@pytest.mark.parametrize("order", [(5, 70), (70, 5)])
def test_of_several_it_is_the_one_that_locked_it(proc, order):
    first, second = order
    proc(first, "kazashi", PORT, locked=PORT)
    folder = proc(second, "server", PORT)
    assert holder(PORT, folder) == Holder("kazashi", first)


def test_processes_that_may_not_be_read_or_have_ended_are_left_out(proc, tmp_path):
    (proc(7, "root's", PORT) / "7" / "fd" / "0").unlink()
    (tmp_path / "9").mkdir()  # no fd
    (tmp_path / "8" / "fd").mkdir(parents=True)
    (tmp_path / "8" / "fd" / "3").write_text("no link: it was closed meanwhile")
    assert holder(PORT, tmp_path) is None
    (tmp_path / "9" / "fd").mkdir()
    (tmp_path / "9" / "fd" / "3").symlink_to(PORT)  # its name cannot be read any more
    assert holder(PORT, tmp_path) == Holder("", 9)


def test_a_system_without_proc_does_not_tell(tmp_path):
    assert holder(PORT, tmp_path / "none") is None
