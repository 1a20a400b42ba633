"""Each finding of the doctor has a fault that produces it, through the whole simulated reader."""

import socket
import sys
from types import SimpleNamespace

import pytest

from desk import Desk
from kazashi import doctor
from kazashi.discovery import connector
from kazashi.doctor import Level
from kazashi.errors import SeveralReaders
from kazashi.sim import hostframe
from kazashi.sim.ailments import FAULTS
from kazashi_wire.messages import Examine

CHECKS = [
    *("board", "MicroPython", "memory", "USB", "chip"),
    *("communication", "ROM", "RAM", "antenna", "field", "IRQ", "reset", "bus speed"),
    *("errors", "last reset"),
]
SPEEDS = {"spi": "3500 kbit/s", "hsu": "1288 kbit/s", "i2c": "400 kbit/s"}
# Fault: the checks that do not pass, what is seen, what to do.
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
WARNINGS = ("clone", "antenna")  # cards may be read all the same
# What ends the visit: nothing more can be asked.
ENDS = {
    "revision": ("reader speaks revision", "update the reader's firmware"),
    "stopped": ("firmware stopped (ImportError", "kazashi flash"),
    "prompt": ("MicroPython's prompt answers", "kazashi flash"),
    "hung": ("has not answered for 9 s", "unplug it"),
    "brownout": ("unplugged or has restarted", "where it leaves as the field goes on"),
}


def examined(url):
    return list(doctor.findings(connector(url)))


def is_ok(finding):
    return finding.level is Level.OK


def failed(desk):
    return [finding for finding in doctor.findings(desk.connect) if not is_ok(finding)]


def answering(start, data):
    """A chip that says no more than `data` to the commands that begin so."""

    def answer(chip, command):
        chip.acknowledge()
        chip.say(hostframe.answer(command[0], data), 0.001)

    return lambda _, command: answer if command.startswith(start) else None


def test_no_fault_is_without_its_test():
    assert {*FINDINGS, *ENDS} == set(FAULTS)


@pytest.mark.parametrize("bus", SPEEDS)
def test_a_good_reader_passes_every_check(interpreter, bus):
    found = examined(f"sim:?interpreter={interpreter}&bus={bus}&card=none")
    assert [finding for finding in found if not is_ok(finding) or finding.remedy] == []
    assert [finding.check for finding in found] == CHECKS
    assert found[CHECKS.index("bus speed")].seen.startswith(SPEEDS[bus])


def test_a_card_left_on_the_reader_does_not_mislead_it():
    assert all(is_ok(finding) for finding in examined("sim:?tap=0"))


@pytest.mark.parametrize("fault", FINDINGS)
def test_a_fault_is_found_and_no_other(fault):
    checks, seen, remedy = FINDINGS[fault]
    found = [finding for finding in examined(f"sim:?fault={fault}") if not is_ok(finding)]
    assert ", ".join(finding.check for finding in found) == checks
    assert seen in found[0].seen
    assert remedy in found[0].remedy
    level = Level.WARNING if fault in WARNINGS else Level.FAILURE
    assert {finding.level for finding in found} == {level}


@pytest.mark.parametrize("fault", ENDS)
def test_where_nothing_more_can_be_asked_the_doctor_says_why(fault):
    seen, remedy = ENDS[fault]
    last = examined(f"sim:?fault={fault}")[-1]
    assert (last.check, last.level) == ("reader", Level.FAILURE)
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
    assert checks == [*CHECKS[:5], "last reset"]


@pytest.mark.parametrize("bus", SPEEDS)
def test_a_line_that_damages_long_frames_is_found_on_each_bus(bus):
    failed = [f.check for f in examined(f"sim:?fault=speed&bus={bus}") if not is_ok(f)]
    assert failed == ["bus speed"]


def test_a_uart_that_cannot_climb_is_a_finding():
    found = {finding.check: finding for finding in examined("sim:?bus=hsu&hsu_max=115200")}
    assert found["bus speed"].seen.startswith("115.2 kbit/s: 8 of 8 longest frames came back whole")
    assert "shorten the wires" in found["bus speed"].remedy


def test_without_a_reader_it_says_what_to_plug_in():
    (finding,) = examined("/dev/nowhere")
    assert (finding.check, finding.level) == ("reader", Level.FAILURE)
    assert "/dev/nowhere" in finding.seen
    assert "carries data" in finding.remedy


def test_a_port_that_takes_and_says_nothing_is_no_reader():
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        (finding,) = examined(f"socket://127.0.0.1:{deaf.getsockname()[1]}")
    assert "has not answered" in finding.seen


def test_several_readers_are_named_to_choose_one():
    def connect():
        raise SeveralReaders(["usb:1", "usb:2"])

    (finding,) = doctor.findings(connect)
    assert finding.seen == "several readers are attached"
    assert finding.remedy == "choose one with --reader: usb:1, usb:2"


@pytest.mark.parametrize(
    ("machine", "checks"),
    [
        ("Raspberry Pi Pico with RP2040", []),
        ("Raspberry Pi Pico W with RP2040", ["board"]),
        ("Raspberry Pi Pico2 with RP2350", ["board"]),
    ],
)
def test_the_firmware_of_another_board_is_found_by_what_micropython_calls_it(
    monkeypatch, machine, checks
):
    runs_on = SimpleNamespace(**vars(sys.implementation), _machine=machine)
    monkeypatch.setattr(sys, "implementation", runs_on)
    assert [finding.check for finding in failed(Desk())] == checks


@pytest.mark.parametrize(
    ("start", "check"),
    [
        (b"\x00\x01", "ROM"),
        (b"\x00\x07", "antenna"),
        (b"\x06\x61\x0c", "antenna"),
        (b"\x06\x63\x04", "field"),
    ],
)
def test_a_copy_of_the_chip_that_answers_with_nothing_refuses_it(start, check):
    desk = Desk()
    desk.chip.disturb = answering(start, b"")
    (finding,) = failed(desk)
    assert (finding.check, finding.seen) == (check, "the chip refuses it")


def test_a_chip_that_is_too_hot_is_a_finding():
    desk = Desk()
    desk.chip.disturb = answering(b"\x00\x00", b"\x0d")
    found = failed(desk)
    assert [finding.check for finding in found] == ["communication", "IRQ", "bus speed"]
    assert {finding.seen for finding in found} == {"the chip says that it is too hot"}
    assert "wait for ten seconds" in found[0].remedy


def test_what_was_found_is_kept_where_the_reader_refuses_the_next_question():
    desk = Desk()
    pipe = desk.connect()
    examine = desk.firmware._handlers[Examine.kind]
    asked = []

    def examine_thrice():
        asked.append(1)
        desk.firmware._refuse() if len(asked) > 3 else examine()

    desk.firmware._handlers[Examine.kind] = examine_thrice
    found = list(doctor.findings(lambda: pipe))
    assert [finding.check for finding in found] == [*CHECKS[:6], "reader"]
    assert "does not know the request" in found[-1].seen
    assert "update its firmware" in found[-1].remedy
