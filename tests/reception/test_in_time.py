"""Work that may not end: what is waited for, for how long, and what comes of it."""

from concurrent import futures
from threading import Event

import pytest

from kazashi.errors import Cancelled
from kazashi.reception import in_time as in_time_module
from kazashi.reception.in_time import in_time

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
