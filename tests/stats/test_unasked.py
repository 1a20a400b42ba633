"""Who is sent a 資格確認書 without asking, and how old somebody is."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazashi.reception.ages import legal_age
from kazashi.stats.unasked import RULE_BEGINS, Insured, is_sent_unasked

AUGUST = date(2026, 8, 1)
BORN = {74: date(1952, 1, 10), 75: date(1951, 1, 10), 84: date(1942, 1, 10), 85: date(1941, 1, 10)}
OFTEN = [date(2025, 9, 1), *[date(2026, month, 5) for month in (1, 2, 3, 4)], date(2026, 5, 2)]
SELDOM = OFTEN[1:]
NOT_LATELY = [*OFTEN[:5], date(2026, 5, 1)]  # three months before 1 August


def sent(age, uses, on=AUGUST, *, has_card=True, **how):
    return is_sent_unasked(Insured(BORN[age], has_card, uses), on, **how)


@pytest.mark.parametrize("age", [75, 84, 85])
@pytest.mark.parametrize("uses", [OFTEN, SELDOM, []])
@pytest.mark.parametrize("has_card", [True, False])
def test_until_the_end_of_july_2026_everybody_of_75_and_over_is_sent_one(age, uses, has_card):
    assert sent(age, uses, date(2026, 7, 31), has_card=has_card)


@pytest.mark.parametrize(
    ("age", "uses", "is_sent"),
    [
        (75, OFTEN, False),
        (84, OFTEN, False),
        (85, OFTEN, True),
        (75, SELDOM, True),
        (84, NOT_LATELY, True),
        (84, [], True),
        (85, [], True),
    ],
)
def test_from_august_2026_it_is_not_sent_to_those_up_to_84_who_use_the_card(age, uses, is_sent):
    assert sent(age, uses) is is_sent
    assert sent(age, [], has_card=False)


def test_the_rule_begins_with_august_2026():
    assert date(2026, 8, 1) == RULE_BEGINS
    assert sent(84, OFTEN, date(2026, 7, 31))
    assert not sent(84, OFTEN, date(2026, 8, 1))


def test_six_uses_are_enough_and_five_are_not():
    assert not sent(84, [OFTEN[-1]] * 6)
    assert sent(84, [OFTEN[-1]] * 5)


def test_the_year_of_these_uses_begins_on_the_day_after_the_same_of_last_year():
    assert sent(84, [date(2025, 8, 1), *SELDOM])
    assert not sent(84, [date(2025, 8, 2), *SELDOM])


def test_uses_are_counted_up_to_the_day_that_the_insurer_knows():
    assert sent(84, OFTEN, date(2026, 9, 1))  # the first use is too long ago
    assert not sent(84, OFTEN, date(2026, 9, 1), known_until=date(2026, 7, 31))
    assert sent(84, [day + timedelta(days=365) for day in OFTEN])  # these are to come


@pytest.mark.parametrize(("has_card", "is_sent"), [(True, False), (False, True)])
@pytest.mark.parametrize("age", [75, 84, 85])
def test_an_insurer_may_treat_them_as_those_of_74_and_younger(age, has_card, is_sent):
    assert sent(age, [], has_card=has_card, as_younger=True) is is_sent
    assert sent(74, [], has_card=has_card) is is_sent


@pytest.mark.parametrize(
    ("birth", "on", "age"),
    [
        (date(1941, 8, 2), date(2026, 7, 31), 84),
        (date(1941, 8, 2), date(2026, 8, 1), 85),  # the eve of the birthday
        (date(1951, 1, 1), date(2025, 12, 31), 75),
        (date(1940, 2, 29), date(2025, 2, 27), 84),
        (date(1940, 2, 29), date(2025, 2, 28), 85),
        (date(1940, 2, 29), date(2024, 2, 28), 84),
        (date(1940, 3, 1), date(2024, 2, 28), 83),
        (date(1940, 3, 1), date(2024, 2, 29), 84),
        (date(2026, 8, 1), date(2026, 8, 1), 0),
    ],
)
def test_a_year_of_age_is_complete_on_the_eve_of_the_birthday(birth, on, age):
    assert legal_age(birth, on) == age


def test_who_turns_85_the_next_day_is_sent_one():
    assert is_sent_unasked(Insured(date(1941, 8, 2), True, OFTEN), AUGUST)
    assert not is_sent_unasked(Insured(date(1941, 8, 3), True, OFTEN), AUGUST)


@pytest.mark.parametrize(
    ("birth", "eve"),
    [
        (date(1951, 7, 2), date(2026, 7, 1)),
        (date(1952, 2, 29), date(2027, 2, 28)),  # 75 on 1 March, as there is no 29 February
        (date(1952, 3, 1), date(2027, 2, 28)),
    ],
)
def test_the_insurance_of_those_of_75_begins_on_the_birthday_and_not_on_its_eve(birth, eve):
    seldom = Insured(birth, True)
    assert not is_sent_unasked(seldom, eve)
    assert is_sent_unasked(seldom, eve + timedelta(days=1))


def test_a_child_born_today_is_sent_one():
    assert is_sent_unasked(Insured(AUGUST, False), AUGUST)


def test_nobody_has_an_age_before_birth():
    with pytest.raises(ValueError, match="not born"):
        legal_age(date(2026, 8, 2), AUGUST)


@given(st.dates(date(1900, 1, 1), date(2020, 1, 1)), st.integers(0, 40_000))
def test_age_never_falls_and_grows_by_one_a_year(birth, days):
    on = birth + timedelta(days=days)
    assert 0 <= legal_age(birth, on + timedelta(days=1)) - legal_age(birth, on) <= 1
    assert legal_age(birth, on) <= days / 365 + 1
