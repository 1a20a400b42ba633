"""A patient screen that is gone while a visit is under way."""

import socket

import pytest

from kazashi.serve import streams
from kazashi.serve.connection import Connection
from served_desks import following


@pytest.fixture(autouse=True)
def is_impatient(monkeypatch):
    monkeypatch.setattr(streams, "LOST_S", 0.05)


def test_staff_are_to_see_to_a_screen_that_is_gone_until_it_is_back(person, patient):
    with following(patient) as events:
        next(events)
        person.lay("mynumber")
        assert person.until(question="way")["lost_since"] is None
    while not person.screen["lost_since"]:
        person.until(who="staff")
    assert person.screen["seconds_left"] is None
    with following(patient) as events:
        assert next(events).screen["question"]["name"] == "way"
        back = person.until(lost_since=None)
    assert back["who"] == "patient"
    assert back["seconds_left"] > 0


def test_one_of_two_screens_is_enough(person, site):
    with site.patient() as one, site.patient() as two, following(two) as events:
        with following(one) as others:
            next(others)
        next(events)
        person.lay("mynumber")
        person.until(question="way")
    assert person.until(who="staff")["lost_since"]


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="Linux alone has that limit")
def test_a_connection_whose_other_end_does_not_acknowledge_is_dropped(program, monkeypatch):
    made, limits = Connection.connection_made, []

    def recorded(self, transport):
        made(self, transport)
        line = transport.get_extra_info("socket")
        limits.append(line.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT))

    monkeypatch.setattr(Connection, "connection_made", recorded)
    program.get("/api/v1/desks")
    assert limits == [4_000]
