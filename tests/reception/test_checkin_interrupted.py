"""Visits that end early: by a signal in their last second, which loses nothing, or by a program."""

from functools import partial
from threading import Event

import pytest

from kazashi.errors import Cancelled
from kazashi.reader import Reader
from kazashi.reception.fallback import Answer
from kazashi.reception.journal import INTERRUPTED, JournalFull
from kazashi.reception.journal.journal import Entry
from kazashi.reception.people import AskConsents, AskFallback, AskPin
from kazashi.reception.rules import Way
from kazashi.reception.visit import Outcome
from reception_desk import PIN


class Signalled(BaseException):
    """What a handler of a signal raises, wherever the program is."""


def interrupt(*_, **__):
    raise Signalled


@pytest.fixture
def interrupted(counter):
    """Run one visit that a signal ends; returns what the caller kept of it."""
    counter.lay()

    def run(way=Way.VISUAL, answers=None, reacts=None):
        people, kept = counter.expect(answers, reacts), []
        # no key signs, so the field stays on to the end
        reception = counter.reception(component=None, asks_about=[Outcome.SEEN_BY_STAFF])
        check_in = partial(reception.check_in, way=way) if way else reception.check_in_without_card
        with pytest.raises(Signalled):
            check_in(people, keep=kept.append)
        return kept

    return run


def outcomes(counter):
    return [visit.outcome for visit in counter.journal.visits()]


@pytest.mark.parametrize("said", ["You are checked in", "Take your card"])
def test_in_the_goodbye(counter, interrupted, said):
    (visit,) = interrupted(reacts={said: interrupt})
    assert visit.outcome is Outcome.CHECKED_IN
    assert visit.is_kept
    assert visit.spans[-1].step == "end"
    assert outcomes(counter) == ["checked_in"]
    assert not counter.air.is_on


@pytest.mark.parametrize("call", ["rest", "show"])
def test_while_the_reader_ends_it(counter, interrupted, monkeypatch, call):
    with monkeypatch.context() as patched:
        patched.setattr(Reader, call, interrupt)
        (visit,) = interrupted()
    counter.reader.rest()
    assert (visit.outcome, visit.is_kept) == (Outcome.CHECKED_IN, True)
    assert visit.spans[-1].step == "end"
    assert outcomes(counter) == ["checked_in"]


def test_while_its_end_is_written(counter, interrupted, monkeypatch):
    """Then it is told that the journal may not have it."""
    with monkeypatch.context() as patched:
        patched.setattr(Entry, "end", interrupt)
        (visit,) = interrupted()
    assert (visit.outcome, visit.is_kept) == (Outcome.CHECKED_IN, False)
    assert visit.spans[-1].step == "end"
    assert not counter.air.is_on


def test_while_staff_read_that_the_journal_is_full(interrupted, monkeypatch, counter):
    def full(*_, **__):
        raise JournalFull(counter.path)

    monkeypatch.setattr(Entry, "end", full)
    (visit,) = interrupted(reacts={"No space": interrupt})
    assert not visit.is_kept


def test_in_the_goodbye_to_one_without_a_card(interrupted):
    (visit,) = interrupted(None, {AskFallback: Answer.YES}, {"will help you from here": interrupt})
    assert visit.outcome is Outcome.FELL_BACK


def test_before_its_outcome_stands_a_visit_has_none(counter, interrupted):
    assert interrupted(answers={AskConsents: interrupt}) == []
    counter.lay()
    counter.check_in(Way.PIN)
    assert outcomes(counter) == [INTERRUPTED, "checked_in"]


def test_a_program_cancels_a_visit_that_waits_for_a_card(counter):
    cancel = Event()
    people = counter.expect(reacts={"Lay your": lambda *_: cancel.set()})
    with pytest.raises(Cancelled):
        counter.reception().check_in(people, Way.PIN, cancel=cancel)
    assert not counter.air.is_on


@pytest.mark.parametrize("question", [AskPin, AskConsents])
def test_a_program_cancels_a_visit_whose_patient_is_asked(counter, question):
    """What they answer meanwhile is used for nothing: no try of the PIN, no consent."""
    cancel = Event()

    def answer(*_):
        cancel.set()
        return PIN if question is AskPin else ()

    counter.lay()
    reception = counter.reception()
    with pytest.raises(Cancelled):
        reception.check_in(counter.expect({question: answer}), Way.PIN, cancel=cancel)
    assert not counter.air.is_on
    assert outcomes(counter) == [INTERRUPTED]  # at once, not by the next visit
    counter.lay()
    counter.check_in(Way.PIN)
    assert outcomes(counter) == [INTERRUPTED, "checked_in"]


def test_a_program_cancels_a_visit_without_a_card(counter):
    cancel = Event()
    people = counter.expect({AskFallback: lambda *_: cancel.set() or Answer.YES})
    with pytest.raises(Cancelled):
        counter.reception().check_in_without_card(people, cancel=cancel)
