"""A desk goes on: its reader comes and goes, and no error ends it."""

import logging
import re
from threading import Event

import pytest

from kazashi.errors import CardGone
from kazashi.reception.checkin import Reception
from kazashi.reception.rules import Token
from kazashi.serve.next_visit import DeskTaken, Start
from served_desks import LIMIT_S

SECRET = "4826"


def test_a_reader_that_is_unplugged_is_a_state_and_comes_back_by_itself(person, table):
    table.unplug()
    screen = person.until(step="out_of_order")
    assert (screen["who"], screen["fault"]) == ("staff", "reader-error.screen")
    table.plug_in()
    assert person.until(step="idle")["fault"] is None


def test_a_reader_that_stays_away_is_told_once(person, table, caplog):
    table.unplug()
    person.until(step="out_of_order")
    opened = []
    open_it = type(table).open
    table.open = lambda cancel: opened.append(1) or open_it(table, cancel)
    while len(opened) < 5:
        person.client.get(person.path)
    del table.open
    assert caplog.text.count("no reader is attached") == 1


def test_a_check_of_the_reader_does_not_take_a_card_left_there_for_a_patient(site, person):
    person.lay("mynumber")
    person.until(question="way")
    visit = person.go_on(way="pin")["visit"]
    site.service.desks["1"].check()
    person.client.delete(f"{person.path}/visit")
    person.lay(None)
    assert person.until(step="idle")["visit"] == visit


def test_meanwhile_patients_check_in_without_a_card(person, table):
    table.unplug()
    person.until(step="out_of_order")
    assert person.begin(token="card").status_code == 409
    assert person.begin(token=None).status_code == 202
    person.until(question="fallback")
    assert person.go_on()["outcome"] == "fell_back"
    person.until(step="out_of_order")


def test_a_reader_that_is_unplugged_in_a_visit_is_waited_for_and_the_visit_goes_on(person, table):
    person.lay("mynumber")
    person.until(question="way")
    table.unplug()
    assert person.answer("pin").status_code == 204
    table.plug_in()
    person.until(question="pin")
    assert person.go_on()["outcome"] == "checked_in"


def test_the_result_is_shown_although_the_reader_has_died(person, table):
    person.lay("mynumber")
    person.say("way", "pin")
    person.say("pin", "1234")
    person.until(question="consents")
    table.unplug()
    assert person.go_on()["outcome"] == "checked_in"
    assert person.until(step="out_of_order")["outcome"] == "checked_in"


def test_a_card_that_is_lost_in_a_command_is_asked_for_again(person, table):
    table.error = CardGone()
    person.lay("mynumber")
    person.until(place="card")
    while not said(person, "card-gone.screen"):
        person.until(id=person.screen["id"] + 1)
    table.error = None
    person.lay("mynumber")
    person.until(question="way")


def test_a_bug_in_a_visit_does_not_end_the_desk(person, monkeypatch, caplog):
    with monkeypatch.context() as broken:
        broken.setattr(Reception, "check_in", bug)
        person.lay("mynumber")
        person.until(step="out_of_order")
        person.lay(None)
        person.until(step="idle")  # the card was found again and again until it was taken
    person.lay("mynumber")
    person.until(question="way")
    assert "ZeroDivisionError" in caplog.text
    assert SECRET not in caplog.text


def bug(*_, **__):
    raise ZeroDivisionError(SECRET)


def said(person, key):
    return key in [each["key"] for each in person.screen["notices"]]


def test_a_bug_as_the_desk_opens_does_not_end_it(site, table, person, monkeypatch):
    failures = iter([None])

    def tidy(_site):
        if next(failures, "no more") is None:
            raise ZeroDivisionError

    monkeypatch.setattr("kazashi.serve.equipment.Equipment.tidy", tidy)
    table.unplug()
    person.until(step="out_of_order")
    table.plug_in()
    person.until(step="idle")
    person.lay("mynumber")
    person.until(question="way")


def test_a_start_that_was_asked_for_as_a_card_came_is_one_visit(site, table, person):
    """It was asked for while the card was found, and the desk had not begun."""
    desk = site.service.desks["1"]
    found, go_on = Event(), Event()
    begin = desk.display.begin

    def slow_begin():
        found.set()
        assert go_on.wait(LIMIT_S)
        begin()

    desk.display.begin = slow_begin
    try:
        person.lay("mynumber")
        assert found.wait(LIMIT_S)
        desk.begin(Start(Token.CARD))
        go_on.set()
        person.until(question="way")
    finally:
        del desk.display.begin
    visit = person.screen["visit"]
    person.go_on(way="pin")
    person.lay(None)
    assert person.until(step="idle")["visit"] == visit


def test_a_second_start_before_the_first_was_seen_is_refused(site, table, person):
    desk = site.service.desks["1"]
    desk.begin(Start(None))
    with pytest.raises(DeskTaken):
        desk.begin(Start(None))
    person.until(question="fallback")


def test_the_next_patient_may_begin_while_the_card_of_the_one_before_lies_there(person):
    person.lay("mynumber")
    person.until(question="way")
    before = person.go_on(way="pin")["visit"]
    assert person.begin(token="card").status_code == 202
    assert person.until(question="way")["visit"] == before + 1


@pytest.mark.parametrize("card", ["mynumber", "android", "bank"])
def test_cards_are_exchanged_at_any_moment(person, card):
    person.lay("mynumber")
    person.until(question="way")
    person.lay(card)
    person.client.delete(f"{person.path}/visit")
    person.until(step="stopped")


def test_a_call_is_taken_and_let_go_by_staff(person, patient, staff):
    assert patient.post(f"{person.path}/call").status_code == 204
    assert person.until(who="staff")["call"]["by"] is None
    assert patient.put(f"{person.path}/call", json={"name": "佐藤"}).status_code == 403
    assert staff.put(f"{person.path}/call", json={"name": "佐藤"}).status_code == 204
    while not (person.screen["call"] and person.screen["call"]["by"]):
        person.until(id=person.screen["id"] + 1)
    assert person.screen["call"]["by"] == "佐藤"
    assert patient.delete(f"{person.path}/call").status_code == 403
    assert staff.delete(f"{person.path}/call").status_code == 204
    assert person.until(call=None)["step"] == "idle"


def test_a_patient_takes_back_a_call_that_was_not_taken(person, patient):
    assert patient.post(f"{person.path}/call").status_code == 204
    person.until(who="staff")
    assert patient.delete(f"{person.path}/call").status_code == 204
    assert person.until(call=None)["step"] == "idle"


def test_the_language_is_the_patients_until_the_visit_ends(person):
    person.lay("mynumber")
    person.until(question="way")
    assert person.client.post(f"{person.path}/language", json={"language": "en"}).status_code == 204
    person.until(language="en")
    no_such = person.client.post(f"{person.path}/language", json={"language": "xx"})
    assert no_such.status_code == 422
    person.go_on(way="pin")
    person.lay(None)
    assert person.until(step="idle")["language"] == "ja"


def test_the_next_patient_who_begins_before_the_desk_is_idle_has_the_sites_language(person):
    person.lay("mynumber")
    person.until(question="way")
    person.client.post(f"{person.path}/language", json={"language": "en"}).raise_for_status()
    person.until(language="en")
    person.go_on(way="pin")
    assert person.screen["language"] == "en"
    assert person.begin(token="card").status_code == 202
    assert person.until(question="way")["language"] == "ja"


def test_without_a_reader_the_next_patient_has_the_sites_language(person, table):
    table.unplug()
    person.until(step="out_of_order")
    person.begin(token=None)
    person.until(question="fallback")
    person.client.post(f"{person.path}/language", json={"language": "en"}).raise_for_status()
    person.until(language="en")
    person.go_on()
    assert person.until(step="out_of_order")["language"] == "ja"


def test_a_visit_that_is_stopped_before_it_has_begun_is_stopped(site, table, person):
    desk = site.service.desks["1"]
    asked, go_on = Event(), Event()
    begin = desk.display.begin

    def slow_begin():
        asked.set()
        assert go_on.wait(LIMIT_S)
        begin()

    desk.display.begin = slow_begin
    try:
        assert person.begin(token="card").status_code == 202
        assert asked.wait(LIMIT_S)
        assert person.client.delete(f"{person.path}/visit").status_code == 202
        go_on.set()
        person.until(step="stopped")
    finally:
        go_on.set()
        del desk.display.begin


def test_what_was_chosen_as_a_card_was_found_comes_before_the_card(site, person):
    desk = site.service.desks["1"]
    found, go_on = Event(), Event()
    begin = desk.display.begin

    def slow_begin():
        found.set()
        assert go_on.wait(LIMIT_S)
        begin()

    desk.display.begin = slow_begin
    try:
        person.lay("mynumber")
        assert found.wait(LIMIT_S)
        assert person.begin(token="android").status_code == 202
        assert person.begin(token="card").status_code == 409
        go_on.set()
        asked = person.until(question="pin")["question"]
    finally:
        go_on.set()
        del desk.display.begin
    assert (asked["token"], asked["tries_left"]) == ("android", None)
    assert person.answer("1234").status_code == 204
    assert person.until(question="token")["notices"][-1]["key"] == "lies-there.card"


def test_a_stop_without_a_visit_does_not_stop_the_next_one(person):
    assert person.client.delete(f"{person.path}/visit").status_code == 202
    person.lay("mynumber")
    person.until(question="way")


def test_each_end_of_a_visit_is_a_line_of_the_log(person, caplog):
    caplog.set_level(logging.INFO, "kazashi.serve")
    person.lay("mynumber")
    person.until(question="way")
    number = person.go_on(way="pin")["visit"]
    person.lay(None)
    person.until(step="idle")
    assert re.search(rf"desk 1, visit {number}: checked_in, [0-9]+ s\n", caplog.text)


def test_one_desk_is_not_another(site, person, program):
    person.lay("mynumber")
    person.until(question="way")
    assert program.get("/api/v1/desks/2").json()["step"] == "idle"
    both = program.get("/api/v1/desks").json()
    assert [each["desk"] for each in both] == ["1", "2"]
    assert program.get("/api/v1/desks/3").status_code == 404
