"""Error rates and their bounds."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazashi.reception.face.rates import Rate


def probability_of_at_most(errors, trials, p):
    """The slow way."""
    return math.fsum(
        math.comb(trials, k) * p**k * (1 - p) ** (trials - k) for k in range(errors + 1)
    )


@pytest.mark.parametrize("trials", [30, 300, 3000, 100_000])
def test_without_any_error_the_rule_of_three_follows(trials):
    rate = Rate(0, trials)
    assert rate.lower == 0
    assert rate.upper == pytest.approx(1 - 0.05 ** (1 / trials))
    assert rate.upper == pytest.approx(3 / trials, rel=0.06)


@given(st.integers(1, 120).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_bounds_are_where_so_many_errors_would_be_a_surprise(counts):
    errors, trials = counts
    rate = Rate(errors, trials)
    assert rate.lower <= rate.value <= rate.upper
    if errors < trials:
        assert probability_of_at_most(errors, trials, rate.upper) == pytest.approx(0.05)
    if errors > 0:
        fewer = probability_of_at_most(errors - 1, trials, rate.lower)
        assert fewer == pytest.approx(0.95)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_errors_and_successes_are_treated_alike(counts):
    errors, trials = counts
    assert Rate(errors, trials).upper == pytest.approx(1 - Rate(trials - errors, trials).lower)


def test_a_known_interval_is_met():
    """Source: SciPy, beta.ppf(0.05, 3, 18) and beta.ppf(0.95, 4, 17)."""
    assert Rate(3, 20).lower == pytest.approx(0.04216940788577861)
    assert Rate(3, 20).upper == pytest.approx(0.3436638043142818)


def test_many_trials_are_no_trouble():
    rate = Rate(250_000, 500_000)
    assert rate.lower == pytest.approx(0.5 - 1.645 * math.sqrt(0.25 / 500_000), abs=1e-5)


def test_where_nothing_was_tried_nothing_is_known():
    rate = Rate(0, 0)
    assert (rate.value, rate.lower, rate.upper) == (None, 0, 1)
