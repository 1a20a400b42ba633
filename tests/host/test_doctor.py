"""Each finding of the doctor has a fault that produces it, through the whole simulated reader."""

import socket
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest

import said
from kazashi import doctor
from kazashi.discovery import connector
from kazashi.doctor import Level
from kazashi.errors import SeveralReaders
from kazashi.flashing import repl
from kazashi.reader import Reader
from kazashi.sim import hostframe
from kazashi.sim.ailments import CHIP, FAULTS, WIRES, ailing
from kazashi.sim.board import Pins
from kazashi.sim.dialogue import Stuck
from kazashi.words import Language
from kazashi_wire.messages import Examination, Examine
from rig import Rig, board

CHECKS = [
    *("board", "MicroPython", "memory", "USB", "chip"),
    *("communication", "ROM", "RAM", "antenna", "field", "IRQ", "reset", "bus speed"),
    *("errors", "last reset"),
]
PINS = Pins.of(Path(board.__file__).parent)
ON_A_RIG = {*CHIP, *WIRES} - {"brownout"}  # the other faults are of the board and its process
SPEEDS = {"spi": "3500 kbit/s", "hsu": "1288 kbit/s", "i2c": "400 kbit/s"}
# Fault: the checks that do not pass, what is seen, what to do.
FINDINGS = {
    "board": ("board", "pico, Raspberry Pi Pico 2 with RP2350", "kazashi flash"),
    "micropython": ("MicroPython", "micropython 1.19.1", "install MicroPython 1.23"),
    "memory": ("memory", "9.0 kB free", "unplug it"),
    "usb": ("USB", "16 stray bytes", "another USB cable"),
    "silent": ("chip", "nothing answers over spi", "switches to SPI"),
    "chip": ("chip", "PN533 2.7", "take a module with a PN532"),
    "clone": ("communication, ROM, RAM, antenna, IRQ, bus speed", "refuses", "probably a clone"),
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
    "hung": ("has not answered for 0.5 s", "unplug it"),
    "brownout": ("unplugged or has restarted", "if it leaves as the field goes on"),
}
SILENT = ("prompt", "hung")


@cache
def examined(url):
    """What is found on a simulated reader: a process, in real time."""
    return list(doctor.findings(connector(url)))


@cache
def examined_on_a_rig(fault="", bus="spi"):
    """What is found on a reader in this process, in virtual time."""
    rig = Rig(bus=bus)
    CHIP.get(fault, lambda _: None)(rig.chip)
    wired = ailing(PINS, fault)
    look, reset = rig._irq, rig._set_reset
    rig._irq = lambda: look() or wired.irq is None
    rig._set_reset = lambda value: reset(value or wired.reset is None)

    def connect():
        pipe = rig.connect()
        rig.with_irq = wired.irq is not None  # what the pin says; the bus goes on trusting it
        return pipe

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(board, "BUS", bus)
        return list(doctor.findings(connect))


def is_ok(finding):
    return finding.level is Level.OK


def is_bad(finding):
    return finding.level in (Level.WARNING, Level.FAILURE)


def japanese(finding):
    """Both parts of what is said of it."""
    return finding.seen(Language.JAPANESE), finding.remedy(Language.JAPANESE)


def failed(rig):
    return [finding for finding in doctor.findings(rig.connect) if is_bad(finding)]


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
    assert [finding for finding in found if not is_ok(finding) or said.remedy(finding)] == []
    assert [finding.check for finding in found] == CHECKS
    assert said.seen(found[CHECKS.index("bus speed")]).startswith(SPEEDS[bus])


def test_a_card_left_on_the_reader_does_not_mislead_it():
    assert all(is_ok(finding) for finding in examined("sim:?tap=0"))


@pytest.mark.parametrize("fault", FINDINGS)
def test_a_fault_is_found_and_no_other(fault):
    is_on_a_rig = fault in ON_A_RIG
    found = examined_on_a_rig(fault) if is_on_a_rig else examined(f"sim:?fault={fault}")
    expect_only(fault, [finding for finding in found if is_bad(finding)])


@pytest.mark.parametrize("fault", ["silent", "reset"])
def test_a_fault_of_chip_or_wires_is_one_of_the_simulated_reader_too(fault):
    expect_only(fault, [finding for finding in examined(f"sim:?fault={fault}") if is_bad(finding)])


def expect_only(fault, found):
    """`found` is all of a fault, with its remedy."""
    checks, seen, remedy = FINDINGS[fault]
    assert ", ".join(finding.check for finding in found) == checks
    assert seen in said.seen(found[0])
    assert remedy in said.remedy(found[0])
    level = Level.WARNING if fault in WARNINGS else Level.FAILURE
    assert {finding.level for finding in found} == {level}
    assert all("。" in japanese(finding)[1] for finding in found)


@pytest.mark.parametrize("fault", ENDS)
def test_where_nothing_more_can_be_asked_the_doctor_says_why(request, monkeypatch, fault):
    if fault in SILENT:
        request.getfixturevalue("impatient")
        monkeypatch.setattr(repl, "_ANSWER_S", 0.5)  # "prompt" answers no question
    seen, remedy = ENDS[fault]
    last = examined(f"sim:?fault={fault}")[-1]
    assert (last.check, last.level) == ("reader", Level.FAILURE)
    assert seen in said.seen(last)
    assert remedy in said.remedy(last)
    assert japanese(last)[0].endswith("。")
    assert "ください" in japanese(last)[1]


@pytest.mark.parametrize(
    ("bus", "first", "second"),
    [
        ("spi", "1 off and 2 on", "MOSI to MOSI"),
        ("hsu", "both off", "swap TX and RX"),
        ("i2c", "1 on and 2 off", "swap SDA and SCL"),
    ],
)
def test_a_silent_chip_brings_what_to_do_on_its_bus_most_likely_first(bus, first, second):
    chip = next(f for f in examined_on_a_rig("silent", bus) if f.check == "chip")
    places = [said.remedy(chip).index(step) for step in (first, second, "3.3 V")]
    assert places == sorted(places)
    assert len(japanese(chip)[1].splitlines()) == len(said.remedy(chip).splitlines()) == 4


@pytest.mark.parametrize("bus", SPEEDS)
def test_a_chip_that_was_never_heard_keeps_nobody_from_asking_the_rest(bus):
    found = examined_on_a_rig("silent", bus)
    assert [finding.check for finding in found] == [*CHECKS[:5], "last reset"]


@pytest.mark.parametrize("fault", ["silent", "chip"])
def test_nothing_is_called_well_if_there_is_no_pn532(fault):
    levels = {f.check: f.level for f in examined_on_a_rig(fault)}
    assert levels.pop("chip") is Level.FAILURE
    assert set(levels.values()) == {Level.NOTED}


@pytest.mark.parametrize("bus", SPEEDS)
def test_a_line_that_damages_long_frames_is_found_on_each_bus(bus):
    failed = [f.check for f in examined_on_a_rig("speed", bus) if not is_ok(f)]
    assert failed == ["bus speed"]


def test_a_uart_that_cannot_climb_is_a_finding():
    found = {finding.check: finding for finding in examined("sim:?bus=hsu&hsu_max=115200")}
    speed = found["bus speed"]
    assert said.seen(speed).startswith("115.2 kbit/s: 8 of 8 longest frames came back whole")
    assert "shorten the wires" in said.remedy(speed)


def test_without_a_reader_it_says_what_to_plug_in():
    (finding,) = examined("/dev/nowhere")
    assert (finding.check, finding.level) == ("reader", Level.FAILURE)
    assert "/dev/nowhere" in said.seen(finding)
    assert "carries data" in said.remedy(finding)


def test_a_port_that_takes_and_says_nothing_is_no_reader(impatient):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        (finding,) = examined(f"socket://127.0.0.1:{deaf.getsockname()[1]}")
    assert "has not answered" in said.seen(finding)


def test_several_readers_are_named_to_choose_one():
    def connect():
        raise SeveralReaders(["usb:1", "usb:2"])

    (finding,) = doctor.findings(connect)
    assert said.seen(finding) == "several readers are attached"
    assert said.remedy(finding) == "choose one with --reader: usb:1, usb:2"


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
    assert [finding.check for finding in failed(Rig())] == checks


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
    rig = Rig()
    rig.chip.disturb = answering(start, b"")
    (finding,) = failed(rig)
    assert (finding.check, said.seen(finding)) == (check, "the chip refuses it")


def test_a_chip_that_is_too_hot_is_a_finding():
    rig = Rig()
    rig.chip.disturb = answering(b"\x00\x00", b"\x0d")
    found = failed(rig)
    assert [finding.check for finding in found] == ["communication", "IRQ", "bus speed"]
    assert {said.seen(finding) for finding in found} == {"the chip says that it is too hot"}
    assert "wait for ten seconds" in said.remedy(found[0])


def test_a_bus_that_this_host_does_not_know_has_a_remedy_too(monkeypatch):
    monkeypatch.setattr(board, "BUS", "can")
    rig = Rig()
    rig.chip.stuck = Stuck.FOR_EVER
    (finding,) = failed(rig)
    assert said.seen(finding) == "nothing answers over can"
    assert "against the board's page" in said.remedy(finding)


@pytest.mark.parametrize("size", range(8))
@pytest.mark.parametrize("examination", Examination)
def test_an_examination_that_says_too_little_is_a_finding(monkeypatch, examination, size):
    whole = Reader.examine

    def examine(reader, which, *limits):
        examined = whole(reader, which, *limits)
        return replace(examined, seen=examined.seen[:size]) if which == examination else examined

    monkeypatch.setattr(Reader, "examine", examine)
    for finding in doctor.findings(Rig().connect):
        assert all(japanese(finding)) or not is_bad(finding)


def test_what_was_found_is_kept_where_the_reader_refuses_the_next_question():
    rig = Rig()
    pipe = rig.connect()
    examine = rig.firmware._handlers[Examine.kind]
    asked = []

    def examine_thrice():
        asked.append(1)
        rig.firmware._refuse() if len(asked) > 3 else examine()

    rig.firmware._handlers[Examine.kind] = examine_thrice
    found = list(doctor.findings(lambda: pipe))
    assert [finding.check for finding in found] == [*CHECKS[:6], "reader"]
    assert "does not know the request" in said.seen(found[-1])
    assert "update its firmware" in said.remedy(found[-1])
