"""A UF2 file is written to a board in BOOTSEL mode, or the board and the reason are named."""

import errno
from threading import Event

import libusb_package
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from usb.core import Device, USBError

from fake_picoboot import FLASH, OK, PAGE, SECTOR, Bootsel
from fake_usb import FakeBackend, FakeDevice, usb_error
from kazashi.errors import Cancelled
from kazashi.flashing.bootsel import in_bootsel, write_uf2
from kazashi.flashing.errors import (
    BootselForbidden,
    BootselLost,
    BootselRefused,
    BootselSilent,
    FlashDiffers,
    NotFlashed,
    SeveralInBootsel,
    Uf2Foreign,
    Uf2Malformed,
    WrongBoard,
)
from kazashi.flashing.picoboot import Picoboot
from said import raises
from uf2_files import RP2040, uf2

RP2350, ABSOLUTE, RISCV = 0xE48BFF59, 0xE48BFF57, 0xE48BFF5A
# Three sectors: a whole one, one with a gap, one with a page at its end alone.
PLACES = [*range(16), 16, 17, 20, 47]
PAGES = {FLASH + PAGE * each: bytes([each + 1, 0xA5]) * (PAGE // 2) for each in PLACES}
FILE = uf2(PAGES)
TOUCHED = 3 * SECTOR


def write(board, file=FILE, chip="RP2040", **more):
    progress = []
    device = Device(board, FakeBackend(board))
    write_uf2(device, chip, file, lambda *said: progress.append(said), **more)
    return progress


def has_image(board, pages=PAGES):
    return all(board.read(address, PAGE) == page for address, page in pages.items())


def starts_in_bootsel(board):
    """Without its lowest sector, a board does."""
    return board.read(FLASH, PAGE) in (b"\xff" * PAGE, board.untouched)


@pytest.fixture
def board():
    made = Bootsel()
    made.untouched = made.read(FLASH, PAGE)
    return made


def test_the_image_is_in_the_flash_and_the_board_starts_it(board):
    before = bytes(board.flash)
    write(board)
    assert has_image(board)
    assert board.flash[TOUCHED:] == before[TOUCHED:]
    assert board.has_rebooted
    assert not board.claimed


def test_nothing_is_erased_but_the_sectors_of_the_image(board):
    write(board)
    erased = [rest for command, *rest in board.commands if command == 0x03]
    assert sorted(erased) == [[FLASH + SECTOR * each, SECTOR] for each in (0, 0, 1, 2)]


def test_an_image_of_one_page_is_written(board):
    write(board, uf2({FLASH + 5 * SECTOR: b"x" * PAGE}))
    assert board.read(FLASH + 5 * SECTOR, PAGE) == b"x" * PAGE
    assert board.read(FLASH, PAGE) == board.untouched


@settings(max_examples=30)
@given(st.dictionaries(st.integers(0, 63), st.integers(0, 255), min_size=1))
def test_whatever_pages_an_image_has_only_their_sectors_change(pages):
    board = Bootsel()
    before = bytes(board.flash)
    pages = {FLASH + PAGE * place: bytes([value]) * PAGE for place, value in pages.items()}
    write(board, uf2(pages))
    assert has_image(board, pages)
    touched = {(address - FLASH) // SECTOR for address in pages}
    for sector in {*range(len(before) // SECTOR)} - touched:
        same = slice(SECTOR * sector, SECTOR * (sector + 1))
        assert board.flash[same] == before[same]


def test_a_board_that_takes_a_part_of_a_transfer_is_silent(board):
    take = board.bulk_out
    board.bulk_out = lambda endpoint, data, limit: min(take(endpoint, data, limit), 1000)
    with raises(BootselSilent, match="did not end WRITE in 3 s"):
        write(board)


def test_the_progress_goes_up_to_the_end(board):
    progress = write(board)
    total = 2 * PAGE * len(PAGES)
    done = [each for _, each, _ in progress]
    assert done == sorted(done)
    assert done[-1] == total
    assert {(what, of) for what, _, of in progress} == {("writing", total), ("checking", total)}


def test_the_drive_cannot_be_written_meanwhile(board):
    seen = []
    board.before = lambda step: seen.append(board.is_exclusive)
    write(board)
    assert all(seen[4:])


def test_a_board_left_in_the_middle_of_a_command_is_reset_first(board):
    halted = Device(board, FakeBackend(board))
    with pytest.raises(OSError, match="pipe"):
        halted.write(0x03, b"half a command", 1000)
    write(board)
    assert has_image(board)


@pytest.mark.parametrize("family", [RP2350, ABSOLUTE])
def test_an_rp2350_is_started_by_its_own_command(family):
    board = Bootsel(0x000F)
    write(board, uf2(PAGES, family=family), "RP2350")
    assert has_image(board)
    assert board.has_rebooted


@pytest.mark.parametrize(
    ("chip", "family"),
    [("RP2040", RP2350), ("RP2040", ABSOLUTE), ("RP2350", RP2040), ("RP2350", RISCV)],
)
def test_a_file_for_another_chip_is_refused_before_anything_is_sent(board, chip, family):
    with raises(Uf2Foreign, match=f"for another chip than the {chip} .*{family:08X}"):
        write(board, uf2(PAGES, family=family), chip)
    with pytest.raises(Uf2Malformed):
        write(board, FILE[:-1])
    assert board.steps == 0


def test_a_board_unplugged_anywhere_is_in_bootsel_mode_or_has_the_image(board):
    write(board)
    for last in range(1, board.steps + 1):
        cut = Bootsel()
        cut.untouched = board.untouched

        def unplug(step, cut=cut, last=last):
            cut.is_there &= step < last

        cut.before = unplug
        if last < board.steps - 1:  # REBOOT, and its acknowledgement
            with raises(BootselLost, match="hold BOOTSEL, plug it in"):
                write(cut)
        else:
            write(cut)
        assert starts_in_bootsel(cut) or has_image(cut)
        cut.power_on()
        write(cut)
        assert has_image(cut)


@pytest.mark.parametrize(
    ("number", "error"),
    [(errno.ETIMEDOUT, BootselSilent), (errno.ENODEV, BootselLost), (errno.EIO, BootselLost)],
)
def test_a_transfer_that_fails_anywhere_is_an_error_of_ours(board, number, error):
    write(board)
    for bad in range(1, board.steps + 1):
        failing = Bootsel()

        def fail(step, bad=bad):
            if step == bad:
                raise usb_error(number)

        failing.before = fail
        if error is BootselLost and bad >= board.steps - 1:
            write(failing)
            continue
        with pytest.raises(error):
            write(failing)


@pytest.mark.parametrize("number", [errno.EACCES, errno.EBUSY])
def test_a_board_that_may_not_be_used_names_the_rules(board, number):
    def refuse(*_):
        raise usb_error(number)

    backend = FakeBackend(board)
    backend.open_device = refuse
    with raises(BootselForbidden, match="kazashi list --udev"):
        write_uf2(Device(board, backend), "RP2040", FILE, lambda *_: None)


def test_a_stall_is_reported_with_the_reason_that_the_board_gives(board):
    board.before = lambda _: setattr(board, "has_left_xip", False)
    with raises(BootselRefused, match=r"refused FLASH_ERASE \(UNKNOWN_ERROR\)"):
        write(board)
    assert not board.is_exclusive


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (b"", "status $|status \\)"),
        (bytes(16), "no reason given"),
        ((3).to_bytes(4, "little") + b"\x63" + bytes(11), "status 03000000630"),
    ],
)
def test_a_status_that_is_none_is_shown_as_it_is(board, status, said):
    answer = board.control

    def control(kind, *rest):
        return status if kind == 0xC1 else answer(kind, *rest)

    board.control = control
    board.before = lambda _: setattr(board, "has_left_xip", False)
    with raises(BootselRefused, match=said):
        write(board)


def test_a_flash_that_does_not_take_a_bit_is_noticed_before_the_board_could_start(board):
    real = board._write

    def lose(place, data):
        real(place, data)
        board.flash[20 * PAGE + 7] = 0

    board._write = lose
    with raises(FlashDiffers, match="something else at 0x10001400"):
        write(board)
    assert starts_in_bootsel(board)
    assert not board.has_rebooted


def test_an_image_that_is_larger_than_the_flash_is_noticed():
    small = Bootsel(flash_size=2 * SECTOR)
    with raises(FlashDiffers, match="something else at 0x10000000.*too small"):
        write(small)
    assert not small.has_rebooted


def test_it_is_cancelled_within_a_sector(board):
    cancel = Event()
    cancel.set()
    with pytest.raises(Cancelled):
        write(board, cancel=cancel)
    assert len([command for command, *_ in board.commands if command == 0x05]) == 1
    assert starts_in_bootsel(board)


MALFORMED = st.binary(max_size=64).filter(lambda data: len(data) != 32)
COMMANDS = st.binary(min_size=32, max_size=32)
ALMOST = COMMANDS.map(lambda data: b"\x0b\xd1\x1f\x43" + data[4:10] + b"\0\0" + data[12:])


@given(st.one_of(MALFORMED, COMMANDS, ALMOST))
def test_the_fake_board_stalls_on_anything_that_is_no_command_and_goes_on_after_a_reset(data):
    """Of the fake: what it accepts is as the data sheet has it."""
    board = Bootsel(flash_size=SECTOR)
    device = Device(board, FakeBackend(board))
    before = bytes(board.flash)
    try:
        device.write(0x03, data, 1000)
    except USBError:
        assert board.status[4] != OK
        with pytest.raises(USBError, match="pipe"):
            device.read(0x84, 64, 1000)
    assert board.flash == before
    with Picoboot(device) as picoboot:
        picoboot.prepare()
        assert picoboot.read(FLASH, PAGE) == before[:PAGE]


@pytest.fixture
def attach(monkeypatch):
    def put(*devices):
        backend = FakeBackend(*devices)
        monkeypatch.setattr(libusb_package, "get_libusb1_backend", lambda: backend)

    return put


def test_the_only_board_in_bootsel_mode_is_taken(attach, board):
    attach(FakeDevice(0x0005), board)
    device = in_bootsel("RP2040")
    assert device.idProduct == 0x0003
    write_uf2(device, "RP2040", FILE, lambda *_: None)
    assert has_image(board)
    attach(FakeDevice(0x0005))
    assert in_bootsel("RP2040") is None


def test_of_several_boards_or_another_one_none_is_written(attach):
    attach(Bootsel(), Bootsel(0x000F, address=9, ports=(3,)))
    with raises(SeveralInBootsel, match=r"1-2\.4, 1-3"):
        in_bootsel("RP2040")
    attach(Bootsel(0x000F))
    with raises(WrongBoard, match="this is a RP2350, not a RP2040"):
        in_bootsel("RP2040")


def test_a_device_without_the_interface_is_no_board():
    with pytest.raises(NotFlashed):
        write(FakeDevice(0x0003))
