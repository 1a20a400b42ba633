"""What ends a program's session with a card in the middle: the bus, an abort, heat, the link."""

import struct

import pytest

from asking import HELLO, PERSON
from ccid import Stopped
from ccid_host import (
    ABORT,
    ABORTED,
    ABSENT,
    ACTIVE,
    CLASS_ABORT,
    COME,
    DATA,
    FAILED,
    GET_SLOT_STATUS,
    GONE,
    GOOD,
    HARDWARE,
    INACTIVE,
    MUTE,
    POWER_OFF,
    POWER_ON,
    SELECT,
    SELECT_KEY,
    SELECT_PIN,
    SIGN,
    SLOT_STATUS,
    TRANSFER,
    VERIFY,
    Host,
)
from kazashi.sim.faults import report
from kazashi.sim.jpki import Jpki
from kazashi.sim.picc import BlockSettings, TypeB
from kazashi_wire.messages import Failed, Log, Maintain, Welcome
from rig import BoardReset, clock
from usb_bus import EVENT


def powered(*cards, blocks=None):
    host = Host(*cards, blocks=blocks)
    host.until(COME)
    host.power_on()
    return host


@pytest.fixture
def verified():
    host = powered()
    assert host.transmit(SELECT, SELECT_PIN, VERIFY) == GOOD
    return host


def slow():
    """A card that takes 4.5 s for each command."""
    return powered(TypeB(Jpki(PERSON, command_s=4.5), BlockSettings(fwi=14)))


def begun():
    """The first packet of a command of 300 octets."""
    return struct.pack("<BIBB", TRANSFER, 300, 0, 9) + b"\0\0\0" + SELECT + bytes(54 - len(SELECT))


def test_after_a_reset_of_the_bus_another_host_hears_nothing_of_the_command_before():
    host = slow()
    host.bus.plans.append((clock.s + 0.5, host.bus.plug))
    host.send(TRANSFER, SELECT)
    host.run(9)
    assert host.bus.message() is None
    assert host.ask(GET_SLOT_STATUS) == (SLOT_STATUS, INACTIVE, 0, 0, b"")


@pytest.mark.parametrize("is_whole", [True, False])
def test_a_message_right_after_a_reset_of_the_bus_has_its_own_answer(is_whole):
    def plug():
        host.bus.plug()
        host.send(GET_SLOT_STATUS, number=77)

    host = slow()
    host.bus.plans.append((clock.s + 0.5, plug))
    if is_whole:
        host.send(TRANSFER, SELECT)
    else:
        host.bus.packets.append(begun())
    host.run(0.7)
    assert host.hear() == (SLOT_STATUS, 77, INACTIVE, 0, 0, b"")
    host.run(9)
    assert host.bus.message() is None
    assert host.power_on()


@pytest.mark.parametrize("is_whole", [True, False])
def test_a_board_that_is_off_the_bus_sends_and_awaits_nothing(is_whole):
    host = slow()
    host.bus.plans.append((clock.s + 0.5, host.bus.reset))
    if is_whole:
        host.send(TRANSFER, SELECT)
    else:
        host.bus.packets.append(begun())
    host.run(9)
    host.bus.plug()
    assert host.ask(GET_SLOT_STATUS)[2] == 0
    assert not [each for each in host.board.messages() if isinstance(each, (Failed, Log))]


@pytest.mark.parametrize(
    ("part", "kind"), [("off", POWER_OFF), ("off", POWER_ON), ("search", POWER_ON)]
)
def test_power_that_is_cut_short_leaves_a_card_that_has_no_pin_and_is_found(verified, part, kind):
    """As by an abort, in a wait for the chip."""

    def cut(*_):
        if part == "search":
            search()
        field.off, field.search = off, search
        raise Stopped(ABORTED)

    field = verified.ccid._field
    off, search = field.off, field.search
    setattr(field, part, cut)
    verified.ask(kind)
    verified.bus.heard[EVENT].clear()
    verified.run(1)
    assert GONE not in verified.bus.heard[EVENT]
    verified.power_on()
    assert verified.transmit(SELECT, SELECT_KEY, SIGN) == b"\x69\x82"


def test_an_abort_between_two_pieces_of_a_command_ends_it(verified):
    assert verified.ask(TRANSFER, SELECT[:5], extra=b"\0\1\0") == (DATA, ACTIVE, 0, 0x10, b"")
    verified.bus.request(CLASS_ABORT, 10 << 8)
    assert verified.ask(ABORT, number=10) == (SLOT_STATUS, INACTIVE, 0, 0, b"")
    verified.power_on()
    assert verified.transmit(SELECT, SELECT_KEY, SIGN) == b"\x69\x82"


def test_a_chip_that_is_too_hot_stays_dark_for_a_program_too(verified):
    verified.board.chip.disturb = lambda _n, command: report(0x0D) if command[0] == 0x42 else None
    assert verified.ask(TRANSFER, SELECT)[:3] == (DATA, FAILED | INACTIVE, HARDWARE)
    verified.board.chip.disturb = lambda *_: None
    assert verified.ask(POWER_ON)[1:3] == (FAILED | ABSENT, MUTE)
    assert not verified.board.air.is_on
    assert 4.5 < verified.until(COME) < 6.5
    verified.power_on()
    assert verified.transmit(SELECT, SELECT_KEY, SIGN) == b"\x69\x82"


def test_at_maintenance_a_program_leaves_no_card_in_the_field(verified):
    verified.board.send(Maintain())
    with pytest.raises(BoardReset):
        verified.board.messages()
    assert not verified.board.air.is_on


def test_a_program_that_never_pauses_leaves_the_link_its_turn(verified):
    for _ in range(40):
        verified.send(GET_SLOT_STATUS)
    verified.board.send(HELLO)
    turns = 0
    while not verified.board.port.to_host:
        turns += 1
        assert turns <= 20, "the link is not answered"
        verified.bus.carry()
        verified.board.firmware.step()
    assert isinstance(verified.board.messages()[-1], Welcome)
