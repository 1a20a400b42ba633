"""What the monitor tells, event by event, of a whole reader in simulated time."""

from itertools import islice

import pytest

from desk import Desk, clock
from kazashi import monitor
from kazashi.errors import ReaderNotFound, SeveralReaders
from kazashi.sim.faults import die
from kazashi.sim.options import CARDS, Options
from kazashi.sim.picc import Response
from kazashi_wire.messages import Signal
from tapping import on_a_desk


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(monitor, "sleep", clock.pass_by)


def told(events, until):
    """The events up to the first that is called `until`; health is left out, it comes on end."""
    found = []
    for event in islice(events, 100):
        if event.event != "health":
            found.append(event)
        if event.event == until:
            return found
    raise AssertionError(f"no {until} in {found}")


def names(events):
    return [event.event for event in events]


def test_a_card_that_comes_and_goes_twice():
    desk = on_a_desk().desk
    events = monitor.events(desk.connect)
    first = told(events, "card")
    assert names(first) == ["connected", "field", "card"]
    assert first[1].facts == {"on": True}
    assert first[2].facts == {
        "technology": "B",
        "token": "JPKIAPICCTOKEN2",
        "to_card": 106,
        "from_card": 106,
    }
    desk.air.clear()
    assert names(told(events, "card lost")) == ["card lost"]
    desk.lay_down()
    assert names(told(events, "card")) == ["card"]


@pytest.mark.parametrize("card", ["mynumber", "bank"])
def test_a_card_that_was_told_is_not_asked_for_again_when_it_leaves(card):
    desk = on_a_desk().desk if card == "mynumber" else Desk(*CARDS[card](Options()))
    shown = []
    events = monitor.events(desk.connect)
    told(events, "field")
    show = desk.firmware._signals.show
    desk.firmware._signals.show = lambda signal: (shown.append(signal), show(signal))
    told(events, "card")
    desk.air.clear()
    told(events, "card lost")
    assert Signal.DONE in shown
    assert Signal.TRY_AGAIN not in shown


def test_counters_are_looked_at_each_second():
    desk = Desk()
    events = monitor.events(desk.connect)
    told(events, "field")
    begin = clock.s
    looks = list(islice(events, 5))
    assert names(looks) == ["health"] * 5
    assert clock.s - begin == pytest.approx(5.0, abs=1.0)
    assert looks[-1].facts["reset_cause"] == "power on"


def test_a_bank_card_is_no_my_number_card():
    desk = Desk(*CARDS["bank"](Options()))
    card = told(monitor.events(desk.connect), "card")[-1]
    assert (card.facts["technology"], card.facts["token"]) == ("A", "")


def test_an_error_that_lasts_is_told_once():
    desk = Desk(*CARDS["two"](Options()))
    events = monitor.events(desk.connect)
    error = told(events, "error")[-1]
    assert error.facts == {
        "error": "SeveralCards",
        "seen": "several cards are on the reader",
        "remedy": "present the My Number Card alone",
    }
    assert "error" not in names(islice(events, 10))
    desk.air.clear()
    desk.cards = desk.cards[:1]
    desk.lay_down()
    assert names(told(events, "card")) == ["card"]


def test_a_card_that_refuses_is_told_with_its_status():
    desk = on_a_desk().desk
    desk.cards[0].blocks.application.transmit = lambda _apdu: Response(b"\x6f\x00", 0.0)
    error = told(monitor.events(desk.connect), "error")[-1]
    assert error.facts == {
        "error": "CardStatus",
        "seen": "the card refused command A4 with status 6F00",
        "remedy": "try another card; if that is refused too, report it",
    }


def test_several_readers_are_named_to_choose_one():
    def connect():
        raise SeveralReaders(["usb:1", "usb:2"])

    error = told(monitor.events(connect), "error")[-1]
    assert error.facts["seen"] == "several readers are attached"
    assert error.facts["remedy"] == "choose one with --reader: usb:1, usb:2"


def test_a_reader_that_is_unplugged_is_waited_for():
    desk = on_a_desk().desk
    absent = []

    def connect():
        if absent:
            absent.pop()
            raise ReaderNotFound("usb:1", "unplugged")
        return desk.connect()

    events = monitor.events(connect)
    told(events, "card")
    desk.unplug()
    absent += [None] * 3
    gone = told(events, "error")
    assert names(gone) == ["field", "error"]
    assert gone[0].facts == {"on": False}
    assert gone[1].facts["error"] == "ReaderUnplugged"
    assert names(told(events, "card")) == ["field", "error", "connected", "field", "card"]


def test_a_chip_that_dies_is_an_error_and_the_field_is_off():
    desk = Desk()
    events = monitor.events(desk.connect)
    told(events, "field")
    desk.chip.disturb = lambda *_: die
    found = told(events, "error")
    assert names(found)[-2:] == ["field", "error"]
    assert found[-2].facts == {"on": False}
    assert "PN532" in found[-1].facts["seen"]


def test_nothing_tells_one_card_from_another():
    desk = on_a_desk().desk
    text = repr(told(monitor.events(desk.connect), "card"))
    card = desk.cards[0]
    assert card.atqb[1:5].hex() not in text
    assert card.blocks.application.person.certificate[:8].hex() not in text
    assert repr(card.atqb[1:5])[2:-1] not in text
