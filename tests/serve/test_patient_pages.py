"""The patient screen's page, over HTTP: who gets which, and what it may load."""

import json
import re

import pytest

from kazashi.serve.access import Caller, Role
from kazashi.serve.app import _STATIC


@pytest.fixture
def page(patient):
    return patient.get("/patient/1")


def test_pairing_says_where_the_screen_goes_on(site, patient):
    for role, desk, page in (("patient", "1", "/patient/1"), ("staff", "", "/staff")):
        code = site.access.code_for(Caller(Role(role), desk))
        assert patient.post("/pair", json={"code": code}).json() == {"page": page}


def test_a_screen_that_is_not_paired_is_told_so(site):
    with site.client() as client:
        answer = client.get("/patient/1")
        assert answer.status_code == 401
        assert "/static/pair.js" in answer.text
        assert client.get("/patient/1/screen").status_code == 401
        assert client.get("/pair").status_code == 200
        assert client.get("/").headers["location"] == "/pair"


def test_each_screen_finds_its_page(patient, staff):
    assert patient.get("/").headers["location"] == "/patient/1"
    assert staff.get("/").headers["location"] == "/staff"


def test_a_patients_screen_sees_no_other_desk(patient):
    assert patient.get("/patient/2").status_code == 403
    assert patient.get("/patient/2/screen").status_code == 403


def test_what_the_page_loads_is_served_here(patient, page):
    assert page.status_code == 200
    loaded = re.findall(r'(?:src|href)="(/[^"]+)"', page.text)
    assert loaded
    for address in loaded:
        assert patient.get(address).status_code == 200


def test_each_module_imports_what_is_served_here(patient):
    found, left = set(), ["main.js"]
    while left:
        name = left.pop()
        found.add(name)
        module = patient.get(f"/static/patient/{name}")
        assert module.status_code == 200
        left += {*re.findall(r'(?:from|import) "\./([a-z-]+\.js)"', module.text)} - found
    assert found == {path.name for path in (_STATIC / "patient").glob("*.js")}


def test_the_languages_are_offered_above_what_is_shown(patient):
    shown = patient.get("/patient/1/screen", params={"view": "language"}).text
    assert 'data-state="language"' in shown
    assert patient.get("/patient/1/screen").text.count('data-state="choose"')


def asked_for_consents(person):
    person.lay("mynumber")
    person.say("way", "pin")
    person.say("pin", "1234")
    return person.until(question="consents")["question"]["number"]


def so_far_of(client):
    return json.loads(re.search(r"data-so-far='([^']*)'", client.get("/patient/1/screen").text)[1])


SO_FAR = {"steps": ["main", "surgery", "treatment"], "agreed": {"surgery": True}}


def test_a_page_opened_again_stands_where_the_consents_stand(person, patient):
    path = f"/patient/1/so-far/{asked_for_consents(person)}"
    assert so_far_of(patient) is None
    assert patient.put(path, json=SO_FAR).status_code == 204
    person.client.post(f"{person.path}/call")
    person.client.delete(f"{person.path}/call")
    assert so_far_of(patient) == SO_FAR
    assert "so_far" not in person.client.get(person.path).json()


def test_of_a_question_that_is_answered_nothing_is_kept(person, patient):
    path = f"/patient/1/so-far/{asked_for_consents(person)}"
    patient.put(path, json=SO_FAR)
    assert person.answer([]).status_code == 204
    person.until(question="prescription")
    assert so_far_of(patient) is None
    assert patient.put(path, json=SO_FAR).status_code == 409


def test_staff_come_no_way_in_the_consents(person, staff):
    path = f"/patient/1/so-far/{asked_for_consents(person)}"
    assert staff.put(path, json=SO_FAR).status_code == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"steps": ["1234"]},
        {"steps": []},
        {"steps": ["main"], "agreed": {"pin": True}},
        {"steps": ["main"], "agreed": {"surgery": "1234"}},
        {"steps": ["main"], "pin": "1234"},
    ],
)
def test_what_is_kept_of_a_question_has_no_place_for_a_pin(person, patient, wrong):
    refused = patient.put(f"/patient/1/so-far/{asked_for_consents(person)}", json=wrong)
    assert refused.status_code == 422
    assert "1234" not in refused.text


def test_consents_are_kept_of_the_question_for_consents_alone(person, patient):
    person.lay("mynumber")
    number = person.until(question="way")["question"]["number"]
    assert patient.put(f"/patient/1/so-far/{number}", json=SO_FAR).status_code == 422
