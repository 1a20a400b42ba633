"""Every place where the engine stands: its ways, its questions, what it may ask the centre."""

from dataclasses import dataclass

import pytest

from kazashi.reception.consents import Item, State
from kazashi.reception.desk import AskConsents, AskFrame, AskPrescription
from kazashi.reception.profiles import PROFILES, Way
from kazashi.reception.visit import Outcome
from reception_desk import Listening, frame

TOKENS = {Way.ANDROID: "android", Way.IPHONE: "iphone"}


@dataclass(frozen=True)
class Rules:
    """Of a place, as the law and the operator's manuals have them."""

    ways: str
    is_medical: bool = True
    asks_consent: bool = True
    asks_prescription: bool = True


RULES = {
    "desk": Rules("face pin visual"),
    "phone": Rules("android iphone"),
    "home": Rules("pin visual"),
    "eligibility": Rules(
        "pin visual", is_medical=False, asks_consent=False, asks_prescription=False
    ),
    "emergency": Rules("face visual", asks_consent=False, asks_prescription=False),
    "away": Rules("pin visual android iphone"),
}


def test_no_place_is_left_out():
    assert RULES.keys() == PROFILES.keys()


@pytest.mark.parametrize(
    ("profile", "way"), [(name, Way(w)) for name, r in RULES.items() for w in r.ways.split()]
)
def test_a_patient_checks_in_by_each_way_of_each_place(counter, own_faces, profile, way):
    rules, centre = RULES[profile], Listening()
    counter.lay(TOKENS.get(way, "mynumber"))
    visit = counter.check_in(
        way, {AskFrame: frame()}, profile=profile, centre=centre, faces=own_faces
    )
    assert (visit.outcome, visit.way, visit.profile) == (Outcome.CHECKED_IN, way, profile)
    asked = set(map(type, counter.people.asked))
    assert (AskConsents in asked) == rules.asks_consent
    assert (AskPrescription in asked) == rules.asks_prescription
    assert (visit.prescription is not None) == rules.asks_prescription
    (request,) = centre.requests
    opened = {each.item for each in request.consents.items if each.state is not State.NONE}
    assert opened == (set(Item) if rules.is_medical else set())
    (kept,) = counter.journal.visits()
    assert (kept.profile, kept.outcome) == (profile, "checked_in")
    assert kept.reader == counter.reader.info.serial


@pytest.mark.parametrize(
    ("profile", "way"),
    [(name, way) for name, r in RULES.items() for way in Way if way not in r.ways.split()],
)
def test_a_way_that_a_place_does_not_have_is_misuse_and_told_before_anything_happens(
    counter, profile, way
):
    with pytest.raises(ValueError, match=f"profile {profile} has no way {way}"):
        counter.check_in(way, profile=profile)
    assert counter.journal.count() == 0
    assert counter.people.told == []
