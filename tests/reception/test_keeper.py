"""A card lives on while people type, or is over; it is let go as soon as it has signed."""

import threading
from functools import partial
from threading import Event

import pytest

from kazashi import keeper
from kazashi.errors import Cancelled
from kazashi.keeper import looked_after
from kazashi.link import Link
from kazashi.reception.people import AskConsents, AskPin
from kazashi.reception.rules import Way
from kazashi.reception.visit import Outcome
from kazashi_wire.messages import Keep
from reception_desk import PIN
from site_waits import until

HANG_S = 30  # against a hang, not for speed


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    """Nobody waits seconds here."""
    monkeypatch.setattr(keeper, "LOOK_S", 0.001)


class Looked:
    """A card that counts the looks at it, and leaves at one of them."""

    def __init__(self, leaves_at=None):
        self.is_over = False
        self.times = 0
        self.twice = Event()
        self._leaves_at = leaves_at

    def look(self, cancel):
        self.times += 1
        self.is_over = self.times == self._leaves_at
        if self.times == 2:
            self.twice.set()


def test_a_card_is_looked_at_again_and_again_until_the_answer_comes():
    card, before = Looked(), {*threading.enumerate()}
    with looked_after(card):
        assert card.twice.wait(HANG_S)
    times = card.times
    assert not {*threading.enumerate()} - before
    assert card.times == times


def test_a_card_that_is_gone_is_looked_at_no_more():
    card, before = Looked(leaves_at=1), {*threading.enumerate()}
    with looked_after(card):
        until(lambda: not {*threading.enumerate()} - before)
    assert card.times == 1


def test_without_a_card_nothing_is_looked_at():
    before = {*threading.enumerate()}
    with looked_after(None):
        assert not {*threading.enumerate()} - before


def test_a_look_under_way_ends_with_the_block():
    class Slow(Looked):
        def look(self, cancel):
            self.twice.set()
            assert cancel.wait(HANG_S)
            raise Cancelled

    card = Slow()
    with looked_after(card):
        assert card.twice.wait(HANG_S)


def test_a_patient_may_type_the_pin_for_longer_than_a_card_lives(counter, monkeypatch):
    """The reader itself is asked to keep it: the answer comes after that."""
    renewed = Event()
    request = Link.request

    def noted(link, message, *arguments):
        answer = request(link, message, *arguments)
        if isinstance(message, Keep):
            renewed.set()
        return answer

    monkeypatch.setattr(Link, "request", noted)
    short = partial(counter.reader.wait_for_card, lease_s=3)  # it is renewed after a third of that
    monkeypatch.setattr(counter.reader, "wait_for_card", short)
    counter.lay()
    visit = counter.check_in(Way.PIN, {AskPin: lambda _: PIN if renewed.wait(HANG_S) else None})
    assert visit.outcome is Outcome.CHECKED_IN


def test_the_field_is_off_once_the_card_has_signed(counter):
    counter.lay()
    fields = []

    def agree(question):
        fields.append(counter.air.is_on)
        return question.groups

    visit = counter.check_in(Way.PIN, {AskConsents: agree})
    assert (visit.outcome, fields) == (Outcome.CHECKED_IN, [False])
