"""boot.py: whether a board begins its CCID interface."""

import runpy
import sys

import board
import pytest

from device import Device
from kazashi.sim.watchdog import Watchdog
from rig import USB_ID, BoardReset, clock, pico
from usb_bus import UsbBus

BOOT = pico.device_folder("firmware") / "boot.py"


@pytest.fixture
def boot(monkeypatch):
    """Start a board with this CCID in its board.py; its USB device, or None."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(board, "USB_ID", USB_ID)
    monkeypatch.setattr(clock, "watchdog", Watchdog(board.WATCHDOG, clock.now))

    def boot(*, ccid):
        monkeypatch.setattr(board, "CCID", ccid)
        monkeypatch.setattr(UsbBus, "current", None)
        runpy.run_path(str(BOOT))
        return UsbBus.current

    return boot


def test_a_board_is_a_ccid_reader_only_if_its_file_says_so(boot):
    assert boot(ccid=False) is None
    assert boot(ccid=True).is_active


def test_at_maintenance_it_is_none(boot):
    with pytest.raises(BoardReset):
        Device(lambda: 0).maintain()
    assert boot(ccid=True) is None
    Device(lambda: 0)  # what main.py makes: the note is read, once
    assert boot(ccid=True).is_active
