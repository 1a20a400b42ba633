"""No space for the journal, the reader unplugged: the patient is served all the same."""

from datetime import date
from functools import partial
from threading import Event

import pytest

from kazashi import keeper, returning
from kazashi.card import Card
from kazashi.cards.surface import FourItems, Sex
from kazashi.errors import NoReader
from kazashi.reception.centre import CentreUnreachable
from kazashi.reception.certified import CertifiedFailed
from kazashi.reception.fallback import Answer, Basis
from kazashi.reception.journal import INTERRUPTED, JournalFull
from kazashi.reception.people import (
    AskCodeB,
    AskConsents,
    AskFallback,
    AskFourItems,
    AskFrame,
    AskItemsPin,
    AskLastTry,
    AskPin,
    AskPrescription,
    AskStaff,
    AskWay,
)
from kazashi.reception.rules import Way
from kazashi.reception.visit import Outcome
from kazashi.words import words_of
from reception_desk import PIN, Listening, commands_of, frame

HANG_S = 30  # against a hang, not for speed
TYPED = FourItems("仮名 三郎", "東京都架空区二丁目", date(1950, 4, 3), Sex.MALE)


def limit(journal, pages=None):
    """So many pages at most; by default those that it has."""
    db = journal._file._db
    db.execute(f"PRAGMA max_page_count = {pages or db.execute('PRAGMA page_count').fetchone()[0]}")


def fill(journal):
    """No step fits in any more, and nobody who is held."""
    entry = journal.begin("desk", "another reader")
    day = date(2000, 1, 1)
    journal.hold(entry.id, name="名" * 1000, address="x" * 950, birth=day, sex=1, reason="")
    limit(journal)
    for size in (1000, 100, 10, 1):
        try:
            while True:
                entry.step("filling", reason="x" * size)
        except JournalFull:
            continue


@pytest.mark.parametrize("moment", [AskPin, AskConsents, AskPrescription])
def test_a_journal_that_is_full_in_the_middle_is_told_once_and_the_patient_goes_on(counter, moment):
    counter.lay()
    usual = counter._usual()[moment]

    def answer(question):
        fill(counter.journal)
        return usual(question) if callable(usual) else usual

    visit = counter.check_in(Way.PIN, {moment: answer})
    assert visit.outcome is Outcome.CHECKED_IN
    assert not visit.is_kept
    assert [text for text in counter.people.told if "No space" in text] == [
        words_of(JournalFull(counter.path)).screen
    ]
    assert visit.to_json()["is_kept"] is False


def test_a_journal_that_is_full_from_the_start_is_told_once(counter):
    counter.lay()
    fill(counter.journal)
    visit = counter.check_in(Way.PIN)
    assert visit.outcome is Outcome.CHECKED_IN
    assert not visit.is_kept
    assert sum("No space" in text for text in counter.people.told) == 1


def test_once_there_is_space_visits_are_kept_again(counter):
    counter.lay()

    def answer(_question):
        fill(counter.journal)
        return PIN

    counter.check_in(Way.PIN, {AskPin: answer})
    limit(counter.journal, 100_000)
    visit = counter.check_in(Way.PIN)
    assert visit.is_kept
    first, _filling, last = counter.journal.visits()
    assert (first.outcome, last.outcome) == (INTERRUPTED, "checked_in")


def test_a_visit_that_cannot_be_held_is_not_called_held(counter):
    counter.lay()

    def answer(_question):
        fill(counter.journal)
        return PIN

    visit = counter.check_in(
        Way.PIN, {AskItemsPin: answer}, centre=Listening(fails=[CentreUnreachable()])
    )
    assert visit.outcome is Outcome.NOT_ANSWERED
    assert not visit.is_kept


@pytest.fixture
def unplug(own_counter):
    """Power and line are gone at once."""

    def pull():
        process = own_counter.simulated.pipe.process
        process.kill()
        process.wait()
        own_counter.simulated.chip.reset()

    return pull


@pytest.fixture
def unplug_for_good(own_counter, unplug, monkeypatch):
    monkeypatch.setattr(returning, "_ABSENT_S", 0.1)

    def refuse():
        raise NoReader

    def pull():
        own_counter.board.connect = refuse
        unplug()

    return pull


def after(action, answer):
    """`answer`, once `action` was done for the first question."""
    todo = [action]

    def react(question):
        while todo:
            todo.pop()()
        return answer(question) if callable(answer) else answer

    return react


@pytest.fixture
def noticed(monkeypatch):
    """Does something, and waits until the engine has noticed that the card is over."""
    monkeypatch.setattr(keeper, "LOOK_S", 0.001)
    is_over, end = Event(), Card.end

    def noted(card):
        end(card)
        is_over.set()

    def notice(action):
        is_over.clear()
        action()
        assert is_over.wait(HANG_S)

    monkeypatch.setattr(Card, "end", noted)
    return notice


WHEN_IT_IS_SHOWN_A_SECRET = pytest.mark.parametrize(
    ("way", "moment"), [(Way.PIN, AskPin), (Way.PIN, AskLastTry), (Way.FACE, AskCodeB)]
)


def check_in_with_last_try(
    counter, way, moment, action, told, *, outcome=Outcome.CHECKED_IN, **setting
):
    """A visit with `action` done during that question; the card is laid down again once `told`."""
    counter.lay(tries=1)
    usual = (counter._usual() | {AskLastTry: True})[moment]
    answers = {AskLastTry: True, AskFrame: frame(), moment: after(action, usual)}
    visit = counter.check_in(way, answers, reacts={told: counter.lay_again}, **setting)
    assert (visit.outcome, visit.way) == (outcome, way)


@WHEN_IT_IS_SHOWN_A_SECRET
def test_a_card_that_is_seen_to_leave_during_a_question_is_shown_nothing(
    counter, own_faces, noticed, way, moment
):
    leave = partial(noticed, counter.take_away)
    check_in_with_last_try(counter, way, moment, leave, "taken away", faces=own_faces)
    assert counter.people.heard("taken away")
    assert [step["error"] for step in counter.steps("failure")] == ["CardGone"]


@WHEN_IT_IS_SHOWN_A_SECRET
def test_a_card_that_is_taken_away_as_a_question_is_answered_is_laid_down_again(
    counter, own_faces, way, moment
):
    """No command has found that out before the one that shows it the PIN, or the code."""
    check_in_with_last_try(
        counter, way, moment, counter.take_away, "could not be checked", faces=own_faces
    )
    assert counter.people.heard("could not be checked")


@pytest.mark.parametrize(
    ("way", "moment", "outcome"),
    [
        (Way.VISUAL, AskStaff, Outcome.SEEN_BY_STAFF),
        (Way.PIN, AskConsents, Outcome.CHECKED_IN),
    ],
)
def test_a_card_taken_away_when_it_was_read_is_not_asked_for_again(counter, way, moment, outcome):
    setting = {"component": None, "outcome": outcome}
    check_in_with_last_try(counter, way, moment, counter.take_away, "taken away", **setting)
    assert not counter.people.heard("taken away")


def test_a_card_that_leaves_during_a_question_ends_its_tap(counter, noticed):
    """No command finds that out: the next way asks for a card as if there had been none."""
    counter.lay()
    answers = {AskPin: None, AskWay: after(lambda: noticed(counter.take_away), Way.VISUAL)}
    visit = counter.check_in(Way.PIN, answers, reacts={"Lay your card": counter.lay_again})
    assert (visit.outcome, visit.way) == (Outcome.CHECKED_IN, Way.VISUAL)
    assert sum("Lay your card" in text for text in counter.people.told) == 2
    assert not counter.people.heard("taken away")
    assert counter.steps("failure") == []


def test_a_card_shown_its_code_that_leaves_is_over_too(counter, noticed):
    """The component is given no card that is gone."""
    counter.lay()

    class Component:
        def identify(self, *_):
            raise CertifiedFailed

    answers = {AskStaff: after(lambda: noticed(counter.take_away), counter._usual()[AskStaff])}
    reacts = {"taken away": counter.lay_again}
    counter.check_in(Way.VISUAL, answers, reacts=reacts, component=Component())
    assert counter.people.heard("taken away")
    assert len(counter.people.questions(AskStaff)) == 2


def test_who_was_identified_stays_so_whatever_is_laid_down_next(counter):
    first = counter.lay()
    centre = Listening()
    answers = {AskConsents: after(lambda: counter.lay("pinless"), lambda question: question.groups)}
    visit = counter.check_in(Way.PIN, answers, centre=centre)
    assert visit.outcome is Outcome.CHECKED_IN
    assert centre.asked[0].certificate == first.person.certificate
    assert commands_of(counter.card) == []


def test_a_reader_unplugged_in_the_middle_and_back_goes_on_with_the_card_laid_anew(
    own_counter, unplug
):
    own_counter.lay()
    visit = own_counter.check_in(Way.PIN, {AskPin: after(unplug, PIN)})
    assert visit.outcome is Outcome.CHECKED_IN
    assert own_counter.people.heard("was connected again")
    assert own_counter.certificate().verifies(visit.signature, visit.challenge)
    assert own_counter.people.questions(AskPin) == [AskPin(3), AskPin(3)]
    assert own_counter.verifies() == [PIN.encode()]


@pytest.mark.parametrize("exchange", [3, 9, 15, 17])
def test_a_reader_that_stops_during_an_exchange_and_is_back_goes_on(own_counter, exchange):
    own_counter.lay()
    first = own_counter.air.exchanges

    def kill(index, _frame):
        if index == first + exchange:
            own_counter.simulated.pipe.process.kill()

    own_counter.air.disturb = kill
    visit = own_counter.check_in(Way.PIN)
    assert own_counter.air.exchanges > first + exchange
    assert visit.outcome is Outcome.CHECKED_IN
    assert own_counter.people.heard("was connected again")


def test_a_reader_unplugged_after_the_card_was_read_does_not_stop_the_visit(own_counter, unplug):
    own_counter.lay()
    answers = {AskConsents: after(unplug, lambda question: question.groups)}
    visit = own_counter.check_in(Way.PIN, answers)
    assert visit.outcome is Outcome.CHECKED_IN


def test_a_reader_unplugged_in_outage_mode_leaves_typing(own_counter, unplug):
    own_counter.lay()
    visit = own_counter.check_in(
        Way.PIN,
        {AskItemsPin: after(unplug, PIN), AskFourItems: TYPED},
        centre=Listening(fails=[CentreUnreachable()]),
    )
    assert visit.outcome is Outcome.HELD
    assert own_counter.journal.held()[0].name == TYPED.name


def test_a_reader_whose_loss_is_noticed_during_a_question_is_said_to_be_lost(
    own_counter, unplug, noticed
):
    own_counter.lay()
    visit = own_counter.check_in(Way.PIN, {AskPin: after(lambda: noticed(unplug), PIN)})
    assert visit.outcome is Outcome.CHECKED_IN
    assert own_counter.people.heard("was connected again")
    assert not own_counter.people.heard("taken away")
    assert len(own_counter.steps("failure")) == 1


@pytest.mark.parametrize("answer", [None, Answer.YES])
def test_a_reader_that_is_gone_for_good_leads_to_the_fallbacks(
    own_counter, unplug_for_good, answer
):
    own_counter.lay()
    answers = {AskPin: after(unplug_for_good, PIN), AskFallback: answer}
    visit = own_counter.check_in(Way.PIN, answers)
    outcome = Outcome.FELL_BACK if answer else Outcome.READER_FAILED
    assert (visit.outcome, visit.fallback) == (outcome, Basis.PORTAL if answer else None)
    assert own_counter.people.heard("cannot be used")
    assert own_counter.steps("reader") == [{"error": "NoReader"}]
    *_, kept = own_counter.journal.visits()
    assert kept.outcome == outcome


def test_a_reader_that_comes_back_later_serves_the_next_patient(own_counter, unplug_for_good):
    own_counter.lay()
    visit = own_counter.check_in(Way.PIN, {AskPin: after(unplug_for_good, PIN)})
    assert visit.outcome is Outcome.READER_FAILED
    own_counter.board.connect = own_counter.simulated.connect
    assert own_counter.check_in(Way.PIN).outcome is Outcome.CHECKED_IN
