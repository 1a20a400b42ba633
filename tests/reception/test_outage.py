"""The centre is down, and comes back."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise, repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazashi.cards.surface import FourItems, Sex
from kazashi.reception.eligibility import (
    CentreBusy,
    CentreFailed,
    CentreUnreachable,
    Standing,
)
from kazashi.reception.outage import HeldVisit, ask_again, order, typed_items
from kazashi.reception.simulated_centre import SimulatedCentre
from kazashi.reception.typed import Mistyped

NOW = datetime(2030, 1, 1, 9, tzinfo=UTC)
TODAY = date(2030, 1, 1)
TYPED = {
    "name": "山田 花子",
    "address": "東京都千代田区霞が関1-2-3",
    "birth": "昭和60年4月3日",
    "sex": "女",
}
ITEMS = FourItems("山田 花子", "東京都千代田区霞が関1-2-3", date(1985, 4, 3), Sex.FEMALE)


class Memory:
    """A store that forgets."""

    def __init__(self, *references: str):
        self.visits = {
            each: HeldVisit(each, ITEMS, "down", NOW + timedelta(minutes=minutes))
            for minutes, each in enumerate(references)
        }
        self.answers, self.refusals = {}, []

    def held(self):
        return reversed(self.visits.values())

    def answered(self, reference, eligibility):
        del self.visits[reference]
        self.answers[reference] = eligibility.standing

    def refused(self, reference, reason):
        self.refusals.append(reason)
        visit = self.visits[reference]
        self.visits[reference] = replace(visit, failures=visit.failures + 1)


def test_what_is_typed_from_the_cards_face_are_the_four_items():
    assert typed_items(**TYPED, today=TODAY) == ITEMS


@pytest.mark.parametrize(
    ("typed", "sex"),
    [("男", 1), ("１", 1), ("male", 1), ("F", 2), ("女性", 2), ("9", 9), ("その他", 9)],
)
def test_a_sex_is_typed_as_a_word_or_a_number(typed, sex):
    assert typed_items(**TYPED | {"sex": typed}, today=TODAY).sex == sex


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("name", " "),
        ("name", "123456789012"),
        ("address", ""),
        ("address", "東京都 1234 5678 9012"),
        ("birth", "R20.1.1"),
        ("birth", "123456789012"),
        ("sex", "3"),
        ("sex", "123456789012"),
    ],
)
def test_the_field_that_is_wrong_is_named(field, text):
    with pytest.raises(Mistyped) as error:
        typed_items(**TYPED | {field: text}, today=TODAY)
    assert error.value.field == field


@given(st.fixed_dictionaries(dict.fromkeys(TYPED, st.text(max_size=20))))
def test_whatever_is_typed_is_taken_or_refused(typed):
    try:
        found = typed_items(**typed, today=TODAY)
    except Mistyped:
        return
    assert found.name
    assert found.address
    assert found.sex in Sex


@given(
    st.sampled_from([*TYPED]),
    st.from_regex(r"[0-9]{12}", fullmatch=True),
    st.from_regex(r"\D{0,5}", fullmatch=True),
    st.from_regex(r"\D{0,5}", fullmatch=True),
)
def test_a_my_number_typed_anywhere_is_never_taken(field, number, before, after):
    with pytest.raises(Mistyped):
        typed_items(**TYPED | {field: before + number + after}, today=TODAY)


def test_a_held_visit_shows_nobodys_name():
    assert "山田" not in repr(HeldVisit("1", ITEMS, "down", NOW))


def test_once_the_centre_is_back_all_are_asked_about():
    store = Memory("1", "2", "3")
    assert ask_again(store, SimulatedCentre(Standing.INVALID)) == 3
    assert [*store.answers] == ["1", "2", "3"]  # the oldest first
    assert set(store.answers.values()) == {Standing.INVALID}
    assert not store.visits


@pytest.mark.parametrize("error", [CentreUnreachable(), CentreBusy()])
def test_while_it_is_down_all_are_kept_and_it_is_asked_once(error):
    store, asked = Memory("1", "2", "3"), []
    centre = SimulatedCentre(fails=repeat(error), sleep=asked.append)
    assert ask_again(store, centre) == 0
    assert [*store.visits] == ["1", "2", "3"]
    assert len(asked) == 1


def test_one_that_the_centre_refuses_keeps_nobody_else_waiting():
    store = Memory("1", "2", "3")
    assert ask_again(store, SimulatedCentre(fails=[CentreFailed("E1")])) == 2
    assert [*store.visits] == ["1"]
    assert store.refusals == [str(CentreFailed("E1"))]
    assert ask_again(store, SimulatedCentre()) == 1


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 1000)), max_size=20))
def test_those_that_were_refused_come_after_the_others_and_the_oldest_first(visits):
    held = [
        HeldVisit(str(index), ITEMS, "", NOW + timedelta(seconds=seconds), failures)
        for index, (failures, seconds) in enumerate(visits)
    ]
    ordered = order(held)
    assert sorted(ordered, key=held.index) == held  # each once
    for one, next_one in pairwise(ordered):
        assert one.failures <= next_one.failures
        assert one.failures < next_one.failures or one.held_at <= next_one.held_at
