"""The time of those who are asked, by a clock that is put: warned, put off, stopped."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from kazashi.reception.japan import utc_now
from kazashi.reception.people import AskConsents, AskPasscode, AskPin, AskToken, AskWay
from kazashi.reception.rules import Group, Token, Way
from kazashi.reception.texts import Message
from kazashi.serve.access import Role
from kazashi.serve.display import Display, StaleAnswer
from kazashi.serve.screen import Screen, Step, Who
from site_waits import until

PIN = AskPin(3)


class At:
    """A display, its clock, and an engine that asks there."""

    def __init__(self, pool):
        self.s, self._pool = 0.0, pool
        self.screens, self._changed = [], Event()
        screen = Screen("1", "受付1", utc_now())
        self.display = Display(screen, self._publish, lambda: self.s)
        self.display.begin()

    def _publish(self, screen):
        self.screens.append(screen)

    def ask(self, question=PIN):
        """Asked in another thread; what comes of it."""
        before = self.display.screen.number
        answer = self._pool.submit(self.display.ask, question)
        until(lambda: self.screens[-1].number > before)
        return answer

    def pass_by(self, seconds):
        """Time passes, and the engine's thread sees it."""
        self.s += seconds
        with self.display._changed:
            self.display._look_at_time()
            self.display._changed.notify_all()

    @property
    def screen(self):
        return self.display.screen


@pytest.fixture
def at():
    with ThreadPoolExecutor(1) as pool:
        at = At(pool)
        yield at
        at.display.close()


def test_a_patient_who_does_nothing_is_warned_and_then_the_visit_stops(at):
    answer = at.ask()
    at.pass_by(59)
    assert (at.screen.is_warned, at.screen.seconds_left) == (False, 1)
    at.pass_by(1)
    assert (at.screen.is_warned, at.screen.seconds_left) == (True, 20)
    at.pass_by(20)
    assert answer.result(20) is None
    assert at.display.cancel.is_set()


def test_a_touch_puts_it_off_and_ends_the_warning(at):
    answer = at.ask()
    for _ in range(10):
        at.pass_by(60)
        assert at.screen.is_warned
        at.display.touch(is_slow=False)
        assert (at.screen.is_warned, at.screen.seconds_left) == (False, 60)
    at.display.answer(at.screen.number, "1234", Role.PATIENT)
    assert answer.result(20) == "1234"


def test_touches_are_no_events(at):
    at.ask()
    events = len(at.screens)
    for _ in range(1_000):
        at.display.touch(is_slow=False)
    assert len(at.screens) == events


@pytest.mark.parametrize(("question", "seconds"), [(PIN, 60), (AskConsents((*Group,)), 120)])
def test_a_slow_patient_has_twice_the_time(at, question, seconds):
    at.ask(question)
    assert at.screen.seconds_left == seconds
    at.display.touch(is_slow=True)
    assert at.screen.seconds_left == 2 * seconds


def test_the_next_patient_is_not_taken_for_slow(at):
    at.display.touch(is_slow=True)
    at.display.begin()
    at.ask()
    assert at.screen.seconds_left == 60


def test_staff_are_called_if_nothing_was_found_after_all_tries(at):
    answer = at.ask(AskToken((Token.CARD,), Message("not-sensed.card")))
    assert (at.screen.who, at.screen.seconds_left) == (Who.STAFF, None)
    at.display.let_go()
    assert (at.screen.who, at.screen.seconds_left) == (Who.PATIENT, 60)
    at.display.answer(at.screen.number, "card", Role.PATIENT)
    assert answer.result(20) is Token.CARD


def test_staff_are_not_called_for_a_failure_that_the_patient_can_mend(at):
    at.ask(AskToken((Token.CARD,), Message("reason.unreadable")))
    assert at.screen.call is None


def test_staff_are_not_hurried(at):
    at.ask(AskPasscode())
    assert (at.screen.seconds_left, at.screen.who) == (None, Who.STAFF)
    at.pass_by(100_000)
    assert not at.display.cancel.is_set()


def test_while_the_staff_are_called_no_patient_is_hurried(at):
    at.ask()
    at.pass_by(60)
    at.display.call()
    assert (at.screen.is_warned, at.screen.seconds_left) == (False, None)
    at.pass_by(100_000)
    at.display.take_call("佐藤")
    assert at.screen.call.by == "佐藤"
    at.display.let_go()
    assert (at.screen.call, at.screen.seconds_left) == (None, 60)
    assert not at.display.cancel.is_set()


def test_a_question_that_is_asked_during_a_call_waits_too(at):
    at.display.call()
    at.ask()
    at.pass_by(100_000)
    assert not at.display.cancel.is_set()
    assert at.screen.who is Who.STAFF


def test_a_patient_whose_screen_is_gone_is_not_hurried_until_it_is_back(at):
    at.ask()
    at.pass_by(60)
    at.display.lose_screen()
    assert (at.screen.is_warned, at.screen.seconds_left, at.screen.who) == (False, None, Who.STAFF)
    at.pass_by(100_000)
    at.display.find_screen()
    assert (at.screen.lost_since, at.screen.seconds_left) == (None, 60)
    assert not at.display.cancel.is_set()


def test_a_screen_that_was_lost_in_a_visit_is_missed_until_it_is_back(at):
    at.display.lose_screen()
    since = at.screen.lost_since
    at.display.lose_screen()
    at.display.show(Step.ENDED)
    at.display.rest()
    assert at.screen.lost_since is since
    at.display.find_screen()
    assert at.screen.lost_since is None


@pytest.mark.parametrize("step", [Step.IDLE, Step.ENDED, Step.STOPPED, Step.OUT_OF_ORDER])
def test_where_no_visit_is_a_screen_is_missed_once_one_begins(at, step):
    at.display.show(step)
    at.display.lose_screen()
    assert at.screen.lost_since is None
    at.display.begin()
    assert (at.screen.lost_since is None, at.screen.who) == (False, Who.STAFF)
    at.display.find_screen()
    assert at.screen.lost_since is None


def test_a_screen_that_is_back_before_a_visit_begins_is_not_missed(at):
    at.display.rest()
    at.display.lose_screen()
    at.display.find_screen()
    at.display.begin()
    assert at.screen.lost_since is None


def test_a_call_stands_whatever_becomes_of_the_visit(at):
    at.display.call()
    at.display.begin()
    at.display.show(Step.ENDED)
    at.display.rest()
    assert at.screen.call
    at.display.let_go()
    assert at.screen.call is None


def test_a_second_call_changes_nothing(at):
    at.display.call()
    since, events = at.screen.call.since, len(at.screens)
    at.display.call()
    assert (at.screen.call.since, len(at.screens)) == (since, events)


def test_without_a_call_there_is_none_to_take(at):
    events = len(at.screens)
    at.display.take_call("佐藤")
    at.display.let_go()
    assert len(at.screens) == events


def test_a_touch_after_the_end_is_too_late(at):
    answer = at.ask()
    at.pass_by(60)
    at.pass_by(20)
    at.display.touch(is_slow=False)
    assert answer.result(20) is None


def test_stop_ends_a_question_and_is_forgotten_by_the_next_patient(at):
    answer = at.ask()
    at.display.stop()
    assert answer.result(20) is None
    at.display.begin()
    assert not at.display.cancel.is_set()


@pytest.mark.parametrize("step", [Step.IDLE, Step.ENDED, Step.STOPPED, Step.OUT_OF_ORDER])
def test_where_no_visit_is_stop_changes_nothing(at, step):
    at.display.show(step)
    at.display.stop()
    assert not at.display.cancel.is_set()


def test_after_the_display_is_closed_each_visit_is_cancelled(at):
    at.display.close()
    at.display.begin()
    assert at.display.cancel.is_set()
    assert at.display.ask(PIN) is None


def test_an_answer_after_the_question_has_gone_is_stale(at):
    answer = at.ask()
    number = at.screen.number
    at.display.stop()
    assert answer.result(20) is None
    with pytest.raises(StaleAnswer):
        at.display.answer(number, "1234", Role.PROGRAM)


def test_the_reason_why_it_is_asked_again_stands_with_the_question(at):
    at.ask(AskWay((Way.PIN,), Message("reason.pin-locked")))
    assert [each.key for each in at.screen.notices] == ["reason.pin-locked"]


def test_notices_are_few_and_end_with_the_answer(at):
    for i in range(50):
        at.display.tell(Message(f"notice.{i}"))
        at.display.tell(Message(f"notice.{i}"))
    assert len(at.screen.notices) == 20
    answer = at.ask()
    at.display.answer(at.screen.number, "1234", Role.PATIENT)
    answer.result(20)
    assert at.screen.notices == ()


def test_each_change_has_a_number_of_its_own(at):
    at.ask()
    at.display.call()
    at.display.speak("en")
    at.display.speak("en")
    numbers = [screen.id for screen in at.screens]
    assert numbers == [*range(1, len(numbers) + 1)]
