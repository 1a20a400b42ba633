"""A card lives on while people type, and is let go as soon as it has signed."""

from threading import Event, active_count

import pytest

from kazashi.card import Card
from kazashi.errors import NoCard
from kazashi.reception import keeper
from kazashi.reception.desk import AskConsents, AskPin
from kazashi.reception.keeper import kept
from kazashi.reception.profiles import Way
from kazashi.reception.visit import Outcome
from reception_desk import PIN

HANG_S = 30  # against a hang, not for speed


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    """Nobody waits seconds here."""
    monkeypatch.setattr(keeper, "RENEWAL_S", 0.001)


class Kept:
    """A card that counts how often it is kept."""

    def __init__(self, *, can_be_kept=True, fails_with=None):
        self.can_be_kept = can_be_kept
        self.times = 0
        self.twice = Event()
        self._fails_with = fails_with

    def keep(self, cancel):
        self.times += 1
        if self.times == 2:
            self.twice.set()
        if self._fails_with:
            raise self._fails_with


def test_a_card_is_kept_again_and_again_until_the_answer_comes():
    card, before = Kept(), active_count()
    with kept(card):
        assert card.twice.wait(HANG_S)
    times = card.times
    assert active_count() == before
    assert card.times == times


def test_a_card_that_is_gone_is_kept_no_more():
    card = Kept(fails_with=NoCard())
    with kept(card):
        assert not card.twice.wait(0.1)
    assert card.times == 1


@pytest.mark.parametrize("card", [None, Kept(can_be_kept=False)])
def test_a_card_that_was_shown_its_pin_is_not_kept(card):
    with kept(card):
        pass
    assert card is None or card.times == 0


def test_a_keep_under_way_ends_with_the_block():
    class Slow(Kept):
        def keep(self, cancel):
            self.twice.set()
            assert cancel.wait(HANG_S)

    card = Slow()
    with kept(card):
        assert card.twice.wait(HANG_S)


def test_a_patient_may_type_the_pin_for_longer_than_a_card_lives(counter, monkeypatch):
    """The reader itself is asked to keep it: the answer comes after that."""
    renewed = Event()
    keep = Card.keep

    def noted(card, cancel=None):
        keep(card, cancel)
        renewed.set()

    monkeypatch.setattr(Card, "keep", noted)
    counter.lay()
    visit = counter.check_in(Way.PIN, {AskPin: lambda _: PIN if renewed.wait(HANG_S) else None})
    assert visit.outcome is Outcome.CHECKED_IN


def test_the_field_is_off_once_the_card_has_signed(counter):
    counter.lay()
    fields = []

    def agree(question):
        fields.append(counter.air.is_on)
        return question.items

    visit = counter.check_in(Way.PIN, {AskConsents: agree})
    assert (visit.outcome, fields) == (Outcome.CHECKED_IN, [False])
