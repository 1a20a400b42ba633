"""The RP2040's own boot ROM, emulated, judges what is sent to a board in BOOTSEL mode."""

import struct

import pytest
from usb.core import Device

from boot_rom import BootRom
from fake_picoboot import Bootsel
from fake_usb import FakeBackend
from kazashi.flashing import picoboot
from kazashi.flashing.bootsel import write_uf2
from kazashi.flashing.errors import BootselRefused
from kazashi.flashing.picoboot import SECTOR, Command, Picoboot
from kazashi.flashing.uf2_image import FLASH, PAGE
from said import raises
from uf2_files import uf2

PLACES = [*range(16), 16, 17, 20, 47]  # a whole sector, one with a gap, one with its last page
PAGES = {FLASH + PAGE * each: bytes([each + 1, 0xA5]) * (PAGE // 2) for each in PLACES}
OLD = b"\x21" * PAGE


@pytest.fixture(autouse=True)
def brief(monkeypatch):
    """Emulated seconds cost CPU time: what does not come is not waited for as long as ever."""
    monkeypatch.setattr(picoboot, "_TRANSFER_MS", 100)


@pytest.fixture
def rom():
    made = BootRom()
    made.flash[: 4 * SECTOR] = OLD * (4 * SECTOR // PAGE)
    return made


def device(board):
    return Device(board, FakeBackend(board))


def test_the_rom_takes_an_image_gives_it_back_and_reboots(rom):
    write_uf2(device(rom), "RP2040", uf2(PAGES), lambda *_: None)
    for address, page in PAGES.items():
        assert rom.flash[address - FLASH : address - FLASH + PAGE] == page
    assert rom.flash[3 * SECTOR : 4 * SECTOR] == OLD * (SECTOR // PAGE)
    rom.let_pass(1.0)
    assert rom.has_rebooted


def test_a_board_without_its_lowest_sector_starts_in_bootsel_mode_by_itself():
    rom = BootRom(is_held=False)
    write_uf2(device(rom), "RP2040", uf2({FLASH: OLD}), lambda *_: None)
    assert rom.flash[:PAGE] == OLD


def test_the_rom_describes_itself_as_the_fake_board_does(rom):
    """Its PICOBOOT interface and endpoints, RP2040 Datasheet §2.8.5.2 and §2.8.5.3."""
    said = rom.control(0x80, 6, 0x0200, 0, 0xFF)
    interfaces, endpoints = [], []
    while said:
        size, kind = said[0], said[1]
        if kind == 4:
            endpoints = []
            interfaces.append((said[5], endpoints))
        elif kind == 5:
            endpoints.append(said[2])
        said = said[size:]
    fake = Bootsel()
    assert interfaces == [(kind, [*addresses]) for kind, addresses in fake.interfaces]
    ids = struct.unpack("<8x2H6x", rom.control(0x80, 6, 0x0100, 0, 18))
    assert ids == (fake.descriptor.idVendor, fake.descriptor.idProduct)


@pytest.mark.parametrize("board", [BootRom, Bootsel], ids=["the ROM", "the fake board"])
@pytest.mark.parametrize(
    ("order", "said"),
    [
        (lambda board: board._order(Command.REBOOT2, bytes(16)), r"REBOOT2 \(UNKNOWN_CMD"),
        (lambda board: board._order(Command.EXIT_XIP, b"?"), r"EXIT_XIP \(INVALID_CMD_LENGTH"),
        (
            lambda board: board._order(Command.WRITE, struct.pack("<II", FLASH, 512), OLD),
            r"WRITE \(INVALID_TRANSFER_LENGTH",
        ),
        (lambda board: board.read(0x3000_0000, PAGE), r"READ \(INVALID_ADDRESS"),
        (lambda board: board.read(FLASH + 1, PAGE), r"READ \(BAD_ALIGNMENT"),
        (lambda board: board.write(FLASH + 1, OLD), r"WRITE \(BAD_ALIGNMENT"),
    ],
)
def test_what_the_rom_refuses_the_fake_board_refuses_for_the_same_reason(board, order, said):
    with Picoboot(device(board())) as opened:
        opened.prepare()
        with raises(BootselRefused, match=said):
            order(opened)
        assert len(opened.read(FLASH, PAGE)) == PAGE
