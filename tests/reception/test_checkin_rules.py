"""What the dates of a certificate allow, what was agreed to, and which prescription is wanted."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from kazashi.reception.japan import JAPAN
from kazashi.reception.people import AskConsents, AskFrame, AskPin, AskPrescription
from kazashi.reception.rules import DAY, Group, Item, Prescription, State, Token, Way
from kazashi.reception.validity import Validity, good_until
from kazashi.reception.visit import Outcome
from reception_desk import Listening, frame

NOT_MEDICAL = (Item.SPECIFIED_DISEASE,)
FAR_WEST, FAR_EAST = timezone(timedelta(hours=-11)), timezone(timedelta(hours=14))
WAYS = [
    (Way.FACE, "mynumber", "desk"),
    (Way.PIN, "mynumber", "desk"),
    (Way.VISUAL, "mynumber", "desk"),
    (Token.ANDROID, "android", "phone"),
    (Token.IPHONE, "iphone", "phone"),
]


@pytest.mark.parametrize(("way", "kind", "profile"), WAYS)
@pytest.mark.parametrize(
    ("days", "expected"), [(5 * 365, Validity.NORMAL), (30, Validity.ENDING), (1, Validity.ENDING)]
)
def test_before_its_end_a_certificate_is_good_for_everything(
    counter, own_faces, way, kind, profile, days, expected
):
    counter.lay(kind, expires=days)
    centre = Listening()
    visit = counter.check_in(
        way, {AskFrame: frame()}, profile=profile, centre=centre, faces=own_faces
    )
    assert (visit.outcome, visit.validity) == (Outcome.CHECKED_IN, expected)
    assert counter.people.heard("ends soon") == (expected is Validity.ENDING)
    assert counter.people.questions(AskConsents)[0].groups == (*Group,)
    assert centre.asked[0].validity is expected
    assert counter.steps("certificate")[0]["validity"] == expected


@pytest.mark.parametrize("way", [Way.FACE, Way.PIN, Way.VISUAL])
def test_after_its_end_a_card_is_good_for_eligibility_alone(counter, own_faces, way):
    counter.lay(expires=-5)
    centre = Listening()
    visit = counter.check_in(way, {AskFrame: frame()}, centre=centre, faces=own_faces)
    assert (visit.outcome, visit.validity) == (Outcome.CHECKED_IN, Validity.ELIGIBILITY_ONLY)
    assert counter.people.heard("no medical information")
    assert counter.people.questions(AskConsents)[0].groups == (Group.SPECIFIED_DISEASE,)
    (request,) = centre.completions
    assert tuple(consent.item for consent in request.consents.items) == NOT_MEDICAL


@pytest.mark.parametrize(
    ("days", "found"), [(30, Validity.ENDING), (-5, Validity.ELIGIBILITY_ONLY)]
)
def test_the_patient_is_told_until_when_the_card_is_good(counter, days, found):
    counter.lay(expires=days)
    counter.check_in(Way.PIN)
    until = good_until(counter.certificate(), found)
    assert found.notice(is_phone=False, until=until) in counter.people.messages


@pytest.mark.parametrize("way", [Way.FACE, Way.PIN, Way.VISUAL])
def test_after_its_grace_a_card_is_good_for_nothing(counter, own_faces, way):
    counter.lay("expired")
    centre = Listening()
    visit = counter.check_in(way, {AskFrame: frame()}, centre=centre, faces=own_faces)
    assert visit.outcome is Outcome.UNUSABLE_CERTIFICATE
    assert visit.validity is Validity.UNUSABLE
    assert centre.completions == []
    assert counter.people.heard("has ended and cannot be used")
    assert not {AskConsents, AskPin} & set(map(type, counter.people.asked))


def end_of_third_month(last):
    """The first moment after the grace of a certificate whose last day is this."""
    months = last.year * 12 + last.month - 1 + 4
    return datetime(months // 12, months % 12 + 1, 1, tzinfo=JAPAN)


@pytest.mark.parametrize("zone", [UTC, JAPAN, FAR_WEST, FAR_EAST])
def test_days_are_japans_in_any_time_zone_of_the_machine(counter, zone):
    counter.lay()
    over = end_of_third_month(counter.certificate().not_after.astimezone(JAPAN))
    second = timedelta(seconds=1)
    found = [
        counter.check_in(Way.PIN, now=lambda at=at: at.astimezone(zone)).validity
        for at in (over - second, over)
    ]
    assert found == [Validity.ELIGIBILITY_ONLY, Validity.UNUSABLE]


def test_the_notice_comes_on_the_day_three_months_before_the_end(counter):
    counter.lay()
    last = counter.certificate().not_after.astimezone(JAPAN).replace(hour=0, minute=0, second=0)
    found = [
        counter.check_in(Way.PIN, now=lambda days=days: last - timedelta(days=days)).validity
        for days in (93, 88)
    ]
    assert found == [Validity.NORMAL, Validity.ENDING]


def test_a_certificate_that_has_not_begun_is_good_for_nothing(counter):
    counter.lay()
    before = counter.certificate().not_before - timedelta(seconds=1)
    visit = counter.check_in(Way.PIN, now=lambda: before)
    assert visit.outcome is Outcome.UNUSABLE_CERTIFICATE
    assert visit.validity is Validity.NOT_YET


NOW = datetime.now(UTC)


def test_agreeing_to_all_is_recorded_as_each(counter):
    counter.lay()
    visit = counter.check_in(Way.PIN, now=lambda: NOW)
    assert [consent.item for consent in visit.consents.items] == [*Item]
    assert {consent.state for consent in visit.consents.items} == {State.GIVEN}
    assert {consent.ends_at for consent in visit.consents.items} == {NOW + DAY}
    assert counter.steps("consent") == [
        {
            "item": item,
            "state": "given",
            "given_at": NOW.isoformat(),
            "ends_at": (NOW + timedelta(hours=24)).isoformat(),
        }
        for item in Item
    ]


def test_consents_end_after_a_day(counter):
    counter.lay()
    visit = counter.check_in(Way.PIN, now=lambda: NOW)
    after = visit.consents.at(NOW + timedelta(hours=24))
    assert {consent.state for consent in after.items} == {State.EXPIRED}
    before = visit.consents.at(NOW + timedelta(hours=23, minutes=59))
    assert {consent.state for consent in before.items} == {State.GIVEN}


@pytest.mark.parametrize("answer", [None, ()])
def test_silence_is_no_consent_and_the_patient_is_checked_in(counter, answer):
    counter.lay()
    centre = Listening()
    visit = counter.check_in(Way.PIN, {AskConsents: answer}, centre=centre)
    assert visit.outcome is Outcome.CHECKED_IN
    assert {consent.state for consent in visit.consents.items} == {State.NONE}
    assert {consent.state for consent in centre.completions[0].consents.items} == {State.NONE}
    assert counter.steps("consent") == [{"item": item, "state": "none"} for item in Item]


def test_what_was_agreed_to_and_nothing_else_reaches_the_centre(counter):
    counter.lay()
    centre = Listening()
    agreed = [Group.SURGERY, Group.CHECKUPS]
    visit = counter.check_in(Way.PIN, {AskConsents: agreed}, centre=centre)
    (request,) = centre.completions
    assert request.consents == visit.consents
    given = [each.item for each in request.consents.items if each.state is State.GIVEN]
    assert given == [*Group.SURGERY.items, *Group.CHECKUPS.items]


def test_in_an_emergency_nobody_is_asked_and_all_is_hard_to_obtain(counter, own_faces):
    counter.lay()
    centre = Listening()
    visit = counter.check_in(
        Way.FACE, {AskFrame: frame()}, profile="emergency", centre=centre, faces=own_faces
    )
    assert visit.outcome is Outcome.CHECKED_IN
    assert counter.people.questions(AskConsents) == []
    states = {consent.item: consent.state for consent in centre.completions[0].consents.items}
    assert states == dict.fromkeys(Item, State.HARD_TO_OBTAIN)
    assert {facts["state"] for facts in counter.steps("consent")} == {"hard_to_obtain"}


def test_in_an_emergency_an_ended_certificate_opens_no_medical_information(counter):
    counter.lay(expires=-5)
    centre = Listening()
    counter.check_in(Way.VISUAL, profile="emergency", centre=centre)
    assert tuple(each.item for each in centre.completions[0].consents.items) == NOT_MEDICAL


@pytest.mark.parametrize("answer", [None, *Prescription])
def test_which_prescription_is_wanted_is_asked_kept_and_passed_on(counter, answer):
    counter.lay()
    centre = Listening()
    visit = counter.check_in(Way.PIN, {AskPrescription: answer}, centre=centre)
    assert visit.prescription is answer
    assert centre.completions[0].prescription is answer
    kept = [{"prescription": answer.name.lower()}] if answer else []
    assert counter.steps("prescription") == kept
