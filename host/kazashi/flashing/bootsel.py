"""Write a UF2 file to a board in BOOTSEL mode, and check it. Never tried on hardware; the RP2040's
boot ROM takes it in an emulator: tests/emulated/test_boot_rom.py.

The lowest sector, without which a board starts in BOOTSEL mode, is erased first and written last:
whenever the board is unplugged, it is in BOOTSEL mode again, or has the whole image.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from threading import Event

from kazashi.errors import Cancelled
from kazashi.usb.bus import Device, bootsel_devices, location

from .errors import FlashDiffers, SeveralInBootsel, Uf2Foreign, WrongBoard
from .picoboot import SECTOR, Picoboot
from .uf2_image import read_uf2

Progress = Callable[[str, int, int], None]  # what is done, bytes done, total bytes
# microsoft/uf2, utils/uf2families.json: RP2350_ARM_S; ABSOLUTE: wherever its partitions are
_FAMILIES = {"RP2040": (0xE48BFF56,), "RP2350": (0xE48BFF59, 0xE48BFF57)}


def in_bootsel(chip: str) -> Device | None:
    """The board in BOOTSEL mode, if one is attached.

    Raises:
        WrongBoard: it has another chip than `chip`, RP2040 or RP2350.
        SeveralInBootsel: more than one is attached.
        NotInstalled: kazashi[usb] is missing.
    """
    found = bootsel_devices()
    if len(found) > 1:
        raise SeveralInBootsel([location(device) or its_chip for its_chip, device in found])
    for its_chip, device in found:
        if its_chip != chip:
            raise WrongBoard(chip, its_chip)
        return device
    return None


def write_uf2(
    device: Device, chip: str, uf2: bytes, on_progress: Progress, cancel: Event | None = None
) -> None:
    """Write a UF2 file to the flash, read it back, and start it. Other sectors stay as they are.

    Raises:
        Uf2Malformed, Uf2Foreign: it is no UF2, or one for another chip; nothing was written.
        FlashDiffers: the flash did not take it, or is too small.
        BootselForbidden, BootselLost, BootselSilent, BootselRefused: see `Picoboot`.
        Cancelled: `cancel` was set. The board is in BOOTSEL mode when it is plugged in again.
    """
    image = read_uf2(uf2)
    if image.family not in _FAMILIES[chip]:
        raise Uf2Foreign(chip, f"{image.family:08X}")
    first, *others = _sectors(image.pages).items()
    total, done = 2 * image.size, 0  # each byte is written and read

    def step(what: str, data: bytes) -> None:
        nonlocal done
        done += len(data)
        on_progress(what, done, total)
        if cancel and cancel.is_set():
            raise Cancelled

    def put(sectors: Sequence[tuple[int, Mapping[int, bytes]]]) -> None:
        for sector, runs in sectors:
            board.erase(sector, SECTOR)
            for address, data in runs.items():
                board.write(address, data)
                step("writing", data)
        for _, runs in sectors:
            for address, data in runs.items():
                _compare(board, address, data)
                step("checking", data)

    with Picoboot(device) as board:
        board.prepare()
        board.erase(first[0], SECTOR)
        put(others)
        _compare(board, first[0], bytes([0xFF]) * SECTOR)  # a flash that is too small begins anew
        put([first])
        board.reboot(chip)


def _compare(board: Picoboot, address: int, data: bytes) -> None:
    if board.read(address, len(data)) != data:
        raise FlashDiffers(address)


def _sectors(pages: Mapping[int, bytes]) -> dict[int, dict[int, bytes]]:
    """By address of a sector: its runs of pages without a gap, by address."""
    by_sector = groupby(pages.items(), key=lambda page: page[0] // SECTOR * SECTOR)
    return {sector: dict(_runs(dict(found))) for sector, found in by_sector}


def _runs(pages: Mapping[int, bytes]) -> Iterator[tuple[int, bytes]]:
    begin, data = next(iter(pages)), b""
    for address, page in pages.items():
        if address != begin + len(data):
            yield begin, data
            begin, data = address, b""
        data += page
    yield begin, data
