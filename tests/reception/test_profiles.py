"""Which ways are offered where, and which is next when one fails."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazashi.reception.consents import Item
from kazashi.reception.profiles import PROFILES, Token, Way, next_ways
from kazashi.reception.validity import Validity

PROFILE = st.sampled_from([*PROFILES.values()])
TOKEN = st.none() | st.sampled_from(Token)
FAILED = st.sets(st.sampled_from(Way))
DESK, AWAY = PROFILES["desk"], PROFILES["away"]


def test_a_failed_way_leads_to_the_next():
    assert next_ways(DESK) == (Way.FACE, Way.PIN, Way.VISUAL)
    assert next_ways(DESK, {Way.FACE}) == (Way.PIN, Way.VISUAL)
    assert next_ways(DESK, {Way.FACE, Way.PIN}) == (Way.VISUAL,)
    assert next_ways(DESK, {Way.FACE, Way.PIN, Way.VISUAL}) == ()


def test_a_card_without_pin_or_with_a_locked_one_is_never_asked_for_it():
    assert next_ways(DESK, token=Token.CARD, can_use_pin=False) == (Way.FACE, Way.VISUAL)
    assert next_ways(AWAY, token=Token.ANDROID, can_use_pin=False) == ()
    assert next_ways(AWAY, token=Token.IPHONE, can_use_pin=False) == (Way.IPHONE,)


def test_without_a_photo_the_visual_check_follows_where_there_is_no_pin_either():
    assert next_ways(DESK, token=Token.CARD, can_use_face=False) == (Way.PIN, Way.VISUAL)
    nothing = next_ways(DESK, token=Token.CARD, can_use_face=False, can_use_pin=False)
    assert nothing == (Way.VISUAL,)


@pytest.mark.parametrize(
    ("profile", "token", "ways"),
    [
        ("desk", Token.CARD, [Way.FACE, Way.PIN, Way.VISUAL]),
        ("desk", Token.ANDROID, []),
        ("desk", Token.IPHONE, []),
        ("phone", Token.CARD, []),
        ("phone", Token.ANDROID, [Way.ANDROID]),
        ("phone", Token.IPHONE, [Way.IPHONE]),
        ("home", Token.CARD, [Way.PIN, Way.VISUAL]),
        ("eligibility", Token.CARD, [Way.PIN, Way.VISUAL]),
        ("emergency", Token.CARD, [Way.FACE, Way.VISUAL]),
        ("away", Token.CARD, [Way.PIN, Way.VISUAL]),
        ("away", Token.IPHONE, [Way.IPHONE]),
    ],
)
def test_what_lies_there_decides_what_is_possible(profile, token, ways):
    assert next_ways(PROFILES[profile], token=token) == tuple(ways)


@given(PROFILE, FAILED, TOKEN, st.booleans(), st.booleans())
def test_no_way_is_offered_that_cannot_lead_anywhere(
    profile, failed, token, can_use_pin, can_use_face
):
    found = next_ways(
        profile, failed, token=token, can_use_pin=can_use_pin, can_use_face=can_use_face
    )
    offered = set(found)
    assert not offered & failed
    assert list(found) == [way for way in profile.ways if way in offered]  # the profile's order
    assert can_use_face or Way.FACE not in offered
    assert can_use_pin or not offered & {Way.PIN, Way.ANDROID}
    if token is Token.CARD:
        assert not offered & {Way.ANDROID, Way.IPHONE}
    elif token:
        assert not offered & {Way.FACE, Way.PIN, Way.VISUAL}


@given(PROFILE, FAILED, TOKEN, st.booleans(), st.booleans(), st.sampled_from(Way))
def test_a_further_failure_never_brings_a_way_back(
    profile, failed, token, can_use_pin, can_use_face, another
):
    state = {"token": token, "can_use_pin": can_use_pin, "can_use_face": can_use_face}
    before, after = (
        next_ways(profile, failed, **state),
        next_ways(profile, failed | {another}, **state),
    )
    assert after == tuple(way for way in before if way is not another)


def test_staff_can_look_wherever_cards_are_taken():
    for profile in PROFILES.values():
        if set(profile.ways) & {Way.FACE, Way.PIN}:
            assert next_ways(profile, {Way.FACE, Way.PIN}, token=Token.CARD) == (Way.VISUAL,)


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


@given(st.text())
def test_any_label_is_some_token(label):
    assert Token.of_label(label) in Token


def test_where_eligibility_alone_is_confirmed_nothing_is_asked():
    profile = PROFILES["eligibility"]
    assert not profile.asks_medical_information
    assert not profile.asks_prescription
    assert profile.items_for(Validity.NORMAL) == ()


def test_elsewhere_medical_information_is_asked_for_until_the_certificate_ends():
    for profile in PROFILES.values():
        if profile.name == "eligibility":
            continue
        assert profile.asks_medical_information
        assert profile.items_for(Validity.ENDING) == tuple(Item)
        after = profile.items_for(Validity.ELIGIBILITY_ONLY)
        assert after == (Item.SPECIFIED_DISEASE, Item.COST_LIMIT)
        assert profile.items_for(Validity.UNUSABLE) == ()


def test_in_an_emergency_no_pin_and_no_prescription_is_asked_for():
    profile = PROFILES["emergency"]
    assert profile.is_emergency
    assert Way.PIN not in profile.ways
    assert not profile.asks_prescription


def test_profiles_are_found_by_name_and_told_in_both_languages():
    for name, profile in PROFILES.items():
        assert profile.name == name
        assert profile.label.ja
        assert profile.label.en
    assert all(way.label.ja and way.label.en for way in Way)
