"""What happens around a card: the field's pauses, and how long a card outlives its host."""

from itertools import pairwise

import pytest

from asking import WATCH, Board
from kazashi.sim.picc import BlockSettings
from kazashi_wire.messages import (
    CardFound,
    CardLost,
    Done,
    Examine,
    Failed,
    Fault,
    Keep,
    Rest,
    Rested,
    Show,
    Signal,
    Watch,
)
from rig import clock

FIELD_OFF, FIELD_ON = b"\x32\x01\x00", b"\x32\x01\x01"
SELECT = bytes.fromhex("00a4040c0ad392f000260100000001")
LEASE_S = WATCH.lease_s


@pytest.fixture
def board():
    return Board()


def commands_of(board):
    """[(when, command)] of all that the chip is given from now on."""
    commands = []
    board.chip.disturb = lambda _n, command: commands.append((clock.s, bytes(command)))
    return commands


def test_the_field_is_off_for_5_ms_before_it_goes_on(board):
    """Or halted cards stay halted: esphome issue 9875."""
    commands = commands_of(board)
    board.find_card()
    board.ask(WATCH)
    board.messages(20)
    gaps = [
        now - before
        for (before, first), (now, second) in pairwise(commands)
        if (first, second) == (FIELD_OFF, FIELD_ON)
    ]
    assert len(gaps) >= 2
    assert min(gaps) >= 0.005


def test_rest_is_answered_once_the_field_is_off_and_a_watch_at_once_after_it_waits(board):
    board.find_card()
    commands = commands_of(board)
    board.send(Rest(), WATCH)
    assert isinstance(board.messages()[0], Rested)
    rested_s = clock.s
    assert not board.air.is_on
    assert commands[-1][1] == FIELD_OFF
    assert rested_s - commands[-1][0] < 0.005
    board.messages(3)
    on_s = next(when for when, command in commands if command == FIELD_ON)
    assert on_s - rested_s >= 0.005


def test_a_card_has_5_ms_from_field_on_to_the_first_command(board):
    """ISO/IEC 14443-3 §5.2."""
    commands = commands_of(board)
    board.find_card()
    gaps = [now - before for (before, first), (now, _) in pairwise(commands) if first == FIELD_ON]
    assert gaps
    assert min(gaps) >= 0.005


@pytest.mark.parametrize(("fwi", "between"), [(8, 0), (11, 0), (12, 1), (14, 1)])
def test_nothing_is_set_between_attrib_and_the_first_command(fwi, between):
    """But for a card that may take over a second: if it is lost, a search is not to wait for it."""
    board = Board(blocks=BlockSettings(fwi=fwi))
    commands = commands_of(board)
    board.find_card()
    board.ask(board.command(SELECT))
    on_air = [i for i, (_, command) in enumerate(commands) if command[0] == 0x42]
    attrib = next(i for i in on_air if commands[i][1][1] == 0x1D)
    assert on_air[on_air.index(attrib) + 1] - attrib - 1 == between


def live_on(board, seconds):
    """Let that much time pass in the reader's own loop. What it says meanwhile."""
    end, said = clock.s + seconds, []
    while clock.s < end:
        said += board.messages()
    return said


def test_a_card_that_its_host_forgets_is_let_go_after_its_lease(board):
    board.find_card()
    assert live_on(board, LEASE_S - 0.5) == []
    assert live_on(board, 1.0) == [CardLost()]
    assert not board.air.is_on


@pytest.mark.parametrize("lease_s", [1, 3, 255])
def test_the_watch_says_how_long_the_lease_is(board, lease_s):
    board.ask(Watch(fastest=0, period_ms=0, lease_s=lease_s, order=b"\x02\x01"))
    assert isinstance(board.messages(3)[-1], CardFound)
    board.let_pass(lease_s - 0.5)
    assert board.messages(3) == []
    board.let_pass(1.0)
    assert board.messages(3) == [CardLost()]


@pytest.mark.parametrize("way", ["keep", "transmit"])
def test_a_request_with_the_cards_number_renews_the_lease(board, way):
    board.find_card()
    for _ in range(3):
        assert live_on(board, LEASE_S - 1) == []
        if way == "keep":
            assert board.ask(Keep(card=board.card)) == [Done()]
        else:
            assert board.ask(board.command(SELECT))[0].data == b"\x90\x00"
    assert live_on(board, LEASE_S + 0.5) == [CardLost()]


@pytest.mark.parametrize(
    "request_", [Keep(card=b"\0\0\0\1"), Show(signal=Signal.DONE)], ids=["keep", "show"]
)
def test_no_other_request_renews_the_lease(board, request_):
    board.find_card()
    live_on(board, LEASE_S - 1)
    board.ask(request_)
    assert CardLost() in live_on(board, 1.5)


def test_nothing_is_for_a_card_that_is_not_there(board):
    board.find_card()
    board.ask(Examine(examination=1))
    assert board.ask(Keep(card=board.card)) == [Failed(fault=Fault.NO_CARD, detail=0)]
