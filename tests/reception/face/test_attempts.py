"""Five failures in a row, then a pause."""

import pytest

from kazashi.reception.face.attempts import Attempts


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def attempts(clock):
    return Attempts(60, clock)


def fail(attempts, times):
    for _ in range(times):
        attempts.count(is_match=False)


def test_four_failures_are_no_reason_to_wait(attempts):
    fail(attempts, 4)
    assert attempts.wait_s == 0


def test_after_the_fifth_there_is_a_pause(attempts, clock):
    fail(attempts, 5)
    assert attempts.wait_s == 60
    clock.now += 59
    assert attempts.wait_s == 1
    clock.now += 1
    assert attempts.wait_s == 0


def test_after_the_pause_there_are_five_again(attempts, clock):
    fail(attempts, 5)
    clock.now += 60
    fail(attempts, 4)
    assert attempts.wait_s == 0
    fail(attempts, 1)
    assert attempts.wait_s == 60


def test_a_match_ends_the_row(attempts):
    fail(attempts, 4)
    attempts.count(is_match=True)
    fail(attempts, 4)
    assert attempts.wait_s == 0


@pytest.mark.parametrize("is_match", [True, False])
def test_nothing_is_compared_during_the_pause(attempts, is_match):
    fail(attempts, 5)
    with pytest.raises(ValueError, match="during a pause"):
        attempts.count(is_match=is_match)
