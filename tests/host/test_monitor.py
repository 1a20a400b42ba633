"""What the monitor tells, event by event, of a whole reader in simulated time."""

from itertools import islice

import pytest

from kazashi import monitor
from kazashi.errors import ReaderNotFound, SeveralReaders
from kazashi.sim.faults import die
from kazashi.sim.options import CARDS, Options
from kazashi.sim.picc import Response
from kazashi_wire.messages import Signal
from rig import Rig, clock
from tapping import on_a_rig


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
    rig = on_a_rig().rig
    events = monitor.events(rig.connect)
    first = told(events, "card")
    assert names(first) == ["connected", "field", "card"]
    assert first[1].facts == {"on": True}
    assert first[2].facts == {
        "technology": "B",
        "token": "JPKIAPICCTOKEN2",
        "to_card": 106,
        "from_card": 106,
    }
    rig.air.clear()
    assert names(told(events, "card lost")) == ["card lost"]
    rig.lay_down()
    assert names(told(events, "card")) == ["card"]


@pytest.mark.parametrize("card", ["mynumber", "bank"])
def test_a_card_that_was_told_is_not_asked_for_again_when_it_leaves(card):
    rig = on_a_rig().rig if card == "mynumber" else Rig(*CARDS[card](Options()))
    shown = []
    events = monitor.events(rig.connect)
    told(events, "field")
    show = rig.firmware._signals.show
    rig.firmware._signals.show = lambda signal: (shown.append(signal), show(signal))
    told(events, "card")
    rig.air.clear()
    told(events, "card lost")
    assert Signal.DONE in shown
    assert Signal.TRY_AGAIN not in shown


def test_counters_are_looked_at_each_second():
    rig = Rig()
    events = monitor.events(rig.connect)
    told(events, "field")
    begin = clock.s
    looks = list(islice(events, 5))
    assert names(looks) == ["health"] * 5
    assert clock.s - begin == pytest.approx(5.0, abs=1.0)
    assert looks[-1].facts["reset_cause"] == "power on"


def test_a_bank_card_is_no_my_number_card():
    rig = Rig(*CARDS["bank"](Options()))
    card = told(monitor.events(rig.connect), "card")[-1]
    assert (card.facts["technology"], card.facts["token"]) == ("A", "")


def test_an_error_that_lasts_is_told_once():
    rig = Rig(*CARDS["two"](Options()))
    events = monitor.events(rig.connect)
    error = told(events, "error")[-1]
    assert error.facts == {
        "error": "SeveralCards",
        "seen": "several cards are on the reader",
        "remedy": "present the My Number Card alone",
    }
    assert "error" not in names(islice(events, 10))
    rig.air.clear()
    rig.cards = rig.cards[:1]
    rig.lay_down()
    assert names(told(events, "card")) == ["card"]


def test_a_card_that_refuses_is_told_with_its_status():
    rig = on_a_rig().rig
    rig.cards[0].blocks.application.transmit = lambda _apdu: Response(b"\x6f\x00", 0.0)
    error = told(monitor.events(rig.connect), "error")[-1]
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
    rig = on_a_rig().rig
    absent = []

    def connect():
        if absent:
            absent.pop()
            raise ReaderNotFound("usb:1", "unplugged")
        return rig.connect()

    events = monitor.events(connect)
    told(events, "card")
    rig.unplug()
    absent += [None] * 3
    gone = told(events, "error")
    assert names(gone) == ["field", "error"]
    assert gone[0].facts == {"on": False}
    assert gone[1].facts["error"] == "ReaderUnplugged"
    assert names(told(events, "card")) == ["field", "error", "connected", "field", "card"]


def test_a_chip_that_dies_is_an_error_and_the_field_is_off():
    rig = Rig()
    events = monitor.events(rig.connect)
    told(events, "field")
    rig.chip.disturb = lambda *_: die
    found = told(events, "error")
    assert names(found)[-2:] == ["field", "error"]
    assert found[-2].facts == {"on": False}
    assert "PN532" in found[-1].facts["seen"]


def test_nothing_tells_one_card_from_another():
    rig = on_a_rig().rig
    text = repr(told(monitor.events(rig.connect), "card"))
    card = rig.cards[0]
    assert card.atqb[1:5].hex() not in text
    assert card.blocks.application.person.certificate[:8].hex() not in text
    assert repr(card.atqb[1:5])[2:-1] not in text
