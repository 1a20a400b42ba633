"""Whole visits over HTTP, as a program has them; readers are replaced below `Reader`."""

import pytest

import faces
from kazashi.reception.journal import View
from reception_desk import PERSON


def outcome(person, **answers):
    """How the visit ended that has begun."""
    screen = person.go_on(**answers)
    assert screen["is_test"]
    return screen["outcome"]


def test_while_a_card_is_read_the_desk_says_so(person):
    person.lay("mynumber")
    person.until(step="place")
    assert person.until(step="read")["place"] is None
    assert person.until(step="asked")["question"]["name"] == "way"


@pytest.mark.parametrize("way", ["pin", "visual"])
def test_a_card_is_laid_down_and_a_way_chosen(person, way):
    person.lay("mynumber")
    person.until(question="way")
    assert outcome(person, way=way) == "checked_in"
    result = person.client.get(f"{person.path}/result").json()
    assert (result["outcome"], result["way"]) == ("checked_in", way)


def test_a_face_is_compared_with_the_photo_in_the_chip(person, table):
    person.lay("mynumber")
    person.say("way", "face")
    person.say("code b", table.card.person.code_b)
    number = person.until(question="frame")["question"]["number"]
    frame = person.client.put(f"{person.path}/answer/{number}/picture", content=faces.frame(PERSON))
    assert frame.status_code == 204
    person.until(question=None)
    assert outcome(person) == "checked_in"
    assert person.client.get(f"{person.path}/result").json()["way"] == "face"


@pytest.mark.parametrize("phone", ["android", "iphone"])
def test_a_phone_is_chosen_first_then_held_to_the_reader(person, phone):
    assert person.begin(token=phone).status_code == 202
    if phone == "android":
        person.say("pin", "1234")
    assert person.until(step="place")["place"] == phone
    person.lay(phone)
    person.until(place=None)
    assert outcome(person) == "checked_in"


def test_the_next_patient_finds_nothing_of_the_one_before(person):
    person.lay("mynumber")
    person.until(question="way")
    outcome(person, way="pin")
    person.lay(None)
    idle = person.until(step="idle")
    assert [idle[name] for name in ("outcome", "why", "question", "place")] == [None] * 4
    assert idle["notices"] == []


def test_a_patient_without_card_is_led_through_the_fall_backs(person):
    person.begin(token=None)
    assert outcome(person) == "fell_back"
    result = person.client.get(f"{person.path}/result").json()
    assert (result["refused"], result["fallback"]) == ("no_card", "confirmed_later")


def test_a_program_begins_with_the_way_and_the_challenge_that_it_wants(person):
    person.lay("mynumber")
    person.until(question="way")
    person.client.delete(f"{person.path}/visit")
    person.until(step="stopped")
    assert person.begin(token="card", way="pin", challenge="ab" * 32).status_code == 202
    person.until(question="pin")
    outcome(person)
    assert person.client.get(f"{person.path}/result").json()["challenge"] == "ab" * 32


def test_a_cancelled_visit_ends_at_once_and_leaves_no_result(site, person, table):
    person.lay("mynumber")
    person.until(question="way")
    person.client.delete(f"{person.path}/visit")
    stopped = person.until(step="stopped")
    assert (stopped["question"], stopped["outcome"]) == (None, "interrupted")
    with View(site.journal) as journal:
        *_, visit = journal.visits()
    assert (visit.outcome, visit.fact("why")) == ("interrupted", None)
    assert person.client.get(f"{person.path}/result").status_code == 404
    person.lay(None)
    person.until(step="idle")


def test_cancelling_without_a_visit_changes_nothing(person):
    assert person.client.delete(f"{person.path}/visit").status_code == 202
    person.lay("mynumber")
    person.until(question="way")


def test_a_second_patient_is_not_begun_beside_the_first(person):
    person.lay("mynumber")
    person.until(question="way")
    assert person.begin(token="card").status_code == 409
    assert person.begin(token=None).status_code == 409


@pytest.mark.parametrize(
    "start", [{"token": "card", "way": "on_phone"}, {"token": None, "way": "pin"}]
)
def test_a_visit_that_the_profile_does_not_offer_is_refused(person, start):
    assert person.begin(**start).status_code == 422
    person.lay("mynumber")
    person.until(question="way")


def test_a_card_left_behind_is_told_to_the_staff(person, monkeypatch):
    monkeypatch.setattr("kazashi.serve.desk._LEFT_S", 0.0)
    person.lay("mynumber")
    person.until(question="way")
    outcome(person, way="pin")
    assert person.until(is_left=True)["who"] == "staff"
    person.lay(None)
    person.until(is_left=False)
