"""Parts that take turns on the site's database: what breaks one of them breaks no other."""

import threading
from pathlib import Path

import pytest

from kazashi.reception.journal import Journal
from kazashi.site.board import Board
from kazashi.site.database import Part
from kazashi.site.follower import Follower
from site_desks import LOOK_S, is_same, on, visit
from site_waits import until


class Counting(Part):
    """Counts its turns, and what it was told."""

    pause_s = LOOK_S

    def __init__(self):
        self.turns, self.lost_times = 0, 0

    def turn(self, connection):
        self.turns += 1
        return False

    def lost(self):
        self.lost_times += 1


class Ending(Counting):
    """Its turn ends the connection, as a server does that cannot go on."""

    def turn(self, connection):
        super().turn(connection)
        connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return False


class Failing(Counting):
    def begin(self, connection):
        raise RuntimeError("a flaw")

    lost = end = begin


def goes_on(part, turns=3):
    """It has so many turns more."""
    goal = part.turns + turns
    until(lambda: part.turns >= goal)


def test_a_part_whose_turns_end_the_connection_takes_no_turns_of_others(server):
    ending, other = Ending(), Counting()
    with on(server, ending, other):
        goes_on(ending)
        goes_on(other)


def test_a_connection_that_each_turn_ends_is_told_once(server, caplog):
    ending = Ending()
    with on(server, ending):
        goes_on(ending, 5)
    assert len(caplog.records) == 1


@pytest.mark.parametrize("failing", [Failing, Ending])
def test_a_part_that_never_succeeds_is_told_to_people(failing, server):
    with on(server, failing(), Counting()) as database:
        until(lambda: database.trouble is not None)


def test_no_error_of_a_part_ends_the_others(cluster, server):
    other = Counting()
    with on(server, Failing(), other):
        goes_on(other)
        cluster.kill()
        until(lambda: other.lost_times)
        cluster.start()
        goes_on(other)


@pytest.mark.parametrize("table", ["entry", "board"])
def test_a_table_that_is_gone_stops_the_parts_that_need_it_alone(table, tmp_path, server):
    path = tmp_path / "journal.db"
    other = Counting()
    with Journal(path) as journal, on(server, Follower(path, "desk", LOOK_S), Board("x"), other):
        goes_on(other)
        server.run(f"ALTER TABLE kazashi.{table} RENAME TO gone")
        visit(journal)
        goes_on(other)
        server.run(f"ALTER TABLE kazashi.gone RENAME TO {table}")
        until(lambda: is_same(path, server))


def test_many_services_leave_no_thread_and_no_file(server):
    def open_ones():
        return threading.active_count(), len([*Path("/proc/self/fd").iterdir()])

    for times in range(10):
        counting = Counting()
        with on(server, counting):
            goes_on(counting, 1)
        if times == 0:
            before = open_ones()
    until(lambda: open_ones() <= before)
