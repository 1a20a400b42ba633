"""Who has the card: a PC/SC program, or a Watch of the serial link. Never both."""

import pytest

from asking import HELLO, WATCH
from ccid_host import (
    ABSENT,
    COME,
    DATA,
    FAILED,
    GONE,
    GOOD,
    MUTE,
    POWER_OFF,
    POWER_ON,
    SELECT,
    SELECT_PIN,
    SIGN,
    TRANSFER,
    VERIFY,
    Host,
)
from kazashi_wire.messages import Done, Examine, Failed, Fault, Rest, Rested, Welcome


@pytest.fixture
def host():
    return Host()


@pytest.fixture
def powered(host):
    host.until(COME)
    host.power_on()
    return host


def test_while_a_program_has_the_card_the_link_is_told_and_takes_nothing(powered):
    powered.transmit(SELECT, SELECT_PIN, VERIFY)
    assert isinstance(powered.link(HELLO)[-1], Welcome)
    assert isinstance(powered.link(Rest())[-1], Rested)
    for request in (WATCH, Examine(examination=2)):
        assert powered.link(request) == [Failed(fault=Fault.CARD_IN_USE, detail=0)]
    assert powered.transmit(SELECT_PIN, bytes.fromhex("00200080")) == GOOD


def test_while_the_link_has_the_card_the_slot_is_empty_and_the_pin_ends_between_them(powered):
    powered.transmit(SELECT, SELECT_PIN, VERIFY)
    powered.ask(POWER_OFF)
    powered.board.find_card()
    powered.until(GONE)
    assert powered.ask(POWER_ON) == (DATA, FAILED | ABSENT, MUTE, 0, b"")
    assert powered.ask(TRANSFER, SELECT)[1:3] == (FAILED | ABSENT, MUTE)
    command = powered.board.command
    assert powered.link(command(SIGN))[0].data != GOOD
    for data in (SELECT, SELECT_PIN, VERIFY):
        assert powered.link(command(data))[0].data == GOOD
    powered.link(Rest())
    powered.until(COME)
    powered.power_on()
    assert powered.transmit(SIGN) != GOOD


def test_a_serial_host_that_dies_loses_the_card_by_its_lease(host):
    host.board.find_card()
    lasted_s = host.until(COME)
    assert WATCH.lease_s <= lasted_s < WATCH.lease_s + 2


def test_a_serial_host_that_dies_in_its_search_loses_the_field_by_its_lease(host):
    host.board.air.clear()
    assert host.link(WATCH)[0] == Done()
    host.run(WATCH.lease_s + 0.5)
    host.board.rig.lay_down()
    assert host.until(COME) < 0.5
