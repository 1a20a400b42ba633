"""One patient at a time: the next is told to wait, and is served then."""

from contextlib import contextmanager
from dataclasses import replace
from threading import Event, Thread, Timer

import pytest

from kazashi.errors import Cancelled
from kazashi.reception import checkin
from kazashi.reception.errors import DeskBusy
from kazashi.reception.people import AskConsents
from kazashi.reception.rules import Way
from kazashi.reception.visit import Outcome
from reception_desk import People

HANG_S = 30  # against a hang, not for speed


class First:
    """A visit in a thread of its own, which waits at the consents until `go_on` is set.

    `ended`: the outcomes, in the order in which they stood.
    """

    def __init__(self, counter):
        counter.lay()
        self.reception = replace(counter.reception(), journal=None)  # which is for one thread
        self.go_on, self._is_asked, self.ended = Event(), Event(), []
        people = counter.expect({AskConsents: self._wait})
        self._thread = Thread(target=lambda: self._check_in(people), daemon=True)
        self._thread.start()
        assert self._is_asked.wait(HANG_S)

    def _check_in(self, people):
        self.reception.check_in(people, Way.PIN, keep=self.keep)

    def _wait(self, _question):
        self._is_asked.set()
        assert self.go_on.wait(HANG_S)
        return ()

    def keep(self, visit):
        self.ended.append((visit.way, visit.outcome))

    def end(self):
        self.go_on.set()
        self._thread.join(HANG_S)
        return self.ended


@contextmanager
def limit():
    """An event that is set after HANG_S, unless the block has ended."""
    too_long = Event()
    timer = Timer(HANG_S, too_long.set)
    timer.start()
    try:
        yield too_long
    finally:
        timer.cancel()
        timer.join()


@pytest.fixture
def first(counter):
    return First(counter)


def test_the_next_patient_is_told_to_wait_and_is_served_then(counter, first):
    people = People(counter._usual(), {"Please wait": first.go_on.set})
    with limit() as too_long:
        first.reception.check_in(people, Way.VISUAL, keep=first.keep, cancel=too_long)
    assert people.told[0].startswith("Another patient is checking in")
    assert sum("Please wait" in text for text in people.told) == 1
    assert first.end() == [(Way.PIN, Outcome.CHECKED_IN), (Way.VISUAL, Outcome.CHECKED_IN)]


def test_a_patient_who_waits_may_be_cancelled(counter, first):
    cancel = Event()
    people = People(counter._usual(), {"Please wait": cancel.set})
    with pytest.raises(Cancelled):
        first.reception.check_in(people, Way.PIN, cancel=cancel)
    assert people.asked == []
    assert first.end() == [(Way.PIN, Outcome.CHECKED_IN)]


def test_a_visit_that_breaks_off_frees_the_turn(counter):
    def close(_question):
        raise KeyboardInterrupt

    counter.lay()
    reception = counter.reception()
    with pytest.raises(KeyboardInterrupt):
        reception.check_in(counter.expect({AskConsents: close}), Way.PIN)
    counter.lay()
    cancel = Event()
    people = counter.expect(reacts={"Please wait": cancel.set})  # else it would wait for ever
    visit = reception.check_in(people, Way.PIN, cancel=cancel)
    assert visit.outcome is Outcome.CHECKED_IN


def test_the_wait_for_the_other_patient_has_a_limit(counter, first, monkeypatch):
    monkeypatch.setattr(checkin, "_TURN_S", 0.05)
    with pytest.raises(DeskBusy):
        first.reception.check_in(counter.expect(), Way.PIN)
    assert first.end() == [(Way.PIN, Outcome.CHECKED_IN)]
