"""People held are asked about by one at a time, however many ask, and whatever becomes of them."""

import os
import signal
from contextlib import closing
from datetime import date, timedelta
from itertools import count

import pytest

from journal_child import kill_at
from kazashi.reception.centre import CentreFailed, CentreUnreachable
from kazashi.reception.journal import BeingAsked, Journal, claims
from kazashi.reception.outage import ask_held
from kazashi.testing.centre import SimulatedCentre
from kept import Clock

HELD = {"address": "東京都", "birth": date(1985, 4, 3), "sex": 1, "reason": "CentreUnreachable"}
POSIX = pytest.mark.skipif(os.name != "posix", reason="fork and signals are POSIX")
LATER = claims.LENGTH + timedelta(seconds=1)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal.db"


def hold(path, people):
    with Journal(path, Clock()) as journal:
        for number in range(people):
            entry = journal.begin("desk", "usb:1")
            journal.hold(entry.id, name=f"架空 {number}郎", **HELD)
            entry.end("held", is_test=True)


@pytest.fixture
def two(path, clock):
    """Two programs with the journal, in which one person is held."""
    hold(path, 1)
    with Journal(path, clock) as one, Journal(path, clock) as two:
        yield one, two


def ask(journal, centre=None):
    return ask_held(journal, centre or SimulatedCentre(), is_test=True)


def asked(journal):
    """Readers of the visits that are answers."""
    return [visit.reader for visit in journal.visits() if visit.profile == "held"]


def refused(answers):
    ((_, error),) = answers
    return isinstance(error, BeingAsked)


def test_who_is_being_asked_about_is_left_alone(two):
    one, other = two
    asking = ask(one)
    next(asking)
    assert refused(ask(other))
    assert [*asking] == []
    assert [*ask(other)] == []
    assert asked(one) == ["held 1"]


@pytest.mark.parametrize("error", [CentreFailed("E1"), CentreUnreachable()])
def test_after_an_error_another_may_ask(two, error):
    one, other = two
    try:
        assert [answer for _, answer in ask(one, SimulatedCentre(fails=[error]))] == [error]
    except CentreUnreachable:
        pass
    assert not refused(ask(other))
    assert other.held() == []


def test_who_stops_asking_lets_another_ask(two):
    one, other = two
    asking = ask(one)
    next(asking)
    asking.close()
    assert not refused(ask(other))


def test_a_claim_ends_by_itself(two, clock):
    one, other = two
    (person,) = one.held()
    one.claim(person)
    clock.at += claims.LENGTH
    assert refused(ask(other))
    clock.at += timedelta(seconds=1)
    assert not refused(ask(other))


def test_a_clock_that_is_put_back_keeps_nobody_for_ever(two, clock):
    one, other = two
    (person,) = one.held()
    one.claim(person)
    clock.at -= timedelta(minutes=1)
    assert refused(ask(other))
    clock.at -= timedelta(days=1)
    assert not refused(ask(other))


def test_a_program_that_was_stopped_for_longer_leaves_the_answer_to_another(two, clock):
    one, other = two

    class Slow(SimulatedCentre):
        def identify(self, reference, who):
            clock.at += LATER
            assert not refused(ask(other))
            return super().identify(reference, who)

    assert refused(ask(one, Slow()))
    assert asked(one) == ["held 1"]


def test_who_is_held_anew_meanwhile_stays_held(two):
    one, other = two
    asking = ask(one)
    next(asking)
    other.hold(1, name="架空 花子", **HELD)
    assert [*asking] == []
    assert [each.name for each in other.held()] == ["架空 花子"]


def child(work):
    """A process that does `work` and ends."""
    if pid := os.fork():
        return pid
    try:
        work()
    finally:
        os._exit(0)


class Recording(SimulatedCentre):
    """Tells in a file whom it was asked about."""

    def __init__(self, log):
        super().__init__()
        self._log = os.open(log, os.O_CREAT | os.O_WRONLY | os.O_APPEND)

    def identify(self, reference, who):
        os.write(self._log, f"{who.name}\n".encode())
        return super().identify(reference, who)


@POSIX
def test_of_many_processes_one_asks_about_each_person(path, tmp_path):
    hold(path, 30)

    def work():
        with Journal(path) as journal:
            while [answer for _, answer in ask(journal, Recording(tmp_path / "log"))]:
                pass

    for pid in [child(work) for _ in range(4)]:
        os.waitpid(pid, 0)
    names = (tmp_path / "log").read_text().split("\n")[:-1]
    assert sorted(names) == sorted(f"架空 {number}郎" for number in range(30))
    with Journal(path) as journal:
        assert journal.held() == []
        assert sorted(asked(journal)) == sorted(f"held {number}" for number in range(1, 31))


@POSIX
def test_killed_anywhere_all_are_answered_about_once_in_the_end(tmp_path):
    for place in count(0, 7):
        path = tmp_path / f"{place}.db"
        hold(path, 2)

        def work(path=path, place=place):
            kill_at(place)
            with closing(Journal(path, Clock())) as journal:
                [*ask(journal)]

        status = os.waitpid(child(work), 0)[1]
        later = Clock()
        later.at += LATER
        with Journal(path, later) as journal:
            [*ask(journal)]
            assert journal.held() == []
            assert sorted(asked(journal)) == ["held 1", "held 2"]
        if not os.WIFSIGNALED(status):
            break
        assert os.WTERMSIG(status) == signal.SIGKILL
    assert place > 100
