"""What was agreed to, and for how long."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazashi.reception.consents import DAY, Consents, Item, Prescription, State

NOW = datetime(2028, 2, 28, 9, 30, tzinfo=UTC)
SETS = st.sets(st.sampled_from(Item))


def test_agreeing_to_all_is_recorded_as_each():
    consents = Consents.record([*Item], [*Item], NOW)
    assert [each.item for each in consents.items] == [*Item]
    for each in consents.items:
        assert (each.state, each.given_at, each.ends_at) == (State.GIVEN, NOW, NOW + DAY)


def test_silence_is_no_consent():
    consents = Consents.record([*Item], None, NOW)
    assert {each.state for each in consents.items} == {State.NONE}
    assert {each.given_at for each in consents.items} == {None}


@given(asked=SETS, agreed=SETS)
def test_what_is_given_was_asked_and_agreed_to(asked, agreed):
    if agreed - asked:
        with pytest.raises(ValueError, match="agreed to, and not asked"):
            Consents.record(asked, agreed, NOW)
        return
    consents = Consents.record(asked, agreed, NOW)
    assert {each.item for each in consents.items} == asked
    assert {item for item in Item if consents.state(item) is State.GIVEN} == agreed


def test_what_was_not_asked_was_not_given():
    assert Consents().state(Item.SURGERY) is State.NONE


@given(st.timedeltas(timedelta(seconds=1), timedelta(days=400)), st.timedeltas(-DAY, 500 * DAY))
def test_a_consent_is_given_until_its_end_and_expired_from_then_on(lasts, later):
    consents = Consents.record([Item.MEDICATION], [Item.MEDICATION], NOW, lasts=lasts)
    expected = State.GIVEN if later < lasts else State.EXPIRED
    assert consents.at(NOW + later).state(Item.MEDICATION) is expected


def test_only_what_was_given_expires():
    consents = Consents.record([Item.TESTS], None, NOW).at(NOW + 2 * DAY)
    assert consents.state(Item.TESTS) is State.NONE
    hard = Consents.hard_to_obtain([Item.TESTS]).at(NOW + 2 * DAY)
    assert hard.state(Item.TESTS) is State.HARD_TO_OBTAIN


def test_in_an_emergency_consent_is_hard_to_obtain_for_each():
    consents = Consents.hard_to_obtain([*Item])
    assert {each.state for each in consents.items} == {State.HARD_TO_OBTAIN}
    assert len(consents.items) == len(Item)


def test_times_say_their_zone_and_consents_last_some_time():
    with pytest.raises(ValueError, match="zone"):
        Consents.record([], None, datetime(2028, 1, 1))
    with pytest.raises(ValueError, match="zone"):
        Consents().at(datetime(2028, 1, 1))
    with pytest.raises(ValueError, match="lasts"):
        Consents.record([], None, NOW, lasts=timedelta(0))


def test_they_are_plain_json():
    consents = Consents.record([Item.SURGERY, Item.COST_LIMIT], [Item.SURGERY], NOW)
    assert json.loads(json.dumps(consents.to_json())) == [
        {
            "item": "surgery",
            "state": "given",
            "given_at": "2028-02-28T09:30:00+00:00",
            "ends_at": "2028-02-29T09:30:00+00:00",
        },
        {"item": "cost_limit", "state": "none", "given_at": None, "ends_at": None},
    ]


def test_no_two_items_have_one_label():
    assert len({item.label for item in Item}) == len(Item)


def test_the_specified_disease_and_the_cost_limit_belong_to_eligibility():
    not_medical = [item for item in Item if not item.is_medical]
    assert not_medical == [Item.SPECIFIED_DISEASE, Item.COST_LIMIT]


def test_numbers_are_those_of_the_result():
    assert [state.value for state in State] == [0, 1, 2, 3]
    assert [(each.name, each.value) for each in Prescription] == [("ELECTRONIC", 1), ("PAPER", 2)]
