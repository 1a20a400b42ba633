"""The patient screen's page, over HTTP: who gets which, and what it may load."""

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
