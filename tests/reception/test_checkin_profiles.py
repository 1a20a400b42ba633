"""Every place where the engine stands: its ways, its questions, what it may ask the centre."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from kazashi.reception.people import AskConsents, AskFrame, AskPrescription, AskToken, AskWay
from kazashi.reception.profiles import PROFILES, profiles_of
from kazashi.reception.rules import Group, State, Token, Way
from kazashi.reception.visit import Outcome
from kazashi.words import Language
from reception_desk import ASKED, Listening, frame


def _takes(place, way):
    return any(way in place.ways_of(token) for token in place.tokens)


@dataclass(frozen=True)
class Rules:
    """Of a place, as the law and the operator's manuals have them. `begins`: ways and phones."""

    begins: tuple[Way | Token, ...]
    groups: tuple[Group, ...] = tuple(Group)
    asks_consent: bool = True
    asks_prescription: bool = True


PHONES = (Token.ANDROID, Token.IPHONE)
RULES = {
    "desk": Rules((Way.FACE, Way.PIN, Way.VISUAL, *PHONES)),
    "phone": Rules(PHONES),
    "home": Rules((Way.PIN, Way.VISUAL, *PHONES)),
    "eligibility": Rules(
        (Way.PIN, Way.VISUAL, *PHONES), (Group.SPECIFIED_DISEASE,), asks_prescription=False
    ),
    "emergency": Rules((Way.FACE, Way.VISUAL), asks_consent=False, asks_prescription=False),
    "away": Rules((Way.PIN, Way.VISUAL, *PHONES)),
    "returning": Rules((Way.FACE, Way.PIN, *PHONES)),
}


def test_no_place_is_left_out():
    assert RULES.keys() == PROFILES.keys()


@pytest.mark.parametrize(
    ("profile", "begin"), [(name, begin) for name, r in RULES.items() for begin in r.begins]
)
def test_a_patient_checks_in_by_each_way_of_each_place(counter, own_faces, profile, begin):
    rules, centre = RULES[profile], Listening()
    kind = begin.value if isinstance(begin, Token) else "mynumber"
    counter.lay(kind)
    visit = counter.check_in(
        begin, {AskFrame: frame()}, profile=profile, centre=centre, faces=own_faces
    )
    assert (visit.outcome, visit.profile) == (Outcome.CHECKED_IN, profile)
    assert begin in (visit.way, visit.token)
    asked = set(map(type, counter.people.asked))
    assert (AskConsents in asked) == rules.asks_consent
    assert (AskPrescription in asked) == rules.asks_prescription
    assert (visit.prescription is not None) == rules.asks_prescription
    (completion,) = centre.completions
    opened = {each.item for each in completion.consents.items if each.state is not State.NONE}
    assert opened == {item for group in rules.groups for item in group.items}
    (kept,) = counter.journal.visits()
    assert (kept.profile, kept.outcome) == (profile, "checked_in")
    assert kept.reader == counter.reader.info.serial


@pytest.mark.parametrize(
    ("profile", "way"),
    [(name, way) for name, place in PROFILES.items() for way in Way if not _takes(place, way)],
)
def test_a_way_that_a_place_does_not_have_is_misuse_and_told_before_anything_happens(
    counter, profile, way
):
    with pytest.raises(ValueError, match=f"profile {profile} has no way {way}"):
        counter.check_in(way, profile=profile)
    assert counter.journal.count() == 0
    assert counter.people.told == []


def test_a_token_that_a_place_does_not_take_is_misuse(counter):
    with pytest.raises(ValueError, match="profile emergency takes no iphone"):
        counter.check_in(Token.IPHONE, profile="emergency")


def test_a_pharmacy_asks_for_no_prescription_whatever_the_centre_says(counter):
    counter.lay()
    desk, centre = profiles_of({"site": {"kind": "pharmacy"}})["desk"], Listening()
    visit = counter.check_in(Way.PIN, profile=desk, centre=centre)
    assert (visit.outcome, visit.prescription) == (Outcome.CHECKED_IN, None)
    assert visit.identity.asks_prescription
    assert counter.people.questions(AskPrescription) == []
    assert centre.completions[0].prescription is None


def test_a_place_of_the_configuration_is_served_by_its_own_rules(counter):
    counter.lay()
    ward = {"tokens": ["card"], "ways": ["visual", "pin"], "groups": ["checkups"]}
    profile = profiles_of({"profiles": {"病棟 3": ward}})["病棟 3"]
    visit = counter.check_in(ASKED, {AskWay: Way.VISUAL}, profile=profile)
    assert (visit.outcome, visit.profile) == (Outcome.CHECKED_IN, "病棟 3")
    assert counter.people.questions(AskToken) == []  # the card is all that is taken
    assert counter.people.questions(AskWay)[0].ways == (Way.VISUAL, Way.PIN)
    assert counter.people.questions(AskConsents) == [AskConsents((Group.CHECKUPS,))]
    (kept,) = counter.journal.visits()
    assert kept.profile == "病棟 3"


@pytest.mark.parametrize(
    ("profile", "changes", "hours"),
    [
        ("desk", {}, 24),
        ("desk", {"consent_hours": 72}, 72),
        ("desk", {"consent_hours": 0}, None),
        ("home", {}, None),
    ],
)
def test_the_patient_is_told_how_long_the_consent_that_is_kept_will_last(
    counter, profile, changes, hours
):
    counter.lay()
    place = profiles_of({"profiles": {profile: changes}})[profile]
    visit = counter.check_in(Way.PIN, profile=place)
    (question,) = counter.people.questions(AskConsents)
    assert question.lasts_hours == hours
    given = [each for each in visit.consents.items if each.given_at]
    kept = {each.ends_at and each.ends_at - each.given_at for each in given}
    assert kept == {hours and timedelta(hours=hours)}


@pytest.mark.parametrize(
    ("kind", "said"), [("pharmacy", "for dispensing your medicine"), ("clinic", "see the doctor")]
)
def test_the_kind_of_site_chooses_the_words_of_the_question_for_consent(counter, kind, said):
    counter.lay()
    counter.check_in(Way.PIN, profile=profiles_of({"site": {"kind": kind}})["desk"])
    (question,) = counter.people.questions(AskConsents)
    assert said in question.message.text(Language.ENGLISH)
