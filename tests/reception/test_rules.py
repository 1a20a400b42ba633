"""Tokens, ways, proofs; what was agreed to, and for how long."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazashi.reception.rules import (
    DAY,
    Consents,
    Group,
    Item,
    Prescription,
    Proof,
    State,
    Token,
    Way,
)
from kazashi.words import Language

NOW = datetime(2028, 2, 28, 9, 30, tzinfo=UTC)
SETS = st.sets(st.sampled_from(Group))


def test_agreeing_to_all_is_recorded_as_each():
    consents = Consents.record([*Group], [*Group], NOW)
    assert [each.item for each in consents.items] == [*Item]
    for each in consents.items:
        assert (each.state, each.given_at, each.ends_at) == (State.GIVEN, NOW, NOW + DAY)


def test_silence_is_no_consent():
    consents = Consents.record([*Group], None, NOW)
    assert {each.state for each in consents.items} == {State.NONE}
    assert {each.given_at for each in consents.items} == {None}


def items_of(groups):
    return {item for group in groups for item in group.items}


@given(asked=SETS, agreed=SETS)
def test_what_is_given_was_asked_and_agreed_to(asked, agreed):
    if agreed - asked:
        with pytest.raises(ValueError, match="agreed to, and not asked"):
            Consents.record(asked, agreed, NOW)
        return
    consents = Consents.record(asked, agreed, NOW)
    assert {each.item for each in consents.items} == items_of(asked)
    assert {item for item in Item if consents.state(item) is State.GIVEN} == items_of(agreed)


@given(asked=SETS, allowed=SETS)
def test_outside_of_what_is_allowed_nothing_is_given(asked, allowed):
    consents = Consents.record(asked, asked, NOW).within(allowed)
    assert {each.item for each in consents.items} == items_of(asked)
    given = {each.item for each in consents.items if each.state is State.GIVEN}
    assert given == items_of(asked & allowed)


def test_what_was_not_asked_was_not_given():
    assert Consents().state(Item.SURGERY) is State.NONE


@given(st.timedeltas(timedelta(seconds=1), timedelta(days=400)), st.timedeltas(-DAY, 500 * DAY))
def test_a_consent_is_given_until_its_end_and_expired_from_then_on(lasts, later):
    consents = Consents.record([Group.TREATMENT], [Group.TREATMENT], NOW, lasts=lasts)
    expected = State.GIVEN if later < lasts else State.EXPIRED
    assert consents.at(NOW + later).state(Item.MEDICATION) is expected


def test_only_what_was_given_expires():
    consents = Consents.record([Group.TREATMENT], None, NOW).at(NOW + 2 * DAY)
    assert consents.state(Item.TESTS) is State.NONE
    hard = Consents.hard_to_obtain([Group.TREATMENT]).at(NOW + 2 * DAY)
    assert hard.state(Item.TESTS) is State.HARD_TO_OBTAIN


def test_in_an_emergency_consent_is_hard_to_obtain_for_each():
    consents = Consents.hard_to_obtain([*Group])
    assert {each.state for each in consents.items} == {State.HARD_TO_OBTAIN}
    assert len(consents.items) == len(Item)


def test_times_say_their_zone_and_consents_last_some_time():
    with pytest.raises(ValueError, match="zone"):
        Consents.record([], None, datetime(2028, 1, 1))
    with pytest.raises(ValueError, match="zone"):
        Consents().at(datetime(2028, 1, 1))
    with pytest.raises(ValueError, match="lasts"):
        Consents.record([], None, NOW, lasts=timedelta(0))


def test_without_an_end_a_consent_lasts_while_care_goes_on():
    consents = Consents.record([Group.CHECKUPS], [Group.CHECKUPS], NOW, lasts=None)
    assert consents.items[0].ends_at is None
    assert consents.at(NOW + 1000 * DAY).state(Item.CHECKUPS) is State.GIVEN


def test_they_are_plain_json_in_japans_time():
    asked = [Group.CHECKUPS, Group.SPECIFIED_DISEASE]
    consents = Consents.record(asked, [Group.CHECKUPS], NOW)
    assert json.loads(json.dumps(consents.to_json())) == [
        {
            "item": "checkups",
            "state": "given",
            "given_at": "2028-02-28T18:30:00+09:00",
            "ends_at": "2028-02-29T18:30:00+09:00",
        },
        {"item": "specified_disease", "state": "none", "given_at": None, "ends_at": None},
    ]


# OQSCD036
def test_each_flag_belongs_to_one_group_and_the_groups_have_the_codes_of_the_result():
    assert sorted(item for group in Group for item in group.items) == sorted(Item)
    codes = [group.codes for group in Group]
    assert codes == [("SHJ",), ("SRJ", "YZK"), ("TKK",), ("TSR",)]
    assert Group.SURGERY.items == (Item.SURGERY, Item.DIAGNOSES, Item.INFECTIONS)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", [Way, Token, Group, Item, Prescription])
def test_no_two_choices_read_alike(kind, language):
    assert len({each.message.text(language) for each in kind}) == len(kind)


def test_the_specified_disease_belongs_to_eligibility():
    assert [group for group in Group if not group.is_medical] == [Group.SPECIFIED_DISEASE]


def test_a_proof_says_which_key_signed_what():
    assert Proof.SIGNATURE.to_json() == {
        "kind": "signature",
        "key": "user authentication certificate",
        "signed": "challenge",
    }
    assert Proof.NONE.to_json() is None
    assert [each for each in Proof if each.is_of_certificate] == [Proof.SIGNATURE, Proof.COMPONENT]


@pytest.mark.parametrize(
    ("label", "token"),
    [
        ("JPKIAPICCTOKEN2", Token.CARD),
        ("JPKIAPICCTOKEN", Token.CARD),
        ("JPKIAPGPSETOKEN", Token.ANDROID),
        ("JPKIAPIOSTOKEN", Token.IPHONE),
        ("", Token.CARD),
    ],
)
def test_the_label_says_what_lies_there(label, token):
    assert Token.of_label(label) is token


def test_numbers_are_those_of_the_result():
    assert [state.value for state in State] == [0, 1, 2, 3]
    assert [(each.name, each.value) for each in Prescription] == [("ELECTRONIC", 1), ("PAPER", 2)]
