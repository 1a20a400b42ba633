"""Boards on USB, as pyserial lists their ports."""

from threading import Event

import pytest
from serial.tools.list_ports_common import ListPortInfo

from kazashi.errors import ReaderNotFound, SeveralReaders
from kazashi.reader import Reader
from kazashi.usb import ports
from kazashi.usb.ids import UsbId
from kazashi.usb.ports import Attached, attached, changes, own_ids
from said import raises

# isort: split
from kazashi.discovery import connector, serial_port

IDS = [(0x1209, 0xCA5A), (0x1209, 0x0001), (0x1209, 0xCA5A)]


def port(device, serial="E6605838834C5A2C", location="1-2.4:1.0", ids=(0x2E8A, 0x0005)):
    found = ListPortInfo(device)
    found.vid, found.pid = ids
    found.serial_number, found.location = serial, location
    found.description = "Board in FS mode"
    return found


@pytest.fixture
def listed(monkeypatch):
    """What pyserial lists: ports, or errors, each time that it is asked; the last one stays."""
    answers = []

    def comports():
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(ports.list_ports, "comports", comports)
    return answers


def test_a_board_has_its_serial_number_and_its_place_on_the_bus(listed):
    listed.append([port("/dev/ttyACM0")])
    serial = "E6605838834C5A2C"
    board = Attached(f"usb:{serial}", "/dev/ttyACM0", serial, "Board in FS mode", "1-2.4")
    assert attached() == [board]


def test_a_board_without_a_serial_number_is_named_by_its_port(listed):
    listed.append([port("COM3", serial=None, location=None)])
    assert [(board.url, board.serial, board.location) for board in attached()] == [("COM3", "", "")]


def test_a_board_with_ids_of_its_owner_is_known_by_its_name(listed):
    found = port("/dev/ttyACM0", ids=(0x1209, 0x0001))
    found.product = "Kazashi"
    listed.append([found, port("/dev/ttyACM1", ids=(0x1209, 0x0001))])
    assert [board.port for board in attached()] == ["/dev/ttyACM0"]


def test_a_board_with_ids_of_its_owner_and_no_name_is_found_by_its_serial_number(listed):
    listed.append([port("COM3", ids=(0x1209, 0x0001)), port("COM4", "another", ids=(1, 1))])
    assert attached() == []
    assert serial_port("usb:E6605838834C5A2C") == "COM3"
    with raises(ReaderNotFound):
        serial_port("usb:E6605838834C5A2D")


def test_the_ids_of_boards_with_ccid_are_known_each_once(listed):
    found = [port(f"/dev/ttyACM{at}", ids=ids) for at, ids in enumerate(IDS)]
    for each in found:
        each.product = "Kazashi"
    listed.append([*found, port("/dev/ttyACM9"), port("/dev/ttyS0", ids=(None, None))])
    assert own_ids() == [UsbId(0x1209, 0x0001), UsbId(0x1209, 0xCA5A)]


def test_other_devices_are_not_listed(listed):
    listed.append([port("/dev/ttyS0", ids=(None, None)), port("/dev/ttyACM1", ids=(0x2341, 5))])
    assert attached() == []


def test_of_two_boards_one_is_to_be_chosen(listed):
    listed.append([port("/dev/ttyACM10", "B"), port("/dev/ttyACM2", "A")])
    with raises(SeveralReaders, match="usb:A, usb:B"):
        Reader(connector(None))


@pytest.mark.parametrize("error", [TypeError("int() of None"), OSError(2, "gone")])
def test_a_device_that_leaves_while_it_is_looked_at_is_looked_at_again(listed, error):
    listed += [error, error, [port("/dev/ttyACM0")]]
    assert len(attached()) == 1
    listed[:] = [error]
    assert attached() == []


def test_boards_are_reported_as_they_come_and_go():
    looks = iter(["", "a", "a", "ab", "bc", ""])
    cancel = Event()

    def look():
        now = next(looks, None)
        if now is None:
            cancel.set()
        return now or ""

    said = [f"{'+' if come else '-'}{name}" for come, name in changes(look, cancel, period_s=0)]
    assert said == ["+a", "+b", "-a", "+c", "-b", "-c"]


def test_a_board_that_comes_back_at_another_port_left_and_came():
    here = port("/dev/ttyACM0"), port("/dev/ttyACM1")
    looks = iter([[each.device] for each in here])
    found = changes(lambda: next(looks), period_s=0)
    assert [next(found) for _ in range(3)] == [
        (True, "/dev/ttyACM0"),
        (False, "/dev/ttyACM0"),
        (True, "/dev/ttyACM1"),
    ]
