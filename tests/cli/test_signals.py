"""`kazashi read` shows at the reader how it ended."""

import json

import pytest

from rig import Rig

# isort: split
import kazashi
import signals
from kazashi.cards.errors import NotAMyNumberCard
from kazashi.cards.jpki import JpkiSession
from kazashi.cli.read import read
from kazashi.errors import CardGone, CardProtocolBroken, NoCard, ReaderUnplugged, ReadInterrupted
from kazashi.reader import Reader
from kazashi.sim.card import BankCard
from kazashi.sim.jpki import Jpki
from kazashi.sim.person import Person
from kazashi.sim.picc import TypeA, TypeB
from kazashi_wire.messages import Signal

A_BLOCK_WITHIN = 9  # of those of a read: the card is selected, the certificate has begun


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


def on(monkeypatch, rig):
    monkeypatch.setattr(kazashi, "open", lambda _: Reader(rig.connect))


def test_a_certificate_that_came_is_done(monkeypatch, told):
    on(monkeypatch, Rig(TypeB(Jpki(Person()))))
    read(as_json=True)
    assert told == [Signal.DONE]


@pytest.mark.parametrize(
    "last", [(Reader, "show"), (JpkiSession, "token_label"), (JpkiSession, "finish")]
)
def test_a_certificate_that_came_is_printed_if_the_reader_dies_after_it(monkeypatch, capsys, last):
    def die(*_):
        raise ReaderUnplugged

    on(monkeypatch, Rig(TypeB(Jpki(Person()))))
    monkeypatch.setattr(*last, die)
    read(as_json=True)
    assert json.loads(capsys.readouterr().out)["certificate"]["subject"]


def test_a_card_that_cannot_be_read_has_failed(monkeypatch, told):
    on(monkeypatch, Rig(TypeA(BankCard())))
    with pytest.raises(NotAMyNumberCard):
        read(timeout=1.0)
    assert told == [Signal.FAILED]


def test_where_nobody_came_nothing_has_failed(monkeypatch, told):
    on(monkeypatch, Rig())
    with pytest.raises(NoCard):
        read(timeout=1.0)
    assert told == []


def test_a_card_that_was_lifted_is_asked_for_again_and_no_more(monkeypatch, told):
    rig = Rig(TypeB(Jpki(Person())))
    on(monkeypatch, rig)
    exchange, blocks = rig.air.exchange, []

    def lift(*arguments):
        blocks.append(arguments)
        if len(blocks) == A_BLOCK_WITHIN:
            rig.air.clear()
        return exchange(*arguments)

    monkeypatch.setattr(rig.air, "exchange", lift)
    with pytest.raises(CardGone):
        read(timeout=1.0)
    assert told == [Signal.TRY_AGAIN]


@pytest.mark.parametrize("error", [CardProtocolBroken, ReadInterrupted])
def test_what_the_reader_has_told_is_not_told_otherwise(monkeypatch, error):
    def fail(*_):
        raise error

    on(monkeypatch, Rig(TypeB(Jpki(Person()))))
    monkeypatch.setattr(JpkiSession, "authentication_certificate", fail)
    monkeypatch.setattr(Reader, "show", lambda *_: pytest.fail("it was told"))
    with pytest.raises(error):
        read(timeout=1.0)


def test_a_reader_that_is_gone_is_not_asked_to_show_it(monkeypatch):
    rig = Rig()
    on(monkeypatch, rig)
    search = rig.air.exchange

    def unplug(*arguments):
        rig.unplug()
        return search(*arguments)

    monkeypatch.setattr(rig.air, "exchange", unplug)
    monkeypatch.setattr(Reader, "show", lambda *_: pytest.fail("it was asked"))
    with pytest.raises(ReaderUnplugged):
        read(timeout=1.0)
