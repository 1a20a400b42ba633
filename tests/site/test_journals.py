"""Journals of many pasts and lines of any width: nothing is lost in the database, nothing twice."""

from datetime import UTC, datetime, timedelta
from shutil import copyfile

import psycopg
import pytest

from kazashi.reception.journal import Journal
from kazashi.reception.journal.followed import Followed, unfollow
from kazashi.site import follower as following
from kazashi.site.entries import bring, prune
from kazashi.site.line import Line
from kazashi.site.schema import prepare
from site_desks import copied, follower, is_same, kept, visit
from site_waits import until


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal.db"


def visits(path, number=2):
    with Journal(path) as journal:
        for _ in range(number):
            visit(journal)


def brought(path, server):
    with follower(path, server):
        until(lambda: is_same(path, server))


def has_all(path, server):
    found = copied(server)
    return all(each in found for each in kept(path))


def both(path, *lost):
    """What the database has: the journal, and what an older state of it does not have."""
    return sorted([*kept(path), *lost], key=lambda row: (row[2], row[0]))


def went_back(path, older, server, number=3):
    """A journal with other visits than those that the database has. Returns these."""
    visits(path)
    brought(path, server)
    lost = kept(path)
    copyfile(older, path)
    visits(path, number)
    return [each for each in lost if each not in kept(path)]


def test_a_journal_that_went_back_is_not_brought_twice_if_the_connection_ends_just_then(
    path, tmp_path, server, monkeypatch
):
    visits(path)
    brought(path, server)
    lost = went_back(path, copyfile(path, tmp_path / "older.db"), server)
    errors = iter([psycopg.OperationalError("the connection ends")])

    def leave(*_):
        for error in errors:
            raise error

    monkeypatch.setattr("kazashi.site.entries.leave", leave)
    with follower(path, server):
        until(lambda: has_all(path, server))
    assert copied(server) == both(path, *lost)


def test_an_older_state_with_visits_that_were_brought_later_does_not_bring_them_again(
    path, tmp_path, server
):
    visits(path, 1)
    brought(path, server)
    visits(path)  # while the database was away
    lost = went_back(path, copyfile(path, tmp_path / "older.db"), server)
    with follower(path, server):
        until(lambda: has_all(path, server))
    assert copied(server) == both(path, *lost)


@pytest.mark.parametrize("number", [1, 2])
def test_an_older_state_is_brought_also_if_it_has_no_more_visits_than_the_database(
    path, tmp_path, server, number
):
    visits(path, 1)
    brought(path, server)
    lost = went_back(path, copyfile(path, tmp_path / "older.db"), server, number)
    with follower(path, server):
        until(lambda: has_all(path, server))
    assert copied(server) == both(path, *lost)


def test_a_state_of_a_journal_that_had_gone_back_before_does_not_come_twice(path, tmp_path, server):
    visits(path, 1)
    brought(path, server)
    lost = went_back(path, copyfile(path, tmp_path / "older.db"), server)
    older = copyfile(path, tmp_path / "not followed yet.db")
    with follower(path, server):
        until(lambda: has_all(path, server))
    copyfile(older, path)
    visits(path, 1)
    with follower(path, server):
        until(lambda: has_all(path, server))
    assert copied(server) == both(path, *lost)


def test_an_older_state_that_was_not_followed_for_a_while_is_brought_whole(path, tmp_path, server):
    visits(path, 1)
    brought(path, server)
    lost = went_back(path, copyfile(path, tmp_path / "older.db"), server)
    unfollow(path)
    visits(path)
    with follower(path, server):
        until(lambda: has_all(path, server))
    assert copied(server) == both(path, *lost)


def test_two_processes_that_follow_one_journal_bring_it_once(path, server):
    with Journal(path) as journal, follower(path, server), follower(path, server):
        for _ in range(40):
            visit(journal)
        until(lambda: is_same(path, server))


def test_a_journal_that_went_back_has_one_name_for_two_processes(path, tmp_path, server):
    visits(path)
    brought(path, server)
    lost = went_back(path, copyfile(path, tmp_path / "older.db"), server)
    with follower(path, server), follower(path, server):
        until(lambda: has_all(path, server))
    assert copied(server) == both(path, *lost)


def test_a_turn_that_brings_nothing_writes_nothing(path, server):
    next_one = "SELECT pg_snapshot_xmax(pg_current_snapshot())"  # of transactions that write
    visits(path)
    with Line(server.url) as line, Followed(path) as followed:
        prepare(line.connection)
        bring(line.connection, followed, "desk")
        before = server.rows(next_one)
        bring(line.connection, followed, "desk")
        assert server.rows(next_one) == before


def test_a_line_that_is_too_slow_for_many_steps_gets_few(path, server, monkeypatch):
    visits(path, 20)

    def cut_if_many(connection, followed, desk, most=60):
        if most > 9:
            raise psycopg.OperationalError("not in time")
        return bring(connection, followed, desk, most)

    monkeypatch.setattr(following, "bring", cut_if_many)
    brought(path, server)


def test_what_the_journal_pruned_goes_in_pieces(path, server, monkeypatch):
    monkeypatch.setattr("kazashi.site.entries._PRUNED", 4)
    days = (datetime(2026, 1, 1, 3, tzinfo=UTC) + timedelta(days=n) for n in range(400))
    with Journal(path, now=lambda: next(days)) as journal:
        for _ in range(30):
            visit(journal)
        brought(path, server)
        journal.prune(1)
    with Line(server.url) as line, Followed(path) as followed:
        prepare(line.connection)
        pieces = 1
        while prune(line.connection, followed):
            pieces += 1
    assert pieces > 2
    assert is_same(path, server)
