"""An unmodified libccid in a pcscd of its own, on a simulated board's USB."""

import functools
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from interpreters import HAS_MICROPYTHON
from kazashi.pcsc.ccid_install import install
from kazashi.sim.options import Options
from kazashi.sim.pico import SimulatedPico
from kazashi.usb.ids import TEST
from pcscd import DRIVERS, Pcscd, needs
from site_waits import until

READER = "Kazashi card reader"
_BUNDLE = DRIVERS / "ifd-ccid.bundle"
_DRIVER = _BUNDLE / "Contents/Linux/libccid.so"
_SEEN = "Card ATR:"  # in pcscd's log, when it has powered a card that has come
_LEVELS = "0x0003"  # CRITICAL and INFO

INTERPRETERS = [
    "cpython",
    pytest.param(
        "micropython",
        marks=pytest.mark.skipif(not HAS_MICROPYTHON, reason="no unix MicroPython here"),
    ),
]


def needs_libccid(*programs):
    return needs("gcc", "pcsc_scan", *programs, drivers=(_DRIVER,))


@functools.cache
def _libusb():
    """A folder with the stand-in for libusb, compiled."""
    folder = Path(tempfile.mkdtemp(prefix="libusb-"))
    source = Path(__file__).parent / "pcsc/libusb.c"
    library = folder / "libusb-1.0.so.0"
    flags = ("-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", "-Wl,-soname,libusb-1.0.so.0")
    subprocess.run(["gcc", *flags, "-o", library, source, "-lpthread"], check=True)
    return folder


def free_address():
    """One that stays free: all of 127.0.0.0/8 is this computer, on Linux, and other processes take
    no port of this address.
    """
    pid = os.getpid()
    host = f"127.{128 + (pid >> 16)}.{pid >> 8 & 0xFF}.{pid & 0xFF}"
    with socket.create_server((host, 0)) as server:
        return f"{host}:{server.getsockname()[1]}"


@contextmanager
def pcscd_for(address, folder, *, slow=1):
    """A pcscd whose libccid finds its one reader at `address`."""
    drivers = folder / "drivers"
    shutil.copytree(_BUNDLE, drivers / _BUNDLE.name)
    install(drivers / _BUNDLE.name / "Contents/Info.plist", TEST)
    vid, pid = str(TEST).lower().split(":")  # see stand_ins/board.py
    readers = f"""\
FRIENDLYNAME "{READER}"
DEVICENAME usb:{vid}/{pid}:libusb-1.0:1:2:2
LIBPATH {_DRIVER}
CHANNELID 0
"""
    environment = {
        "PCSCLITE_HP_DROPDIR": str(drivers),
        "LD_LIBRARY_PATH": str(_libusb()),
        "LIBCCID_ifdLogLevel": _LEVELS,
        "KAZASHI_USB": address,
        "KAZASHI_USB_SLOW": str(slow),
    }
    with Pcscd(folder, readers, environment) as pcscd:
        yield pcscd


class Plugged:
    """A simulated board on USB, with the pcscd that drives it. `pipe` is its serial port."""

    def __init__(self, folder, **options):
        self.address = free_address()
        self.pico = SimulatedPico(Options(usb=self.address, card="none", **options))
        self._folder = folder
        self._plug()

    def _plug(self):
        self.pipe = self.pico.connect()
        _await(self.address)
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        self._stack = pcscd_for(self.address, folder)
        self.pcscd = self._stack.__enter__()

    def lay(self, *cards):
        """Lay other cards on the reader, once it has noticed that the last ones are gone."""
        air = self.pico.air
        if air.cards:
            seen = self.pcscd.log.count("Card Removed")
            air.clear()
            self.pcscd.wait_until(lambda: self.pcscd.log.count("Card Removed") > seen, "removal")
        if cards:
            seen = self.pcscd.log.count(_SEEN)
            for card in cards:
                air.place(card)
            self.pcscd.wait_until(lambda: self.pcscd.log.count(_SEEN) > seen, "insertion")

    def restart(self):
        """Plug the board in again; another pcscd, since there is no hot-plug without udev."""
        self._stack.__exit__(None, None, None)
        self.pipe.close()
        self.pico.air.clear()
        self._plug()

    @contextmanager
    def connected(self, disposition=0):
        """A connection of pyscard to the card; `disposition` of the card at its end."""
        from smartcard.System import readers

        connection = readers()[0].createConnection()
        connection.connect(disposition=disposition)
        try:
            yield connection
        finally:
            connection.disconnect()
            connection.release()  # it would do so itself, at some time after the service is gone

    def __enter__(self):
        return self

    def __exit__(self, *raised):
        try:
            self._stack.__exit__(*raised)
        finally:
            self.pipe.close()


def _await(address):
    """Wait until the board listens, by /proc: a connection of our own would be its USB host."""
    host, _, port = address.partition(":")
    number = int.from_bytes(socket.inet_aton(host), sys.byteorder)
    listening = f"{number:08X}:{int(port):04X} 00000000:0000 0A"
    until(lambda: listening in Path("/proc/net/tcp").read_text())
