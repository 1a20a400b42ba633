"""How long somebody waits between laying a card down and hearing that it is found."""

from random import Random
from statistics import mean

import pytest

from bench.reader import WATCH, Reader
from kazashi.sim.jpki import Jpki
from kazashi.sim.person import Person
from kazashi.sim.picc import TypeA, TypeB
from kazashi_wire.messages import BitRate, CardFound, Done, Fault, Technology, Watch
from rig import clock

PERSON = Person(1600)
TAPS = 60
EVERYTHING = (Technology.TYPE_B, Technology.TYPE_A, Technology.APPLE_ECP)


def found_after_s(kind, fastest, moment_s, order=(Technology.TYPE_B, Technology.TYPE_A)):
    """Seconds of simulated time; the card is laid down `moment_s` after the search began."""
    reader = Reader(kind(Jpki(PERSON)))
    reader.rig.air.clear()
    reader.rig.air._plan.clear()
    assert reader.ask(Watch(fastest=fastest, period_ms=0, lease_s=10, order=bytes(order))) == [
        Done()
    ]
    start = clock.s + moment_s
    reader.rig.air.plan(start, reader.rig.lay_down)
    while not any(isinstance(message, CardFound) for _, message in reader.step()):
        assert clock.s < start + 1
    return clock.s - start


@pytest.mark.parametrize(
    ("kind", "fastest"),
    [(TypeB, BitRate.KBIT_106), (TypeB, BitRate.KBIT_424), (TypeA, BitRate.KBIT_106)],
)
def test_a_card_is_found_within_50_ms_on_average(kind, fastest):
    rng = Random(1)
    waits = [found_after_s(kind, fastest, 0.2 + rng.random()) for _ in range(TAPS)]
    assert min(waits) > 0.004  # waking alone takes 4.55 ms of Type B
    assert mean(waits) < 0.050
    assert max(waits) < 0.100


class Wallet(TypeA):
    """An iPhone with a document in its Wallet: it answers once it was called three times."""

    calls = 0

    def receive(self, frame):
        if frame.data.hex() == "6a02810300003551":  # with the CRC of the trace that it is from
            self.calls += 1
        return super().receive(frame) if self.calls >= 3 else None


def test_a_wallet_is_woken_where_that_is_asked_for():
    board = Reader(Wallet(Jpki(PERSON)))
    assert board.ask(Watch(fastest=0, period_ms=0, lease_s=10, order=bytes(EVERYTHING))) == [Done()]
    start = clock.s
    while not any(isinstance(message, CardFound) for _, message in board.step()):
        assert clock.s < start + 1


def test_a_wallet_is_left_alone_by_default():
    board = Reader(Wallet(Jpki(PERSON)))
    assert board.ask(WATCH) == [Done()]
    board.hear(50)
    assert board.rig.cards[0].calls == 0


def test_a_card_is_found_within_50_ms_beside_apples_polling():
    rng = Random(1)
    waits = [
        found_after_s(TypeB, BitRate.KBIT_106, 0.2 + rng.random(), EVERYTHING) for _ in range(TAPS)
    ]
    assert mean(waits) < 0.050


def looked_for(order, period_ms=0, seconds=1.0):
    """What goes on air while nobody is there: (second, first octet) of each frame."""
    board = Reader()
    frames = []
    board.rig.air.disturb = lambda _index, frame: frames.append((clock.s, frame.data[0]))
    assert board.ask(Watch(fastest=0, period_ms=period_ms, lease_s=10, order=bytes(order))) == [
        Done()
    ]
    start = clock.s
    while clock.s < start + seconds:
        board.step()
    return [(at - start, octet) for at, octet in frames]


WUPB, REQA = 0x05, 0x26


@pytest.mark.parametrize(
    ("order", "first"),
    [
        ((Technology.TYPE_B, Technology.TYPE_A), WUPB),
        ((Technology.TYPE_A, Technology.TYPE_B), REQA),
    ],
)
def test_a_search_goes_in_the_order_that_was_asked_for(order, first):
    octets = [octet for _, octet in looked_for(order)]
    assert octets[0] == first
    assert {WUPB, REQA} <= set(octets)


def test_what_is_not_asked_for_is_not_looked_for():
    assert REQA not in {octet for _, octet in looked_for((Technology.TYPE_B,))}


def test_a_search_begins_once_in_a_period():
    calls = [at for at, octet in looked_for((Technology.TYPE_A,), 250, 2.0) if octet == REQA]
    searches = [at for at, before in zip(calls[1:], calls, strict=False) if at - before > 0.1]
    pauses = [at - before for at, before in zip(searches[1:], searches, strict=False)]
    assert len(pauses) >= 5
    assert all(0.24 < pause < 0.28 for pause in pauses)  # it looks for the host every 20 ms


@pytest.mark.parametrize(
    "order", [b"", b"\x03", b"\x02\x08", bytes((Technology.APPLE_ECP,)), b"\x02" * 9]
)
def test_an_order_that_makes_no_sense_is_refused(order):
    answers = Reader().ask(Watch(fastest=0, period_ms=0, lease_s=10, order=order))
    assert [answer.fault for answer in answers] == [Fault.MALFORMED_REQUEST]
