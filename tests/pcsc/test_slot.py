"""A slot, with a socket in place of pcscd: power, cards that come and go, and how it ends."""

import socket
import threading
from contextlib import closing
from queue import Queue

import pytest

from kazashi.errors import Cancelled, CardUnusable, LinkError
from kazashi.pcsc import slot as slots
from kazashi.pcsc.slot import Slot, SlotTaken, State
from kazashi.testing import SimulatedReader

LIMIT_S = 60  # against a hang
SPEED = 20.0
POWER_OFF, POWER_ON, RESET, ATR = b"\0", b"\1", b"\2", b"\4"
MYNUMBER_ATR = bytes.fromhex("3b888001000041e0b381a1003b")
ANDROID_ATR = bytes.fromhex("3b80800101")
SELECT = bytes.fromhex("00a4040c0ad392f000260100000001")
TRIES = bytes.fromhex("00200080")
VERIFY = TRIES + b"\x041234"
PIN, KEY = bytes.fromhex("00a4020c020018"), bytes.fromhex("00a4020c020017")
SIGN = bytes.fromhex("802a00800400010203") + b"\0"
OK, NOT_ALLOWED, NO_APPLICATION = b"\x90\0", b"\x69\x82", b"\x69\x85"


class Vpcd:
    """A slot of vpcd, played. `take` takes the next card in."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(LIMIT_S)
        self.address = self._listener.getsockname()
        self._card = None

    def close(self):
        self._listener.close()
        self.hang_up()

    def hang_up(self):
        if self._card:
            self._card.close()

    def take(self):
        self.hang_up()
        self._card, _ = self._listener.accept()
        self._card.settimeout(LIMIT_S)

    def tell(self, payload):
        self._card.sendall(len(payload).to_bytes(2, "big") + payload)

    def ask(self, payload):
        self.tell(payload)
        return self._exactly(int.from_bytes(self._exactly(2), "big"))

    def is_empty(self):
        """Whether the card was taken out, once that is so."""
        return not self._card.recv(1)

    def _exactly(self, count):
        data = b""
        while len(data) < count:
            more = self._card.recv(count - len(data))
            assert more, "the card was taken out"
            data += more
        return data


class Running:
    """A slot that serves in a thread. `news`: what it tells; `end()`: the error that ended it."""

    def __init__(self, reader, address):
        self.news = Queue()
        self.cancel = threading.Event()
        self._ended = Queue()
        slot = Slot(reader, address, self.news.put, self.cancel)
        self._thread = threading.Thread(target=self._serve, args=(slot,), daemon=True)
        self._thread.start()

    def _serve(self, slot):
        try:
            slot.serve()
        except BaseException as error:
            self._ended.put(error)

    def end(self):
        error = self._ended.get(timeout=LIMIT_S)
        self._thread.join(LIMIT_S)
        return error

    def stop(self):
        self.cancel.set()
        self._thread.join(LIMIT_S)
        assert not self._thread.is_alive()


@pytest.fixture
def reader():
    with SimulatedReader(speed=SPEED) as reader:
        yield reader


@pytest.fixture
def vpcd():
    with closing(Vpcd()) as vpcd:
        yield vpcd


@pytest.fixture
def slot(reader, vpcd, monkeypatch):
    monkeypatch.setattr(slots, "_ABSENT_S", 0.01)  # it is pcscd that needs longer
    monkeypatch.setattr(slots, "_RETRY_S", 0.01)
    running = Running(reader, vpcd.address)
    yield running
    running.stop()


def verify(vpcd):
    for command in (SELECT, PIN, VERIFY, KEY):
        assert vpcd.ask(command) == OK
    assert vpcd.ask(SIGN)[-2:] == OK


def assert_unverified(vpcd):
    """It had no power meanwhile: no application is selected. SELECT alone ends a PIN, too."""
    assert vpcd.ask(SIGN) == NO_APPLICATION
    assert vpcd.ask(SELECT) == vpcd.ask(KEY) == OK
    assert vpcd.ask(SIGN) == NOT_ALLOWED


@pytest.mark.parametrize(
    "power", [(POWER_OFF,), (POWER_OFF, POWER_ON), (POWER_ON,), (RESET,)], ids=str
)
def test_a_verified_pin_does_not_survive_a_loss_of_power(slot, vpcd, power):
    vpcd.take()
    assert vpcd.ask(ATR) == MYNUMBER_ATR
    verify(vpcd)
    for control in power:
        vpcd.tell(control)
    assert vpcd.ask(ATR) == MYNUMBER_ATR
    assert_unverified(vpcd)


def test_a_verified_pin_does_not_survive_pcscd(slot, vpcd):
    vpcd.take()
    verify(vpcd)
    vpcd.take()  # another pcscd
    assert_unverified(vpcd)


def test_a_verified_pin_ends_with_the_lease(reader, vpcd, monkeypatch):
    monkeypatch.setattr(slots, "_LEASE_S", 3)  # more than a command takes
    monkeypatch.setattr(slots, "_ABSENT_S", 0.01)
    running = Running(reader, vpcd.address)
    vpcd.take()
    verify(vpcd)
    assert vpcd.is_empty()
    vpcd.take()
    assert_unverified(vpcd)
    running.stop()


def test_a_new_card_needs_no_reset(slot, vpcd, reader, monkeypatch):
    vpcd.take()
    monkeypatch.setattr(reader, "wait_for_card", lambda *_, **__: pytest.fail("it was reset"))
    for control in (POWER_ON, RESET, POWER_OFF, POWER_ON):
        vpcd.tell(control)
    assert vpcd.ask(SELECT) == OK


def test_a_card_taken_away_leaves_the_slot_and_comes_back(slot, vpcd, reader):
    for _ in range(3):
        vpcd.take()
        assert vpcd.ask(SELECT) == OK
        reader.take_away()
        assert vpcd.is_empty()
        reader.lay_again()


def test_a_card_pulled_in_a_command_leaves_the_slot(slot, vpcd, reader):
    vpcd.take()
    assert vpcd.ask(SELECT) == OK
    reader.take_away()
    vpcd.tell(SELECT)
    assert vpcd.is_empty()


def test_the_next_card_has_its_own_atr(slot, vpcd, reader):
    vpcd.take()
    assert vpcd.ask(ATR) == MYNUMBER_ATR
    reader.lay("android")
    assert vpcd.is_empty()
    vpcd.take()
    assert vpcd.ask(ATR) == ANDROID_ATR


def test_a_card_exchanged_while_its_power_was_off_is_another_card(slot, vpcd, reader):
    vpcd.take()
    assert vpcd.ask(SELECT) == OK
    reader.lay("android")
    vpcd.tell(RESET)
    assert vpcd.is_empty()
    vpcd.take()
    assert vpcd.ask(ATR) == ANDROID_ATR


def test_a_tag_is_told_once_and_never_in_the_slot(vpcd, monkeypatch):
    monkeypatch.setattr(slots, "_RETRY_S", 0.01)
    searches = threading.Semaphore(0)
    with SimulatedReader("tag", speed=SPEED) as reader:
        search = reader.wait_for_card
        monkeypatch.setattr(
            reader, "wait_for_card", lambda *a, **k: (searches.release(), search(*a, **k))[1]
        )
        running = Running(reader, vpcd.address)
        for _ in range(4):
            assert searches.acquire(timeout=LIMIT_S)
        reader.lay()
        vpcd.take()
        assert vpcd.ask(ATR) == MYNUMBER_ATR
        running.stop()
    first, second, third = (running.news.get(timeout=LIMIT_S) for _ in range(3))
    assert (first, third) == (State.NO_CARD, State.CARD)
    assert isinstance(second, CardUnusable)


def test_a_response_too_long_for_vpcd_is_a_wrong_length(slot, vpcd, reader, monkeypatch):
    vpcd.take()
    assert vpcd.ask(SELECT) == OK
    monkeypatch.setattr("kazashi.card.Card.transmit", lambda *_, **__: bytes(65536))
    assert vpcd.ask(b"\0\xb0\0\0\0\0\0") == b"\x67\0"
    monkeypatch.setattr("kazashi.card.Card.transmit", lambda *_, **__: bytes(65535))
    assert vpcd.ask(b"\0\xb0\0\0\0\0\0") == bytes(65535)


def test_a_reader_that_is_gone_ends_the_slot(slot, vpcd, reader):
    vpcd.take()
    assert vpcd.ask(SELECT) == OK
    reader._pico.pipe.process.kill()
    assert isinstance(slot.end(), LinkError)
    assert vpcd.is_empty()


def test_a_slot_that_another_program_holds_is_told(slot, vpcd, monkeypatch):
    monkeypatch.setattr(slots, "_SILENT_S", 0.3)
    vpcd.take()
    ended = slot.end()
    assert isinstance(ended, SlotTaken)
    assert ended.where.endswith(str(vpcd.address[1]))
    assert vpcd.is_empty()


def test_a_card_waits_for_pcscd(reader, monkeypatch):
    monkeypatch.setattr(slots, "_RETRY_S", 0.01)
    with closing(Vpcd()) as vpcd:
        pass  # nobody listens there now
    running = Running(reader, vpcd.address)
    assert running.news.get(timeout=LIMIT_S) is State.NO_CARD
    assert running.news.get(timeout=LIMIT_S) is State.NO_PCSCD
    running.stop()


@pytest.mark.parametrize("card", ["mynumber", "none"])
def test_a_slot_ends_when_it_is_cancelled(vpcd, card):
    with SimulatedReader(card, speed=SPEED) as reader:
        running = Running(reader, vpcd.address)
        if card != "none":
            vpcd.take()
            assert vpcd.ask(SELECT) == OK
        running.cancel.set()
        assert isinstance(running.end(), Cancelled)
