"""Work that may not end: what is waited for, for how long, and what comes of it."""

import subprocess
import sys
from concurrent import futures
from threading import Event

import pytest

from kazashi.errors import Cancelled
from kazashi.reception import in_time as in_time_module
from kazashi.reception.in_time import in_time
from site_waits import until

LONG_S = 60.0


def fails(error):
    def work(_end):
        raise error

    return work


def test_what_the_work_returns_or_raises_comes_of_it():
    assert in_time(lambda _end: 1, LONG_S) == 1
    for error in (ValueError("x"), TimeoutError("its own")):
        with pytest.raises(type(error)) as raised:
            in_time(fails(error), LONG_S)
        assert raised.value is error


def test_work_that_does_not_end_is_left_and_told_so():
    left = Event()
    with pytest.raises(TimeoutError):
        in_time(lambda end: left.set() if end.wait(LONG_S) else None, 0.01)
    assert left.wait(LONG_S)


def test_while_work_hangs_no_other_of_the_same_begins():
    goes_on, begun = Event(), []

    def work(_end):
        begun.append(1)
        goes_on.wait(LONG_S)
        return 1

    for _ in range(3):
        with pytest.raises(TimeoutError):
            in_time(work, 0.01, of="disk")
    assert in_time(lambda _end: 2, LONG_S, of="another disk") == 2
    assert len(begun) == 1
    goes_on.set()
    until(lambda: not in_time_module._hanging)
    assert in_time(work, LONG_S, of="disk") == 1


def test_work_that_hangs_keeps_no_program_from_its_end():
    program = (
        "from threading import Event\n"
        "from kazashi.reception.in_time import in_time\n"
        "in_time(lambda _end: Event().wait(), 0.01)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=LONG_S)
    assert b"TimeoutError" in ended.stderr


def test_a_cancelled_wait_ends():
    cancel = Event()
    with pytest.raises(Cancelled):
        in_time(lambda end: (cancel.set(), end.wait(LONG_S)), LONG_S, cancel)


def test_a_result_that_comes_between_two_looks_is_not_lost(monkeypatch):
    class Slow(futures.Future):
        def result(self, timeout=None):
            if timeout is not None:
                futures.wait([self])  # it comes just then
                raise TimeoutError
            return super().result()

    monkeypatch.setattr(in_time_module, "Future", Slow)
    assert in_time(lambda _end: 1, LONG_S) == 1
