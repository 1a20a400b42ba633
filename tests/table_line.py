"""A reader replaced below `Reader`: a simulated card on it, without firmware, chip and air."""

import secrets
from dataclasses import replace
from threading import Condition
from time import monotonic

from kazashi.errors import NoCard, NoReader, ReaderUnplugged
from kazashi.limits import Limits, Wait
from kazashi.reader import Reader
from kazashi.reports import SIMULATED_SERIAL, ReaderInfo
from kazashi.testing.table import KINDS
from kazashi_wire.messages import (
    AskHealth,
    CardFound,
    CardLost,
    CardRefused,
    Done,
    Health,
    Keep,
    Refusal,
    ResetCause,
    Rest,
    Rested,
    Technology,
    Transmit,
    Watch,
)
from reception_desk import _application, _issued, _renew

LOOK_S = 0.01
_INFO = ReaderInfo("0.1.0", "7-00000000", "pico", "PN532 1.6", "cpython", SIMULATED_SERIAL)
_HEALTH = Health(
    reset_cause=ResetCause.POWER_ON,
    reboots=0,
    uptime_s=60,
    heap_used=50_000,
    heap_free=100_000,
    retries=0,
    repolls=0,
    field_offs=3,
    chip_resets=0,
)


class FakeTable:
    """As kazashi.testing.table.Table. `cards`: what lies there. `error`: raised by a command.

    `chip_resets`: in the reader's health."""

    def __init__(self):
        self.changed = Condition()
        self.cards = []
        self.is_plugged = True
        self.error = None
        self.chip_resets = 0

    @property
    def card(self):
        return _application(self.cards[0])

    def open(self, cancel):
        return _TableReader(self, cancel)

    def lay(self, kind, **options):
        if kind not in KINDS:
            raise ValueError(kind)
        cards = _issued(kind, **options)
        for card in cards:
            _renew(card)
        self._change(cards=cards)

    def take_away(self):
        self._change(cards=[])

    def unplug(self):
        self._change(is_plugged=False)

    def plug_in(self):
        self._change(is_plugged=True)

    def _change(self, **what):
        with self.changed:
            vars(self).update(what)
            self.changed.notify_all()


class _TableReader(Reader):
    def __init__(self, table, cancel):
        self._begin(lambda: _Line(table), Limits(), cancel)


class _Line:
    """The line to a table, see kazashi.line."""

    now = staticmethod(monotonic)

    def __init__(self, table):
        if not table.is_plugged:
            raise NoReader
        self.limits, self.noise = Limits(), bytearray()
        self._table, self._cards, self._number = table, [], b""
        self._is_searching = False

    def wait(self, seconds, cancel=None):
        return Wait(self.now(), self.now() + seconds, cancel)

    def greet(self, wait):
        wait.check_cancel(was_sent=False)
        return _INFO

    def request(self, message, answer, wait):
        wait.check_cancel(was_sent=False)
        self._require_plug()
        match message:
            case Watch():
                self._reset()
                self._is_searching = True
            case Rest():
                self._reset()
                return Rested(searches=1, has_found=0)
            case Keep(card=number) if number == self._number or self._is_searching:
                pass
            case Keep():
                raise NoCard
            case AskHealth():
                return replace(_HEALTH, chip_resets=self._table.chip_resets)
            case _:
                pass
        return Done()

    def tell(self, message, wait):
        self.request(message, Done, wait)

    def transmit(self, card, apdu, wait, on_progress=None):
        self.request(Transmit(is_last=1, card=card, data=b""), Done, wait)
        if self._table.error:
            raise self._table.error
        if card != self._number or self._cards is not self._table.cards:
            raise NoCard
        return _application(self._cards[0]).transmit(apdu).apdu

    def event(self, wait):
        with self._table.changed:
            while True:
                self._require_plug()
                if event := self._seen():
                    return event
                if self.now() >= wait.until:
                    return None
                wait.check_cancel()
                self._table.changed.wait(min(LOOK_S, wait.until - self.now()))

    def settle(self, wait):
        """No search goes on by itself."""

    def forget_events(self):
        """None waits."""

    def forget(self):
        """Nothing is kept."""

    def close(self):
        self._reset()

    def _seen(self):
        on_table = self._table.cards
        if self._number and on_table is not self._cards:
            self._reset()
            return CardLost()
        if not (self._is_searching and on_table):
            return None
        self._is_searching = False
        if len(on_table) > 1:
            return CardRefused(refusal=Refusal.SEVERAL_CARDS)
        if _application(on_table[0]) is None:
            return CardRefused(refusal=Refusal.NOT_ISO_DEP)
        self._cards, self._number = on_table, secrets.token_bytes(4)
        return CardFound(
            technology=Technology.TYPE_B, to_card=0, from_card=0, card=self._number, answer=b""
        )

    def _reset(self):
        self._is_searching, self._number = False, b""
        for card in self._cards:
            card.lose_power()
        self._cards = []

    def _require_plug(self):
        if not self._table.is_plugged:
            raise ReaderUnplugged
