"""`kazashi read` shows at the reader how it ended."""

import pytest

from desk import Desk

# isort: split
import kazashi
import signals
from kazashi.cli.read import read
from kazashi.errors import NoCard, ReaderUnplugged
from kazashi.reader import Reader
from kazashi.sim.card import Jpki
from kazashi.sim.person import Person
from kazashi.sim.picc import TypeB
from kazashi_wire.messages import Signal


@pytest.fixture
def told(monkeypatch):
    """What the reader tells of the end."""
    signals_told = []
    show = signals.Signals.show

    def note(that, signal):
        if signal >= Signal.DONE:
            signals_told.append(signal)
        show(that, signal)

    monkeypatch.setattr(signals.Signals, "show", note)
    return signals_told


def on(monkeypatch, desk):
    monkeypatch.setattr(kazashi, "open", lambda _: Reader(desk.connect))


def test_a_certificate_that_came_is_done(monkeypatch, told):
    on(monkeypatch, Desk(TypeB(Jpki(Person()))))
    read(as_json=True)
    assert told == [Signal.DONE]


def test_a_read_that_came_to_nothing_has_failed(monkeypatch, told):
    on(monkeypatch, Desk())
    with pytest.raises(NoCard):
        read(timeout=1.0)
    assert told == [Signal.FAILED]


def test_a_reader_that_is_gone_is_not_asked_to_show_it(monkeypatch):
    desk = Desk()
    on(monkeypatch, desk)
    search = desk.air.exchange

    def unplug(*arguments):
        desk.unplug()
        return search(*arguments)

    monkeypatch.setattr(desk.air, "exchange", unplug)
    monkeypatch.setattr(Reader, "show", lambda *_: pytest.fail("it was asked"))
    with pytest.raises(ReaderUnplugged):
        read(timeout=1.0)
