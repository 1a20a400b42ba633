"""The whole firmware in this process, over a simulated chip whose time jumps ahead."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from asking import HELLO, WATCH, Board
from kazashi.sim.faults import report
from kazashi.sim.hostframe import ACK
from kazashi.sim.radio import Disturbance
from kazashi_wire.frame import Frame
from kazashi_wire.messages import (
    CardFound,
    CardRefused,
    Done,
    End,
    Failed,
    Fault,
    Handshake,
    Keep,
    Log,
    Maintain,
    Part,
    Refusal,
    Transmit,
    Watch,
    Welcome,
)


@pytest.mark.parametrize("with_irq", [True, False])
def test_a_tap_works_with_the_irq_line_and_without(with_irq):
    board = Board(with_irq=with_irq)
    assert board.ask(HELLO)[0].chip.hex() == "32010607"
    board.find_card()
    select = bytes.fromhex("00a4040c0ad392f000260100000001")
    answers = board.ask(board.command(is_last=1, data=select))
    assert answers == [Part(offset=0, data=b"\x90\x00"), End(size=2, mac=b"")]


def test_an_apdu_in_parts_reaches_the_card_whole():
    board = Board()
    board.find_card()
    select = bytes.fromhex("00a4040c0ad392f000260100000001")
    parts = [board.command(is_last=int(i == 14), data=select[i : i + 1]) for i in range(15)]
    assert board.ask(*parts)[0].data == b"\x90\x00"


def test_a_command_cut_short_by_another_request_fails_and_the_other_is_answered():
    board = Board()
    board.find_card()
    board.send(board.command(is_last=0, data=b"\x00\xa4"), number=7)
    board.send(HELLO, number=8)
    failed, welcome = board.messages()
    assert failed == Failed(fault=Fault.COMMAND_CUT, detail=0)
    assert isinstance(welcome, Welcome)


def test_the_parts_that_follow_a_failure_are_passed_over():
    board = Board()
    parts = [board.command(is_last=int(i == 3), data=b"\x00") for i in range(4)]
    assert board.ask(*parts) == [Failed(fault=Fault.NO_CARD, detail=0)]


def test_a_command_without_the_number_of_its_card_reaches_no_card():
    board = Board()
    board.find_card()
    air = board.air
    select = bytes.fromhex("00a4040c0ad392f000260100000001")
    another = bytes(octet ^ 1 for octet in board.card)
    exchanges = air.exchanges
    for stolen in (Transmit(is_last=1, card=another, data=select), Keep(card=another)):
        assert board.ask(stolen) == [Failed(fault=Fault.NO_CARD, detail=0)]
    assert air.exchanges == exchanges
    board.send(Transmit(is_last=0, card=board.card, data=select[:5]), number=9)
    board.send(Transmit(is_last=1, card=another, data=select[5:]), number=9)
    assert board.messages() == [Failed(fault=Fault.COMMAND_CUT, detail=0)]
    assert not air.is_on


def test_each_card_has_another_number():
    board = Board()
    numbers = set()
    for _ in range(8):
        board.find_card()
        numbers.add(board.card)
    assert len(numbers) == 8


def test_a_handshake_is_answered_with_no_session():
    assert Board().ask(Handshake(step=1, data=b"")) == [Failed(fault=Fault.NO_SESSION, detail=0)]


def test_an_acknowledgement_lost_within_verify_costs_one_try():
    board = Board()
    board.find_card()
    board.ask(board.command(is_last=1, data=bytes.fromhex("00a4040c0ad392f000260100000001")))
    execute, lost = board.chip._execute, []

    def execute_unacknowledged(command):
        execute(command)
        if command[0] == 0x42 and not lost:
            lost.append(board.chip._outgoing.popleft())

    board.chip._execute = execute_unacknowledged
    board.ask(board.command(is_last=1, data=bytes.fromhex("002000980439393939")))
    answers = board.ask(board.command(is_last=1, data=bytes.fromhex("00200098")))
    assert lost[0][1] == ACK
    assert answers[0].data == bytes.fromhex("63c2")


def test_several_cards_are_told_from_one_on_its_way():
    board = Board()
    garbled = [True, True]
    board.air.disturb = lambda *_: (
        Disturbance.ANSWER_GARBLED if garbled and len(garbled) and garbled.pop() else None
    )
    board.find_card()
    assert not garbled
    board.air.disturb = lambda *_: Disturbance.ANSWER_GARBLED
    assert board.ask(Watch(fastest=0, period_ms=0, lease_s=10, order=b"\x02"))[0] == Done()
    assert CardRefused(refusal=Refusal.SEVERAL_CARDS) in board.messages(5)


def test_a_chip_that_refuses_everything_does_not_stop_the_reader():
    board = Board()
    board.find_card()
    board.chip._commands.clear()
    answers = board.ask(WATCH) + board.messages(2)
    assert Fault.CHIP_REFUSED in [m.fault for m in answers if isinstance(m, Failed)]
    assert isinstance(board.ask(HELLO)[0], Welcome)


def test_a_chip_that_does_not_answer_is_named_and_asked_again_next_time():
    board = Board()
    board.chip.host_bytes, hears = (lambda data: None), board.chip.host_bytes
    assert board.ask(HELLO)[0].chip == bytes(4)
    assert board.ask(WATCH)[0].fault == Fault.CHIP_SILENT
    board.chip.host_bytes = hears
    board.find_card()
    board.chip.host_bytes = lambda data: None
    assert board.ask(HELLO, HELLO)[-1].chip == bytes(4)  # what it said before counts no more


def test_an_error_in_the_firmware_is_a_fault_and_a_log_line_without_its_text():
    board = Board()
    board.find_card()

    def break_down(*_):
        raise ValueError("00200098 04 31323334")

    board.firmware._watch._relay._isodep.send = break_down
    log, failed = board.ask(board.command(is_last=1, data=b"\x00\x20\x00\x98"))
    assert log == Log(text=b"ValueError")
    assert failed == Failed(fault=Fault.INTERNAL, detail=0)


REQUESTS = st.tuples(st.integers(0, 255), st.integers(0, 255), st.binary(max_size=40))
KNOWN = st.tuples(st.sampled_from([1, 2, 3, 4, 5]), st.integers(1, 255), st.binary(max_size=40))


# Maintain is obeyed, whatever it carries: the board starts again.
@settings(max_examples=100)
@given(st.lists(REQUESTS | KNOWN, max_size=8))
def test_no_requests_stop_the_reader(requests):
    assume(all(kind != Maintain.kind for kind, _, _ in requests))
    board = Board()
    for kind, number, payload in requests:
        board.port.to_reader += Frame(kind, number, payload).build()
    board.messages(2)
    board.send(HELLO, number=99)
    assert any(isinstance(m, Welcome) for m in board.messages())


@settings(max_examples=100)
@given(st.binary(max_size=300))
def test_no_bytes_stop_the_reader(noise):
    board = Board()
    board.firmware._link._last = 0
    board.port.to_reader += noise
    board.messages()
    while board.firmware._link._give_up_frame():
        board.firmware._answer()
    assert any(isinstance(m, Welcome) for m in board.ask(HELLO))


def test_done_comes_before_the_card():
    answers = Board().ask(WATCH)
    assert answers[0] == Done()


def test_a_card_that_comes_ten_minutes_after_the_watch_is_kept():
    board = Board()
    cards, board.air.cards[:] = list(board.air.cards), []
    board.ask(WATCH)
    for _ in range(100):
        board.let_pass(7)
        board.ask(Keep(card=bytes(4)))
    board.air.cards[:] = cards
    found = board.messages(4)
    assert isinstance(found[-1], CardFound)
    board.let_pass(3)
    assert board.messages(3) == []


def test_a_host_that_asks_again_does_not_keep_the_chip_from_cooling():
    board = Board()
    board.find_card()
    board.chip.disturb = lambda _n, command: report(0x0D) if command[0] == 0x42 else None
    assert board.ask(board.command(bytes.fromhex("00a40000")))[-1].fault == Fault.COOL_DOWN
    board.chip.disturb = lambda *_: None
    for _ in range(4):
        assert board.ask(WATCH)[0].fault == Fault.COOL_DOWN
        board.let_pass(1.5)
    assert board.ask(WATCH)[0] == Done()
