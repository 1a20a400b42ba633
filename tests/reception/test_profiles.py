"""Places and what they ask: the defaults, and what a configuration changes."""

from datetime import timedelta

import pytest

from kazashi.reception.profiles import PROFILES, profiles_of
from kazashi.reception.rules import Group, Token, Way
from kazashi.reception.settings import BadSettings, Flaw
from kazashi.reception.validity import Validity

CARD, ANDROID, IPHONE = Token.CARD, Token.ANDROID, Token.IPHONE


@pytest.mark.parametrize(
    ("profile", "tokens", "ways"),
    [
        ("desk", (CARD, ANDROID, IPHONE), (Way.FACE, Way.PIN, Way.VISUAL)),  # S1, S2
        ("phone", (ANDROID, IPHONE), ()),
        ("home", (CARD, ANDROID, IPHONE), (Way.VISUAL, Way.PIN)),  # S0
        ("eligibility", (CARD, ANDROID, IPHONE), (Way.VISUAL, Way.PIN)),  # S0
        ("emergency", (CARD,), (Way.FACE, Way.VISUAL)),
        ("away", (CARD, ANDROID, IPHONE), (Way.PIN, Way.VISUAL)),
        ("returning", (CARD, ANDROID, IPHONE), (Way.FACE, Way.PIN)),
    ],
)
def test_what_is_taken_where(profile, tokens, ways):
    place = PROFILES[profile]
    assert (place.tokens, place.ways_of(CARD)) == (tokens, ways)
    assert place.ways_of(ANDROID) == ((Way.PIN,) if ANDROID in tokens else ())
    assert place.ways_of(IPHONE) == ((Way.ON_PHONE,) if IPHONE in tokens else ())


def test_no_place_is_left_out():
    at_desks = ["desk", "phone", "home", "eligibility", "emergency", "away"]
    assert [*PROFILES] == [*at_desks, "returning"]


def test_if_eligibility_alone_is_confirmed_no_medical_information_is_asked():
    profile = PROFILES["eligibility"]
    assert profile.groups_for(None) == (Group.SPECIFIED_DISEASE,)
    assert not profile.asks_prescription


def test_elsewhere_medical_information_is_asked_for_until_the_certificate_ends():
    for profile in PROFILES.values():
        if profile.name == "eligibility":
            continue
        assert profile.groups_for(Validity.ENDING) == tuple(Group)
        assert profile.groups_for(Validity.ELIGIBILITY_ONLY) == (Group.SPECIFIED_DISEASE,)
        assert profile.groups_for(Validity.UNUSABLE) == ()


# S0, マイナ資格確認アプリ; ijnethp.com
def test_at_home_and_for_eligibility_alone_consents_come_first():
    first = [name for name, profile in PROFILES.items() if profile.consents_first]
    assert first == ["home", "eligibility"]
    assert PROFILES["home"].consents_last is None
    assert PROFILES["desk"].consents_last == timedelta(hours=24)


def test_in_an_emergency_no_pin_and_no_prescription_is_asked_for():
    profile = PROFILES["emergency"]
    assert profile.is_emergency
    assert Way.PIN not in profile.ways
    assert not profile.asks_prescription


def test_a_configuration_changes_a_place_and_adds_others():
    settings = {
        "profiles": {
            "desk": {"tokens": ["card"], "consent_hours": 2, "grace_groups": []},
            "ward": {
                "tokens": ["card"],
                "ways": ["visual"],
                "prescription": False,
                "consents_first": True,
            },
        }
    }
    profiles = profiles_of(settings)
    desk = profiles["desk"]
    assert (desk.tokens, desk.ways) == ((CARD,), PROFILES["desk"].ways)
    assert (desk.consents_last, desk.grace_groups) == (timedelta(hours=2), ())
    assert profiles["ward"].ways == (Way.VISUAL,)
    assert profiles["ward"].consents_first
    assert not profiles["ward"].asks_prescription
    assert profiles["home"] == PROFILES["home"]


# S1
@pytest.mark.parametrize(
    ("kind", "names", "asks"),
    [
        ("hospital", [*PROFILES], True),
        ("clinic", [*PROFILES], True),
        ("occupational", [*PROFILES], True),
        ("pharmacy", [*PROFILES], False),
        ("checkup", [*PROFILES], False),
        ("midwife", [*PROFILES], False),
        ("practitioner", ["eligibility"], False),
    ],
)
def test_a_kind_of_site_decides_what_may_be_asked(kind, names, asks):
    profiles = profiles_of({"site": {"kind": kind}})
    assert [*profiles] == names
    assert any(profile.asks_prescription for profile in profiles.values()) is asks


def test_a_misspelt_place_is_told_the_names_that_there_are():
    with pytest.raises(BadSettings) as error:
        profiles_of({"profiles": {"dsek": {"consent_hours": 2}}})
    assert error.value.detail == "desk, phone, home, eligibility, emergency, away, returning"


# 薬局: the consents are for dispensing
def test_at_a_pharmacy_each_place_asks_for_consent_to_dispensing():
    assert all(each.is_pharmacy for each in profiles_of({"site": {"kind": "pharmacy"}}).values())
    assert not any(each.is_pharmacy for each in profiles_of({"site": {"kind": "clinic"}}).values())
    ward = {"desk": {"dispensing": True}}
    assert profiles_of({"profiles": ward})["desk"].is_pharmacy


@pytest.mark.parametrize(
    ("settings", "place", "flaw"),
    [
        ({"site": {"kind": "moon"}}, "site.kind", Flaw.NOT_ONE_OF),
        ({"site": {"kind": ["clinic"]}}, "site.kind", Flaw.NOT_A_TEXT),
        ({"site": {"sort": "clinic"}}, "site.sort", Flaw.NO_SUCH_FIELD),
        ({"profiles": {"desk": {"tokens": ["stone"]}}}, "profiles.desk.tokens", Flaw.NOT_ONE_OF),
        ({"profiles": {"desk": {"ways": [1]}}}, "profiles.desk.ways", Flaw.NOT_ONE_OF),
        ({"profiles": {"desk": {"ways": ["on_phone"]}}}, "profiles.desk.ways", Flaw.NOT_ONE_OF),
        ({"profiles": {"desk": {"groups": ["all"]}}}, "profiles.desk.groups", Flaw.NOT_ONE_OF),
        ({"profiles": {"": {}}}, 'profiles.""', Flaw.NOT_A_NAME),
        ({"profiles": {"a\n": {}}}, 'profiles."a\n"', Flaw.NOT_A_NAME),
        ({"profiles": {"dsek": {"tokens": ["card"]}}}, "profiles.dsek", Flaw.NO_SUCH_PLACE),
        ({"profiles": {"emergancy": {"ways": ["pin"]}}}, "profiles.emergancy", Flaw.NO_SUCH_PLACE),
        ({"profiles": {"desk": {"ways": []}}}, "profiles.desk.ways", Flaw.MISSING),
        (
            {"profiles": {"desk": {"grace_groups": ["treatment"]}}},
            "profiles.desk.grace_groups",
            Flaw.NOT_ONE_OF,
        ),
        ({"profiles": {"desk": {"tokens": []}}}, "profiles.desk.tokens", Flaw.MISSING),
        ({"profiles": {"desk": {"colour": 1}}}, "profiles.desk.colour", Flaw.NO_SUCH_FIELD),
        ({"profiles": {"desk": 1}}, "profiles.desk", Flaw.NOT_A_TABLE),
        (
            {"profiles": {"desk": {"consent_hours": -1}}},
            "profiles.desk.consent_hours",
            Flaw.OUT_OF_RANGE,
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(settings, place, flaw):
    with pytest.raises(BadSettings) as error:
        profiles_of(settings)
    assert (error.value.place, error.value.flaw) == (place, flaw)
