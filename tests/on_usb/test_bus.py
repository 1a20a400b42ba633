"""Devices that have no serial port, and details of those that have one, through pyusb itself."""

import json

import libusb_package
import pytest
import usb.backend.libusb1
from serial.tools.list_ports_common import ListPortInfo

from fake_usb import CCID, CDC, CDC_DATA, STORAGE, VENDOR_SPECIFIC, FakeBackend, FakeDevice
from kazashi import doctor
from kazashi.cli import doctor as doctor_command
from kazashi.errors import NotInstalled
from kazashi.usb import bus, ports
from kazashi.usb.bus import Details, bootsel_boards, details
from kazashi.usb.ports import Attached
from kazashi.words import Language
from program import command
from said import raises

BOOTSEL = ((STORAGE, (0x81, 0x02)), (VENDOR_SPECIFIC, (0x03, 0x84)))
READER = ((CDC, (0x81,)), (CDC_DATA, (0x02, 0x82)))


@pytest.fixture
def attach(monkeypatch):
    """Attaches devices: libusb shows these."""

    def put(*devices):
        backend = FakeBackend(*devices)
        monkeypatch.setattr(libusb_package, "get_libusb1_backend", lambda: backend)
        return backend

    return put


@pytest.fixture
def port(monkeypatch):
    """The serial port of a reader at 1-2.4."""
    info = ListPortInfo("/dev/ttyACM0")
    info.vid, info.pid, info.location = 0x2E8A, 0x0005, "1-2.4:1.0"
    info.manufacturer, info.product, info.serial_number = "MicroPython", "Board in FS mode", "E66"
    info.description = info.product
    monkeypatch.setattr(ports.list_ports, "comports", lambda: [info])
    return info


def test_the_real_libusb_is_there_and_lists_what_it_sees():
    assert isinstance(libusb_package.get_libusb1_backend(), usb.backend.libusb1._LibUSB)
    assert all(board.bootsel for board in bootsel_boards())


@pytest.mark.parametrize(("product", "chip"), [(0x0003, "RP2040"), (0x000F, "RP2350")])
def test_a_board_in_bootsel_mode_has_its_chip_and_place_and_no_port(attach, product, chip):
    attach(
        FakeDevice(product, interfaces=BOOTSEL), FakeDevice(0x0005), FakeDevice(3, vendor=0x2341)
    )
    board = Attached("", "", "", f"{chip} in BOOTSEL mode", "1-2.4", chip)
    assert bootsel_boards() == [board]


def test_without_the_extra_no_board_in_bootsel_mode_is_listed(attach, monkeypatch):
    attach(FakeDevice(0x0003))
    monkeypatch.setattr(bus, "find_spec", lambda _: None)
    assert bootsel_boards() == []


@pytest.mark.parametrize("lacking", ["usb.core", "libusb_package"])
def test_what_is_missing_names_the_extra(monkeypatch, lacking):
    def refuse(name):
        if name == lacking:
            raise ModuleNotFoundError(name=name)

    monkeypatch.setattr(bus, "import_module", refuse)
    with raises(NotInstalled, match=r"kazashi\[usb\]"):
        details_of_any()


def test_a_libusb_that_cannot_be_loaded_is_missing(monkeypatch):
    monkeypatch.setattr(libusb_package, "get_libusb1_backend", lambda: None)
    with raises(NotInstalled, match=r"libusb-1.0 is not installed"):
        details_of_any()


def details_of_any():
    return bus.devices(0x2E8A, 0x0003)


def test_boards_in_bootsel_mode_are_listed_beside_readers(attach, port):
    attach(FakeDevice(0x0003, address=8, ports=(3,)))
    boards = json.loads(command("list", "--json").stdout)
    assert [(each["url"], each["location"], each["bootsel"]) for each in boards] == [
        ("usb:E66", "1-2.4", ""),
        ("", "1-3", "RP2040"),
    ]
    assert "RP2040 in BOOTSEL mode" in command("list").stdout


def test_a_board_that_leaves_while_it_is_listed_is_not_there(attach, monkeypatch):
    def leaves(*_):
        raise OSError

    monkeypatch.setattr(attach(), "enumerate_devices", leaves)
    assert bootsel_boards() == []


@pytest.mark.parametrize("has_ccid", [False, True])
def test_a_reader_has_details_of_its_device(attach, port, has_ccid):
    interfaces = (*READER, (CCID, (0x03, 0x83, 0x84))) if has_ccid else READER
    attach(
        FakeDevice(0x0005, interfaces=interfaces),
        FakeDevice(0x0005, address=9, ports=(1,), interfaces=BOOTSEL),
    )
    seen = Details("MicroPython", "Board in FS mode", "1-2.4", 1, 7, 12.0, has_ccid)
    assert details("/dev/ttyACM0") == seen
    assert details("/dev/ttyACM1") is None


def test_the_only_device_is_taken_if_the_system_hides_its_place(attach, port):
    port.location = None
    attach(FakeDevice(0x0005, ports=(), interfaces=READER))
    assert details("/dev/ttyACM0").location == ""
    attach(FakeDevice(0x0005, ports=()), FakeDevice(0x0005, ports=(), address=8))
    assert details("/dev/ttyACM0") is None


def test_a_reader_that_leaves_has_no_ccid(attach, port):
    device = FakeDevice(0x0005, interfaces=((CCID, ()),))
    device.is_there = False
    attach(device)
    assert not details("/dev/ttyACM0").has_ccid


def test_the_doctor_says_what_the_bus_knows_also_of_a_reader_that_does_not_answer(attach, port):
    attach(FakeDevice(0x0005, interfaces=(*READER, (CCID, ()))))
    done = command("doctor", "--json", "--reader", "usb:E66")
    device, reader = json.loads(done.stdout)
    assert (device["check"], device["level"]) == ("USB device", "noted")
    assert device["seen"] == (
        "Board in FS mode of MicroPython, 12 Mbit/s, bus 1, address 7; a CCID reader, too"
    )
    assert "E66" not in device["seen"]
    assert reader["level"] == "failure"


def test_a_finding_about_the_device_is_said_in_japanese():
    finding = doctor._device(Details("MicroPython", "Board", "", 1, 2, 12.0, False))
    assert finding.seen(Language.JAPANESE) == (
        "MicroPython の Board、12 Mbit/s、バス 1、アドレス 2"
    )


@pytest.mark.parametrize("url", ["sim:", "pico:x", "socket://localhost:1", "usb:NOSUCH", None])
def test_a_reader_that_has_no_port_has_no_device(attach, monkeypatch, url):
    attach(FakeDevice(0x0005))
    monkeypatch.setattr(ports.list_ports, "comports", list)
    assert doctor_command._device(url) is None
