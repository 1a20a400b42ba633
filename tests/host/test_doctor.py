"""Each finding of the doctor has a fault that produces it, through the whole simulated reader."""

import socket

import pytest

from kazashi import doctor
from kazashi.discovery import connector
from kazashi.sim.ailments import FAULTS

CHECKS = [
    *("board", "MicroPython", "memory", "USB", "chip"),
    *("communication", "ROM", "RAM", "antenna", "field", "IRQ", "reset", "bus speed"),
    *("errors", "last reset"),
]
SPEEDS = {"spi": "3500 kbit/s", "hsu": "1288 kbit/s", "i2c": "419 kbit/s"}
# Fault: the checks that fail, what is seen, what to do.
FINDINGS = {
    "board": ("board", "pico, Raspberry Pi Pico 2 with RP2350", "kazashi flash"),
    "micropython": ("MicroPython", "micropython 1.19.1", "install MicroPython 1.23"),
    "memory": ("memory", "9.0 kB free", "unplug it"),
    "usb": ("USB", "16 stray bytes", "another USB cable"),
    "silent": ("chip", "nothing answers over spi", "switches to SPI"),
    "chip": ("chip", "PN533 2.7", "take a module with a PN532"),
    "clone": ("communication, ROM, RAM, antenna, IRQ, bus speed", "refuses", "a copy of the chip"),
    "line": ("communication, bus speed", "came back changed", "check each wire"),
    "loose": ("ROM", "the chip falls silent", "no wire is loose"),
    "rom": ("ROM", "fails its self test: ff", "power the module anew"),
    "ram": ("RAM", "fails its self test: ff", "power the module anew"),
    "antenna": ("antenna", "less than 25 mA", "a bad joint in the antenna"),
    "short": ("antenna", "more than 150 mA", "take metal away"),
    "field": ("field", "does not go on and off: 8080", "does not switch its antenna drivers"),
    "power": ("field", "the chip falls silent", "apart from the radio"),
    "irq": ("IRQ", "high while an answer waits", "wire the module's IRQ"),
    "reset": ("reset", "answers while RSTPD_N is low", "wire RSTPD_N, not RSTO"),
    "speed": ("bus speed", "8 said again", "shorten the wires"),
    "stuck": ("errors", "chip resets 1", "falls silent while it works"),
    "watchdog": ("last reset", "watchdog, 1 restarts", "report it with this list"),
    "recovery": ("last reset", "recovery, 1 restarts", "check the wire to RSTPD_N"),
}
# What ends the visit: nothing more can be asked.
ENDS = {
    "revision": ("reader speaks wire revision", "update the reader's firmware"),
    "stopped": ("firmware stopped (ImportError", "kazashi flash"),
    "prompt": ("MicroPython's prompt answers", "kazashi flash"),
    "hung": ("has not answered for 9 s", "unplug it"),
    "brownout": ("unplugged or restarted", "where it leaves as the field goes on"),
}


def examined(url):
    return list(doctor.findings(connector(url)))


def test_no_fault_is_without_its_test():
    assert {*FINDINGS, *ENDS} == set(FAULTS)


@pytest.mark.parametrize("bus", SPEEDS)
def test_a_good_reader_passes_every_check(interpreter, bus):
    found = examined(f"sim:?interpreter={interpreter}&bus={bus}&card=none")
    assert [finding for finding in found if not finding.ok or finding.remedy] == []
    assert [finding.check for finding in found] == CHECKS
    assert found[CHECKS.index("bus speed")].seen.startswith(SPEEDS[bus])


def test_a_card_left_on_the_reader_does_not_mislead_it():
    assert all(finding.ok for finding in examined("sim:?tap=0"))


@pytest.mark.parametrize("fault", FINDINGS)
def test_a_fault_is_found_and_no_other(fault):
    checks, seen, remedy = FINDINGS[fault]
    failed = [finding for finding in examined(f"sim:?fault={fault}") if not finding.ok]
    assert ", ".join(finding.check for finding in failed) == checks
    assert seen in failed[0].seen
    assert remedy in failed[0].remedy


@pytest.mark.parametrize("fault", ENDS)
def test_where_nothing_more_can_be_asked_the_doctor_says_why(fault):
    seen, remedy = ENDS[fault]
    last = examined(f"sim:?fault={fault}")[-1]
    assert (last.check, last.ok) == ("reader", False)
    assert seen in last.seen
    assert remedy in last.remedy


@pytest.mark.parametrize(
    ("bus", "first", "second"),
    [
        ("spi", "1 off and 2 on", "MOSI to MOSI"),
        ("hsu", "both off", "swap TX and RX"),
        ("i2c", "1 on and 2 off", "swap SDA and SCL"),
    ],
)
def test_a_silent_chip_brings_what_to_do_on_its_bus_most_likely_first(bus, first, second):
    chip = next(f for f in examined(f"sim:?fault=silent&bus={bus}") if f.check == "chip")
    assert chip.remedy.index(first) < chip.remedy.index(second) < chip.remedy.index("3.3 V")


@pytest.mark.parametrize("bus", SPEEDS)
def test_a_chip_that_was_never_heard_keeps_nobody_from_asking_the_rest(bus):
    checks = [finding.check for finding in examined(f"sim:?fault=silent&bus={bus}")]
    assert checks == [*CHECKS[:5], "errors", "last reset"]


def test_a_uart_that_cannot_climb_is_a_finding():
    found = {finding.check: finding for finding in examined("sim:?bus=hsu&hsu_max=115200")}
    assert found["bus speed"].seen.startswith("115.2 kbit/s: 8 of 8 longest frames came back whole")
    assert "shorten the wires" in found["bus speed"].remedy


def test_without_a_reader_it_says_what_to_plug_in():
    (finding,) = examined("/dev/nowhere")
    assert (finding.check, finding.ok) == ("reader", False)
    assert "/dev/nowhere" in finding.seen
    assert "carries data" in finding.remedy


def test_a_port_that_takes_and_says_nothing_is_no_reader():
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        (finding,) = examined(f"socket://127.0.0.1:{deaf.getsockname()[1]}")
    assert "has not answered" in finding.seen
