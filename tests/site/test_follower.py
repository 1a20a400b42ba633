"""The site's database follows a journal, whatever becomes of it; judged by a real PostgreSQL."""

import os
import random
import time
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from shutil import copyfile

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kazashi.cli.site import site_of
from kazashi.reception.journal import Journal
from kazashi.reception.journal.followed import Followed, unfollow
from kazashi.site.entries import bring
from kazashi.site.line import Line
from kazashi.site.schema import SchemaNewer, prepare, scripts
from site_desks import Writer, copied, follower, is_same, kept, visit
from site_waits import until


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal.db"


def test_each_entry_is_brought_once_and_as_it_was_kept(path, server):
    with Journal(path) as journal, follower(path, server):
        for _ in range(20):
            visit(journal)
        until(lambda: is_same(path, server))
    assert len(copied(server)) == 60


def test_a_visit_under_way_is_seen_and_then_its_end(path, server):
    with Journal(path) as journal, follower(path, server):
        entry = journal.begin("desk", "usb:1")
        entry.step("pin", tries_left=3)
        until(lambda: is_same(path, server))
        assert copied(server)[0][1] is None
        entry.end("checked_in")
        until(lambda: is_same(path, server))


def test_a_visit_that_was_interrupted_ends_here_too(path, server):
    with Journal(path) as journal, follower(path, server):
        journal.begin("desk", "usb:1").step("pin", tries_left=3)
        until(lambda: is_same(path, server))
        journal.begin("desk", "usb:1")
        until(lambda: copied(server)[0][1] == "interrupted")


@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
@settings(
    max_examples=50,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_what_staff_typed_is_brought_letter_by_letter(text, path, server):
    path.unlink(missing_ok=True)
    with Journal(path) as journal:
        journal.begin("desk", "none").end("checked_in", staff=text)
    server.empty()
    with Line(server.url) as line, Followed(path) as followed:
        prepare(line.connection)
        bring(line.connection, followed, "desk")
    assert copied(server)[0][4] == {"staff": text}


@pytest.mark.parametrize("seed", range(3))
def test_a_server_that_is_killed_at_any_moment_loses_nothing_and_has_nothing_twice(
    seed, path, cluster, server
):
    moments = random.Random(seed)
    with Writer(path), follower(path, server):
        for _ in range(4):
            time.sleep(moments.uniform(0.05, 0.4))
            cluster.kill()
            time.sleep(moments.uniform(0.0, 0.2))
            cluster.start()
    with follower(path, server):
        until(lambda: is_same(path, server))


def test_a_server_that_hangs_is_left_and_the_rest_is_brought_later(
    path, cluster, server, monkeypatch
):
    monkeypatch.setattr("kazashi.site.line.WORK_S", 2.0)
    with Writer(path), follower(path, server) as following:
        until(lambda: following.trouble is None)
        cluster.freeze()
        try:
            until(lambda: following.trouble is not None)
        finally:
            cluster.thaw()
        until(lambda: following.trouble is None)
    with follower(path, server):
        until(lambda: is_same(path, server))


def test_a_follower_of_a_server_that_hangs_ends_at_once(path, cluster, server):
    with Writer(path), follower(path, server) as following:
        until(lambda: following.trouble is None)
        cluster.freeze()
    try:
        assert not following.is_alive
    finally:
        cluster.thaw()


def test_a_disk_that_fills_up_loses_nothing(path, made):
    if os.getuid():
        pytest.skip("needs root: a small disk is mounted")
    server = made(mebibytes=80)
    with Writer(path), follower(path, server) as following:
        until(lambda: following.trouble is None)
        with server.full_disk():
            until(lambda: following.trouble is not None)
        until(lambda: following.trouble is None)
    with follower(path, server):
        until(lambda: is_same(path, server))


def test_a_database_that_comes_back_empty_gets_all_again(path, server):
    with Journal(path) as journal, follower(path, server):
        for _ in range(5):
            visit(journal)
        until(lambda: is_same(path, server))
        server.empty()
        until(lambda: server.rows("SELECT to_regclass('kazashi.entry')") != [(None,)])
        until(lambda: is_same(path, server))


def test_a_database_that_lost_its_newest_entries_gets_them_again(path, server):
    with Journal(path) as journal:
        for _ in range(5):
            visit(journal)
    with follower(path, server):
        until(lambda: is_same(path, server))
    server.run(
        "DELETE FROM kazashi.entry WHERE sequence > 7", "UPDATE kazashi.journal SET last = 7"
    )
    with follower(path, server):
        until(lambda: is_same(path, server))


def test_a_journal_that_went_back_goes_on_under_another_name(path, tmp_path, server):
    older = tmp_path / "older.db"
    with Journal(path) as journal:
        visit(journal)
    with follower(path, server):
        until(lambda: is_same(path, server))
    copyfile(path, older)
    with Journal(path) as journal:
        visit(journal)
    with follower(path, server):
        until(lambda: is_same(path, server))
    lost = kept(path)[3:]
    copyfile(older, path)
    with Journal(path) as journal:
        for _ in range(2):
            visit(journal)
    with follower(path, server):
        until(lambda: len(copied(server)) == 12)
    assert copied(server) == sorted([*kept(path), *lost], key=lambda row: (row[2], row[0]))


def test_pruning_leaves_what_the_database_does_not_have(path):
    days = (datetime(2026, 1, 1, 3, tzinfo=UTC) + timedelta(days=n) for n in range(400))
    with Journal(path, now=lambda: next(days)) as journal:
        for _ in range(30):
            visit(journal)
        with Followed(path) as followed:
            followed.name()
            followed.keep_cursor(30)
        journal.prune(1)
        assert min(each.id for each in journal.visits()) == 11
        unfollow(path)
        journal.prune(1)
        assert min(each.id for each in journal.visits()) > 11


def test_what_the_journal_pruned_goes_here_too(path, server):
    days = (datetime(2026, 1, 1, 3, tzinfo=UTC) + timedelta(days=n) for n in range(400))
    with Journal(path, now=lambda: next(days)) as journal:
        for _ in range(30):
            visit(journal)
        with follower(path, server):
            until(lambda: is_same(path, server))
        journal.prune(1)
    assert len(kept(path)) < len(copied(server))
    with follower(path, server):
        until(lambda: is_same(path, server))
    assert copied(server)


def test_who_is_held_is_in_no_entry(path, server):
    with Journal(path) as journal:
        entry = journal.begin("desk", "none")
        birth = date(1950, 4, 3)
        journal.hold(
            entry.id, name="仮名 三郎", address="架空町1-2-3", birth=birth, sex=1, reason="x"
        )
        entry.end("held")
    with follower(path, server):
        until(lambda: is_same(path, server))
    tables = ("journal", "visit", "entry", "schema")
    dump = repr([server.rows(f"SELECT * FROM kazashi.{table}") for table in tables])
    assert "held" in dump
    assert not any(each in dump for each in ("仮名", "架空町", "1950"))


def test_a_database_that_was_left_for_a_while_gets_what_came_meanwhile(path, server):
    with Journal(path) as journal:
        visit(journal)
        with follower(path, server):
            until(lambda: is_same(path, server))
        unfollow(path)
        visit(journal)
        with follower(path, server):
            until(lambda: is_same(path, server))


def test_two_desks_do_not_touch_each_other(tmp_path, server):
    one, two = tmp_path / "1.db", tmp_path / "2.db"
    with Journal(one) as first, Journal(two) as second:
        visit(first)
        visit(second)
        visit(second)
    with follower(one, server, "one"), follower(two, server, "two"):
        until(lambda: is_same(one, server, "one") and is_same(two, server, "two"))


def test_forty_desks_survive_the_killing_of_their_database(tmp_path, cluster, server):
    desks = {f"desk {number}": tmp_path / f"{number}.db" for number in range(40)}
    with ExitStack() as stack:
        journals = [stack.enter_context(Journal(path)) for path in desks.values()]
        for name, path in desks.items():
            stack.enter_context(follower(path, server, name))
        for times in range(6):
            for journal in journals:
                visit(journal)
            if times in (2, 4):
                cluster.kill()
                cluster.start()
    with ExitStack() as stack:
        for name, path in desks.items():
            stack.enter_context(follower(path, server, name))
        until(lambda: all(is_same(path, server, name) for name, path in desks.items()))


def test_a_newer_release_s_tables_are_left_alone(path, server):
    with Line(server.url) as line:
        prepare(line.connection)
        newer = scripts()[-1][0] + 1
        line.connection.execute("INSERT INTO schema (number) VALUES (%s)", (newer,))
        with pytest.raises(SchemaNewer):
            prepare(line.connection)
    Journal(path).close()
    with follower(path, server) as following:
        until(lambda: following.trouble == "newer")


def test_an_error_that_was_not_expected_ends_no_follower(path, server, monkeypatch):
    errors = iter([RuntimeError("a flaw")])

    def fails_once(connection):
        for error in errors:
            raise error
        prepare(connection)

    monkeypatch.setattr("kazashi.site.database.prepare", fails_once)
    with Journal(path) as journal, follower(path, server) as following:
        visit(journal)
        until(lambda: is_same(path, server))
    assert not following.is_alive


def test_without_a_database_a_broken_journal_stops_no_service(tmp_path):
    broken = tmp_path / "journal.db"
    broken.write_bytes(b"not a database" * 100)
    assert site_of(None, broken) is None


def test_a_connection_is_cut_at_its_limit_whatever_the_server_does(cluster, server):
    with Line(server.url) as line:
        cluster.freeze()
        try:
            with pytest.raises(psycopg.OperationalError), line.limit(0.2) as connection:
                connection.execute("SELECT 1")
        finally:
            cluster.thaw()
