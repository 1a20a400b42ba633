"""The rules for udev: their grammar, and what they say of each device."""

import re

import pytest

from kazashi.usb.udev import rules
from program import command

# udev(7): KEY or KEY{NAME}, an operator, a quoted value.
PAIR = re.compile(r'([A-Z]+)(?:\{(\w+)\})?(==|!=|\+=|=)"([^"]*)"')
BOARD = {"SUBSYSTEM": "usb", "DEVTYPE": "usb_device", "idVendor": "2e8a", "idProduct": "0005"}
TTY = BOARD | {"SUBSYSTEM": "tty", "DEVTYPE": ""}


def parsed():
    for line in rules().splitlines():
        if not line.startswith("#"):
            pairs = [PAIR.fullmatch(each) for each in line.split(", ")]
            assert all(pairs), line
            yield [each.groups() for each in pairs]


def applied(device):
    """What the rules set for a device, by key."""
    found = {}
    for rule in parsed():
        wanted = [(name or key, value) for key, name, sign, value in rule if sign == "=="]
        if all(device.get(key, "") in value.split("|") for key, value in wanted):
            found |= {name or key: value for key, name, sign, value in rule if sign != "=="}
    return found


OWN = {"idVendor": "1209", "idProduct": "0001", "product": "Kazashi"}


@pytest.mark.parametrize("ids", [{}, OWN], ids=["MicroPython's IDs", "its owner's IDs"])
def test_a_reader_has_a_name_that_stays_and_is_left_alone_by_modem_manager(ids):
    assert applied(TTY | ids) == {
        "ID_MM_PORT_IGNORE": "1",
        "GROUP": "dialout",
        "MODE": "0660",
        "TAG": "uaccess",
        "SYMLINK": "kazashi-$attr{serial}",
        "LABEL": "kazashi_end",
    }
    assert applied(BOARD | ids)["ID_MM_DEVICE_IGNORE"] == "1"


@pytest.mark.parametrize("product", ["0003", "000f"])
def test_a_board_in_bootsel_mode_may_be_used(product):
    device = BOARD | {"idProduct": product}
    assert applied(device).items() >= {"TAG": "uaccess", "MODE": "0660"}.items()


@pytest.mark.parametrize("change", [{"idVendor": "2341"}, {"idProduct": "000a"}])
def test_other_devices_are_left_as_they_are(change):
    assert applied(TTY | change) == applied(BOARD | change) == {"LABEL": "kazashi_end"}
    assert applied(TTY | {"ACTION": "remove"})["GOTO"] == "kazashi_end"


def test_the_rules_are_printed_alone():
    done = command("list", "--udev")
    assert (done.returncode, done.stdout, done.stderr) == (0, rules(), "")
