"""Answers: once, to the question that is asked, by those who are asked."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import faces
from kazashi.reception.journal import View
from reception_desk import PERSON
from served_desks import STAFF, at_desk

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda each: st.lists(each, max_size=4) | st.dictionaries(st.text(), each, max_size=4),
    max_leaves=10,
)


def test_a_question_is_answered_once(person):
    person.lay("mynumber")
    person.until(question="way")
    number = person.screen["question"]["number"]
    assert person.answer("pin").status_code == 204
    person.until(question="pin")
    late = person.client.post(f"{person.path}/answer", json={"question": number, "answer": "pin"})
    assert late.status_code == 409
    assert person.client.get(person.path).json()["question"]["name"] == "pin"


def test_a_question_that_is_yet_to_come_cannot_be_answered(person):
    person.lay("mynumber")
    person.until(question="way")
    number = person.screen["question"]["number"] + 1
    early = person.client.post(f"{person.path}/answer", json={"question": number, "answer": "1234"})
    assert early.status_code == 409


def test_where_nothing_is_asked_nothing_is_answered(person):
    for number in (0, 1):
        body = {"question": number, "answer": "1234"}
        assert person.client.post(f"{person.path}/answer", json=body).status_code == 409


@pytest.mark.parametrize(("way", "question"), [("pin", "pin"), ("face", "code b")])
def test_back_offers_the_way_again_and_null_does_not(person, way, question):
    person.lay("mynumber")
    person.say("way", way)
    person.say(question, "back")
    again = person.until(question="way")
    assert way in again["question"]["ways"]
    assert again["notices"] == []
    assert person.answer(way).status_code == 204
    person.say(question, None)
    others = person.until(question="way")
    assert way not in others["question"]["ways"]
    assert others["notices"][-1]["key"].startswith("reason.")


def test_back_from_the_camera_offers_the_face_again(person, table):
    person.lay("mynumber")
    person.say("way", "face")
    person.say("code b", table.card.person.code_b)
    assert person.until(question="frame")["question"]["can_go_back"]
    assert person.answer("back").status_code == 204
    assert "face" in person.until(question="way")["question"]["ways"]


def test_where_no_choice_was_made_back_is_no_answer(person):
    person.lay("mynumber")
    assert not person.until(question="way")["question"]["can_go_back"]
    assert person.answer("back").status_code == 422


@pytest.mark.parametrize("answer", ["on_phone", "walk", "", 7, [], {}, True, "x" * 300])
def test_what_is_no_answer_is_refused_and_the_question_stands(person, answer):
    person.lay("mynumber")
    person.until(question="way")
    assert person.answer(answer).status_code == 422
    assert person.answer("pin").status_code == 204


def test_a_patient_does_not_answer_for_the_staff(person, patient, staff):
    person.lay("mynumber")
    person.say("way", "visual", patient)
    person.until(question="passcode")
    assert person.answer("0000", patient).status_code == 403
    assert person.answer("0000", staff).status_code == 204
    person.until(question="staff")
    reason = person.screen["question"]["reasons"][0]
    assert person.answer(STAFF | {"reason": reason}, patient).status_code == 403


def test_staff_may_answer_in_place_of_a_patient_and_the_journal_keeps_who(site, person, staff):
    person.lay("mynumber")
    number = person.until(question="way")["question"]["number"]
    assert person.answer("pin", staff).status_code == 422
    body = {"question": number, "answer": "pin", "name": "佐藤"}
    assert staff.post(f"{person.path}/answer", json=body).status_code == 204
    person.until(question="pin")
    person.go_on()
    with View(site.journal) as journal:
        kept = [*journal.visits()][-1]
    assert kept.facts_of("in place") == [{"question": "way", "helper": "佐藤"}]
    page = staff.get(f"/staff/visits/{kept.id}?lang=en").text
    assert "佐藤: How shall we confirm who you are?" in page


def test_a_patients_screen_names_no_member_of_the_staff(site, person, patient):
    person.lay("mynumber")
    number = person.until(question="way")["question"]["number"]
    body = {"question": number, "answer": "pin", "name": "佐藤"}
    assert patient.post(f"{person.path}/answer", json=body).status_code == 204
    person.until(question="pin")
    person.go_on()
    with View(site.journal) as journal:
        assert not [*journal.visits()][-1].facts_of("in place")


def test_a_mistyped_field_is_named_and_not_repeated(person, table):
    person.begin(token=None)
    person.say("fallback", "no")
    person.until(question="fallback")
    assert person.answer("certificate").status_code == 204
    person.until(question="certificate")
    typed = {"form": "card", "insurer": "1234567", "name": "SECRET", "birth": "S10.00.00"}
    refused = person.answer(typed)
    assert refused.status_code == 422
    assert {*refused.json()["detail"]} == {"field", "slip"}
    assert "1234567" not in refused.text


def test_a_picture_answers_only_the_question_for_one(person, table):
    person.lay("mynumber")
    person.until(question="way")
    number = person.screen["question"]["number"]

    def show(number):
        path = f"{person.path}/answer/{number}/picture"
        return person.client.put(path, content=faces.frame(PERSON)).status_code

    assert show(number) == 422
    assert show(number + 1) == 409
    person.answer("face")
    person.say("code b", table.card.person.code_b)
    person.until(question="frame")
    assert person.answer("a picture").status_code == 422


def test_a_picture_that_is_none_is_told_and_asked_for_again(person, table):
    person.lay("mynumber")
    person.say("way", "face")
    person.say("code b", table.card.person.code_b)
    number = person.until(question="frame")["question"]["number"]
    path = f"{person.path}/answer/{number}/picture"
    assert person.client.put(path, content=b"no picture").status_code == 204
    person.until(question=None)
    assert person.until(question="frame")["notices"]


def test_two_screens_at_one_desk_see_the_same_and_the_first_answer_counts(person, patient):
    person.lay("mynumber")
    with at_desk(patient) as other:
        other.until(question="way")
        person.until(question="way")
        assert other.screen == person.screen
        assert other.answer("pin").status_code == 204
        assert person.answer("visual").status_code == 409


@pytest.mark.parametrize("half", ["\\ud83d", "0000\\udc00"])
def test_half_a_surrogate_pair_is_no_answer(person, half):
    person.lay("mynumber")
    person.say("way", "visual")
    number = person.until(question="passcode")["question"]["number"]
    body = f'{{"question": {number}, "answer": "{half}"}}'
    headers = {"content-type": "application/json"}
    refused = person.client.post(f"{person.path}/answer", content=body, headers=headers)
    assert refused.status_code == 422


@pytest.fixture(scope="module")
def answered(site):
    """What comes of an answer to desk 2's question; if there is none, a visit is begun."""
    path, json_type = "/api/v1/desks/2", {"content-type": "application/json"}
    with site.program() as program:

        def answer(value):
            screen = program.get(path).json()
            if screen["question"] is None:
                program.post(f"{path}/visit", json={"token": None})
            number = (screen["question"] or {"number": 0})["number"]
            body = json.dumps({"question": number, "answer": value})
            answered = program.post(f"{path}/answer", content=body, headers=json_type)
            return answered.status_code

        yield answer
        program.delete(f"{path}/visit")


@settings(max_examples=50)
@given(json_values)
def test_any_json_at_all_is_answered_without_an_error_of_ours(answered, value):
    assert answered(value) in (204, 409, 422)
