"""The line to a PC/SC reader: limits, cancelling, lease, and what it asks of PC/SC; with a fake."""

from math import inf
from queue import Empty, SimpleQueue
from threading import Event

import pytest

from fake_scard import EMPTY, FakeScard
from kazashi.cards.jpki import JpkiSession
from kazashi.errors import (
    Cancelled,
    CardGarbled,
    CardInUse,
    CardTooSlow,
    CardUnusable,
    NoCard,
    ReaderSilent,
    ReaderUnplugged,
)
from kazashi.limits import Limits
from kazashi.pcsc import connection, worker
from kazashi.pcsc.line import PcscLine
from kazashi.pcsc.reader import PcscReader
from kazashi.pcsc.scard import PROTOCOL_T1, SHARE_EXCLUSIVE, Code
from kazashi.pcsc.worker import Worker
from kazashi.sim.card import MyNumberCard
from kazashi.sim.person import Person
from kazashi.traffic import TRAFFIC
from kazashi_wire.messages import Technology
from site_waits import until

PERSON = Person()
LIMITS = Limits(late_s=0.1)
PATIENCE_S = 60.0  # against a hang
PIN_TRIES = bytes.fromhex("00200098")
SELECT_JPKI = bytes.fromhex("00a4040c0ad392f000260100000001")
WRONG_LENGTH = b"\x67\x00"


@pytest.fixture(autouse=True)
def is_impatient(monkeypatch):
    monkeypatch.setattr(connection, "_GONE_S", 0.02)


class Clock:
    """Time of a line and its worker. It passes while a call to PC/SC hangs, or looks for a change,
    and when a test says so. `happens`: (when, what then happens).
    """

    def __init__(self):
        self.s = 0.0
        self.happens = []
        self.looks = 0  # of the worker that has nothing to do

    def now(self):
        return self.s

    def pass_by(self, seconds):
        self.s += seconds
        for each in [each for each in self.happens if each[0] <= self.s]:
            self.happens.remove(each)
            each[1]()

    def let_pass(self, seconds):
        """Let it pass, until the worker has done what is due then."""
        self.pass_by(seconds)
        looks = self.looks
        until(lambda: self.looks > looks + 1)


@pytest.fixture
def scard():
    scard = FakeScard(MyNumberCard(PERSON))
    yield scard
    scard.hangs.set()


@pytest.fixture
def clock(scard, monkeypatch):
    clock = Clock()

    class Ended(Event):
        """Of a call."""

        def wait(self, timeout=None):
            while not super().wait(0.001):
                if scard.begun.is_set() and not scard.hangs.is_set():
                    clock.pass_by(timeout)
                    break
            return self.is_set()

    class Jobs(SimpleQueue):
        def get(self, timeout=None):
            end = inf if timeout is None else clock.s + timeout
            while True:
                try:
                    return super().get(timeout=0.001)
                except Empty:
                    if clock.s >= end:
                        raise
                clock.looks += 1

    look = scard.SCardGetStatusChange

    def look_long(context, timeout_ms, states):
        clock.pass_by(timeout_ms / 1000)
        return look(context, 0, states)

    monkeypatch.setattr(scard, "SCardGetStatusChange", look_long)
    monkeypatch.setattr(worker, "Event", Ended)
    monkeypatch.setattr(worker, "SimpleQueue", Jobs)
    monkeypatch.setattr(worker, "monotonic", clock.now)
    monkeypatch.setattr(PcscLine, "now", staticmethod(clock.now))
    return clock


@pytest.fixture
def reader(scard):
    with PcscReader("pcsc:", scard=scard) as reader:
        yield reader


@pytest.fixture
def timed(scard, clock):
    """A reader whose time is the clock's."""
    reader = PcscReader("pcsc:", LIMITS, scard=scard)
    yield reader
    scard.hangs.set()
    reader.close()


def lay(scard, atr):
    scard.atr = bytes.fromhex(atr)


def test_a_card_is_held_exclusively_by_t_1(scard, reader):
    reader.wait_for_card(5)
    assert scard.called("SCardConnect") == [[SHARE_EXCLUSIVE, PROTOCOL_T1]]


def test_a_search_lets_the_card_before_go_and_resets_the_next(scard, reader):
    before = reader.wait_for_card(5)
    after = reader.wait_for_card(5)
    assert before.is_over
    assert not after.is_over
    assert len(scard.called("SCardReconnect")) == 2
    assert len(scard.called("SCardDisconnect")) == 1


@pytest.mark.parametrize("apdu", ["00b000fb000545", "00b08a00000640"])
@pytest.mark.parametrize(
    "code", [Code.NOT_TRANSACTED, Code.INVALID_PARAMETER, Code.INSUFFICIENT_BUFFER]
)
def test_a_reader_that_takes_no_extended_length_is_asked_once(scard, reader, code, apdu):
    card = reader.wait_for_card(5)
    scard.codes["SCardTransmit"] = code
    assert card.transmit(bytes.fromhex(apdu)) == WRONG_LENGTH
    del scard.codes["SCardTransmit"]
    assert JpkiSession(card).authentication_certificate() == PERSON.certificate
    assert reader.wait_for_card(5).transmit(bytes.fromhex(apdu)) == WRONG_LENGTH
    sent = [apdu for (apdu,) in scard.called("SCardTransmit")]
    assert sum(len(each) == 7 for each in sent) == 1


def test_an_extended_command_that_is_no_read_is_never_answered_here(scard, reader):
    card = reader.wait_for_card(5)
    scard.codes["SCardTransmit"] = Code.INSUFFICIENT_BUFFER
    with pytest.raises(CardGarbled):
        card.transmit(bytes.fromhex("802a0080000100") + bytes(256) + bytes(2))


@pytest.mark.parametrize(
    ("atr", "technology"),
    [
        ("3b888001 000041e0 b381a1 00 3b", Technology.TYPE_B),
        ("3b80800101", Technology.TYPE_A),
        ("3b848001 c0ffee42 96", Technology.TYPE_A),
        ("3be000ff8131fe4514", None),  # its contacts
        ("", None),
    ],
)
def test_the_technology_is_what_the_atr_tells(scard, reader, atr, technology):
    lay(scard, atr)
    card = reader.wait_for_card(5)
    assert card.technology is technology
    assert card.atqb == (
        bytes.fromhex("50 00000000 000041e0 b381a1") if technology is Technology.TYPE_B else None
    )


def test_a_tag_is_unusable(scard, reader):
    lay(scard, "3b8f8001804f0ca000000306030001000000006a")  # MIFARE Classic 1K
    with pytest.raises(CardUnusable):
        reader.wait_for_card(5)
    assert scard.ended.is_set()


def test_a_command_without_a_response_takes_too_long_and_the_card_is_let_go_after_it(
    scard, clock, timed
):
    card = timed.wait_for_card(5)
    scard.hangs.clear()
    begin = clock.s
    with pytest.raises(CardTooSlow):
        card.transmit(SELECT_JPKI)
    assert 0 <= clock.s - begin - LIMITS.response_s < LIMITS.late_s
    with pytest.raises(ReaderSilent):  # the call still runs
        timed.wait_for_card(0)
    assert not scard.ended.is_set()
    scard.hangs.set()
    assert scard.ended.wait(PATIENCE_S)
    assert not timed.wait_for_card(5).is_over


def test_a_reader_that_hangs_is_closed_in_time_and_its_card_let_go_when_it_can_be(
    scard, clock, timed
):
    card = timed.wait_for_card(5)
    cancel = Event()
    scard.hangs.clear()
    clock.happens.append((clock.s + 1.0, cancel.set))
    with pytest.raises(Cancelled):
        card.transmit(SELECT_JPKI, cancel=cancel)
    timed.close()
    assert not scard.called("SCardTransmit")  # it hangs still
    scard.hangs.set()
    assert scard.ended.wait(PATIENCE_S)


def test_a_command_is_cancelled_within_a_tenth_of_a_second_and_the_card_stays_usable(
    scard, clock, timed
):
    card = timed.wait_for_card(5)
    cancel = Event()
    scard.hangs.clear()
    begin = clock.s
    clock.happens.append((begin + 1.0, cancel.set))
    with pytest.raises(Cancelled) as cancelled:
        card.transmit(SELECT_JPKI, cancel=cancel)
    assert 1.0 <= clock.s - begin <= 1.1
    assert cancelled.value.was_sent
    scard.hangs.set()
    assert card.transmit(PIN_TRIES)[:1] != b"\x90"  # its own response, not that before
    assert [apdu for (apdu,) in scard.called("SCardTransmit")] == [SELECT_JPKI, PIN_TRIES]


def test_a_command_that_is_cancelled_before_its_turn_is_never_sent(scard, clock, timed):
    card = timed.wait_for_card(5)
    cancel = Event()
    scard.hangs.clear()
    clock.happens.append((clock.s + 1.0, cancel.set))
    with pytest.raises(Cancelled):
        card.transmit(SELECT_JPKI, cancel=cancel)
    cancel.clear()
    clock.happens.append((clock.s + 1.0, cancel.set))
    with pytest.raises(Cancelled) as cancelled:
        card.transmit(PIN_TRIES, cancel=cancel)
    assert not cancelled.value.was_sent
    scard.hangs.set()
    card.transmit(SELECT_JPKI)
    assert [apdu for (apdu,) in scard.called("SCardTransmit")] == [SELECT_JPKI] * 2


def test_a_card_that_is_not_used_is_let_go_when_its_lease_ends(scard, clock, timed):
    card = timed.wait_for_card(5, lease_s=10)
    clock.let_pass(8)
    card.keep()
    clock.let_pass(8)
    assert not scard.ended.is_set()
    clock.let_pass(2)
    assert scard.ended.is_set()
    with pytest.raises(NoCard):
        card.transmit(SELECT_JPKI)


def test_a_card_whose_lease_has_ended_is_lost_to_those_who_wait(scard, clock, timed):
    JpkiSession(card := timed.wait_for_card(5, lease_s=1)).verify_pin("1234")
    assert not scard.ended.is_set()
    assert timed.wait_for_removal(5)  # no keeping after a PIN
    assert card.is_over
    assert scard.ended.is_set()


def test_a_lease_ends_before_a_command_that_comes_later_though_that_waits_already():
    done, begins, deadline_s = [], Event(), [inf]

    def end():
        deadline_s[0] = inf
        done.append("the lease ends")

    calls = Worker(lambda: deadline_s[0], end)
    calls.begin(begins.wait)
    deadline_s[0] = 0.0  # long ago
    calls.begin(lambda: done.append("a command"))
    begins.set()
    calls.end(PATIENCE_S)
    assert done == ["the lease ends", "a command"]


def test_looking_at_a_card_notices_that_it_has_left(scard, reader):
    card = reader.wait_for_card(5)
    card.look()
    assert not card.is_over
    scard.state = EMPTY
    card.look()
    assert card.is_over


def test_a_closed_reader_is_unplugged_and_may_be_closed_again(scard, reader):
    card = reader.wait_for_card(5)
    reader.close()
    reader.close()
    assert scard.called("SCardReleaseContext")
    for use in (lambda: card.transmit(SELECT_JPKI), lambda: reader.wait_for_card(0)):
        with pytest.raises(ReaderUnplugged):
            use()


def test_a_reader_is_closed_after_an_error_in_the_block(scard):
    scard.codes["SCardConnect"] = Code.SHARING_VIOLATION
    with pytest.raises(CardInUse), PcscReader("pcsc:", scard=scard) as reader:
        reader.wait_for_card(0)
    assert scard.called("SCardReleaseContext")


def test_the_traffic_log_masks_a_pin(reader, caplog):
    with caplog.at_level(TRAFFIC, "kazashi.link"):
        JpkiSession(reader.wait_for_card(5)).verify_pin("1234")
    assert "00200098 and 5 bytes masked" in caplog.text
    assert b"1234".hex() not in caplog.text
    assert caplog.text.count("Transmit") == caplog.text.count("Part") == 3
