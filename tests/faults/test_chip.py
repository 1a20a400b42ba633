"""Fault matrix, the chip: at every command of a tap, on each bus, all that a PN532 may do wrong.

Ref: facts of drivers in the field (see kazashi/sim/faults.py); status codes: UM0701-02 §7.1.
"""

from functools import partial
from typing import NamedTuple

import pytest

from cells import in_each
from kazashi.errors import CardGone, ReaderHot, ReaderUnplugged, ReadInterrupted
from kazashi.sim import faults
from kazashi.sim.faults import once, report
from kazashi.sim.options import BUSES
from kazashi.sim.pn532 import Pn532
from kazashi_wire.messages import Fault, ResetCause
from rig import BoardReset, clock
from strange import CHIPS
from tapping import Way, expect, on_a_rig

IN_COMMUNICATE_THRU = 0x42  # the command that has a status

# What the person meets once the card is found. Before, all of it is mended unseen.
MENDED = None
FAULTS = {
    faults.lose_command: MENDED,
    faults.lose_acknowledgement: MENDED,
    faults.refuse_with_nack: MENDED,
    faults.damage_checksum: MENDED,
    faults.say_syntax_error: Fault.CHIP_REFUSED,
    faults.miss_wake_up: ReadInterrupted,
    faults.brown_out: ReadInterrupted,
    faults.get_stuck: ReadInterrupted,
    faults.die: Fault.CHIP_SILENT,
}
RETRY = (0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x09, 0x0B, 0x23)
LOST = (0x27, 0x29, 0x2A, 0x2B)
HOT = (0x0D, 0x2D)
OUR_MISTAKE = (0x07, 0x0A, 0x0E, 0x10, 0x12, 0x13, 0x14, 0x25, 0x26, 0x2C, 0x2E)
STATUSES = (
    dict.fromkeys(RETRY, MENDED)
    | dict.fromkeys(LOST, CardGone)
    | dict.fromkeys(HOT, ReaderHot)
    | dict.fromkeys(OUR_MISTAKE, Fault.CHIP_REFUSED)
)


class Place(NamedTuple):
    """The nth command that the chip gets in a tap. `step`: what the person waits for."""

    way: Way
    bus: str
    chip: type[Pn532]
    n: int
    step: str
    code: int


def commands_of_a_tap(way, bus, chip=Pn532):
    tapping, seen = on_a_rig(way, bus=bus, chip=chip), []
    tapping.rig.chip.disturb = lambda n, command: seen.append(
        Place(way, bus, chip, n, tapping.step, command[0])
    )
    assert tapping.outcome() is None
    return seen


def named(place):
    return f"{place.way.name}-{place.bus}-{place.n}"


WAYS = Way.ASKED, Way.ARMED, Way.ARMED_AT_424
COMMANDS = {(way, bus): commands_of_a_tap(way, bus) for way in WAYS for bus in BUSES}
PLACES = [place for commands in COMMANDS.values() for place in commands]
ON_AIR = [place for place in PLACES if place.code == IN_COMMUNICATE_THRU and place.bus == "spi"]
A_BLOCK = [place for place in ON_AIR if place.way is Way.ASKED][-4]  # of the certificate
STRANGE = [
    place
    for chip in CHIPS[1:]
    for bus in BUSES
    for place in commands_of_a_tap(Way.ASKED, bus, chip)
    if place.step == "plug in" or place.n % 4 == 0  # it is at the start that most are strange
]

at_every_command = pytest.mark.parametrize("place", PLACES, ids=named)
in_every_way = pytest.mark.parametrize(
    ("way", "bus"), COMMANDS, ids=[f"{way.name}-{bus}" for way, bus in COMMANDS]
)
at_every_exchange = pytest.mark.parametrize("place", ON_AIR, ids=lambda p: f"{p.way.name}-{p.n}")


def test_the_matrix_has_all_its_cells():
    over_spi = {way: len(COMMANDS[way, "spi"]) for way in WAYS}
    over_hsu = {way: len(COMMANDS[way, "hsu"]) for way in WAYS}
    assert over_spi == {
        Way.ASKED: 31,
        Way.ARMED: 31,
        Way.ARMED_AT_424: 32,  # the rate
    }
    # Its rate, and eight tests of the line.
    assert over_hsu == {way: count + 9 for way, count in over_spi.items()}
    assert {way: len(COMMANDS[way, "i2c"]) for way in WAYS} == over_spi
    assert len(FAULTS) * len(PLACES) == 9 * 309
    assert len(FAULTS) * len(STRANGE) == 9 * 242
    assert len(STATUSES) * len(ON_AIR) == 26 * 45
    assert len(PLACES) == 309  # restarts of the board with a chip that goes on


@at_every_command
def test_the_chip_goes_wrong_once(place):
    in_each(FAULTS, partial(goes_wrong_once, place))


@pytest.mark.parametrize(
    "place",
    STRANGE,
    ids=lambda p: f"{p.chip.__name__}-{named(p)}",
)
def test_a_strange_chip_goes_wrong_once(place):
    in_each(FAULTS, partial(goes_wrong_once, place))


def goes_wrong_once(place, fault):
    tapping = on_a_rig(place.way, bus=place.bus, chip=place.chip)
    chip = tapping.rig.chip
    chip.disturb = once(place.n, fault)
    error = tapping.outcome()
    expected = FAULTS[fault]
    if place.step in ("plug in", "find") and fault is not faults.die:
        expected = MENDED
    expect(error, expected, place.step)
    assert chip.commands > place.n  # it did happen
    if chip.stuck:
        chip.stuck = None  # another module in its place
        chip.reset()
    health = tapping.taps_again()
    if fault is faults.die and place.step != "plug in":  # no restart helps one that never answered
        assert (health.reboots, health.reset_cause) == (1, ResetCause.RECOVERY.name.lower())
    elif expected in (ReadInterrupted, Fault.CHIP_REFUSED):
        assert health.chip_resets == 1
    elif expected is MENDED and fault is not faults.say_syntax_error and place.step == "read":
        assert health.retries >= 1
        # R(NAK), and the block if it says it got none; a strange chip has retries of its own.
        assert health.retries <= 2 or place.chip is not Pn532


@at_every_exchange
def test_the_chip_reports_a_status(place):
    in_each(STATUSES, partial(reports_a_status, place))


def reports_a_status(place, status):
    tapping = on_a_rig(place.way)
    tapping.rig.chip.disturb = once(place.n, report(status))
    expected = STATUSES[status]
    if place.step == "find" and expected is not ReaderHot:
        expected = MENDED
    expect(tapping.outcome(), expected, place.step)
    if expected is ReaderHot:
        tapping.wait(10)
    health = tapping.taps_again()
    is_counted = place.step != "find"  # there, whether the card took the chip's leave is not asked
    assert (
        not is_counted
        or health.retries + health.repolls + health.field_offs + health.chip_resets > 0
    )


def test_a_chip_that_is_stuck_without_a_reset_line_is_said_to_be_silent():
    tapping = on_a_rig(with_reset=False)
    tapping.rig.chip.disturb = once(20, faults.get_stuck)
    expect(tapping.outcome(), Fault.CHIP_SILENT, "read")
    tapping.rig.unplug()  # what the message says: the power
    assert tapping.taps_again().reset_cause == "power on"


@in_every_way
def test_an_answer_from_before_a_soft_reset_is_not_taken_for_one_of_now(way, bus):
    """Without RSTPD_N the chip does not notice that the board starts again: esphome issue 3281."""
    in_each(COMMANDS[way, bus], restarts_without_the_chip)


def restarts_without_the_chip(place):
    tapping = on_a_rig(place.way, bus=place.bus, with_reset=False)

    def start_again(chip, command):
        chip.acknowledge()
        chip.answer(command)  # it waits to be fetched
        raise BoardReset

    tapping.rig.chip.disturb = once(place.n, start_again)
    expect(tapping.outcome(), ReaderUnplugged, place.step)
    assert tapping.taps_again().reboots == 1


def test_a_chip_with_a_field_that_is_too_hot_waits_before_it_is_on_again():
    tapping = on_a_rig()
    tapping.rig.chip.disturb = once(A_BLOCK.n, report(0x0D))
    expect(tapping.outcome(), ReaderHot, "read")
    assert not tapping.rig.air.is_on
    expect(tapping.outcome(), ReaderHot, "")
    tapping.wait(10)
    tapping.taps_again()


def test_heat_of_last_week_is_no_heat():
    """Ticks wrap in twelve days: what is older than six lies in the future."""
    tapping = on_a_rig()
    tapping.rig.chip.disturb = once(A_BLOCK.n, report(0x0D))
    expect(tapping.outcome(), ReaderHot, "read")
    tapping.wait(10)
    clock.s += 7 * 24 * 3600.0
    tapping.rig.watchdog.feed()
    tapping.taps_again()


def test_a_chip_that_fails_whenever_it_searches_is_said_to_be_silent():
    """As with a supply that gives way when the field goes on: no card helps."""
    tapping = on_a_rig()
    switch_on = bytes.fromhex("320101")
    tapping.rig.chip.disturb = lambda _index, command: (
        faults.brown_out if command == switch_on else None
    )
    expect(tapping.outcome(), Fault.CHIP_SILENT, "find")
    assert tapping.taps_again().reboots == 0
