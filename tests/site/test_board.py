"""Computers of a site tell one another what their desks show; a real PostgreSQL is between them."""

from threading import Event

import pytest

from kazashi.site.board import Board
from site_desks import on
from site_waits import until

LIMIT_S = 60.0
FREE = {"name": "受付1", "tag": "idle"}
BUSY = {"name": "受付1", "tag": "called"}


class Computer(Board):
    """Waits for what others show; connected while `with` lasts."""

    def __init__(self, server, name):
        super().__init__(name)
        self._news = Event()
        self.tell(self._news.set)
        self.database = on(server, self)

    def __enter__(self):
        self.database.__enter__()
        return self

    def __exit__(self, *error):
        self.database.__exit__(*error)

    def sees(self, *expected):
        """(computer, what it shows, whether it is away)."""
        while [(s.computer, s.shown, s.is_away) for s in self.others] != [*expected]:
            assert self._news.wait(LIMIT_S), self.others
            self._news.clear()


def test_each_sees_what_the_other_shows_and_not_its_own(server):
    with Computer(server, "one") as one, Computer(server, "two") as two:
        one.show("1", FREE)
        two.sees(("one", FREE, False))
        two.show("1", BUSY)
        one.sees(("two", BUSY, False))
        one.show("1", BUSY)
        two.sees(("one", BUSY, False))


def test_one_that_ends_is_gone_at_once(server):
    with Computer(server, "two") as two:
        with Computer(server, "one") as one:
            one.show("1", FREE)
            two.sees(("one", FREE, False))
        two.sees()


def test_two_computers_of_one_name_are_told_and_then_no_more(server, monkeypatch):
    monkeypatch.setattr("kazashi.site.board._ALIVE_S", 0.0)
    monkeypatch.setattr(Board, "pause_s", 0.02)
    with Computer(server, "one") as one:
        one.show("1", FREE)
        with Computer(server, "one") as two:
            two.show("1", FREE)
            for each in (one, two):
                told = []
                until(lambda: told.extend(each.findings(None)) or told)  # noqa: B023
                assert (told[0].key, told[0].fields) == ("database.same-name", {"name": "one"})
        until(lambda: not one.findings(None))


def test_a_computer_that_was_killed_has_its_name_again(server):
    killed = "INSERT INTO kazashi.board (computer, desk, shown, run) VALUES ('two', '1', '{}', 'x')"
    with Computer(server, "one") as one, Computer(server, "three") as three:
        one.show("1", FREE)
        three.sees(("one", FREE, False))
        server.run(killed)
        with Computer(server, "two") as two:
            two.show("1", BUSY)
            three.sees(("one", FREE, False), ("two", BUSY, False))
            assert not two.findings(None)


def test_one_that_is_silent_is_away(server):
    with Computer(server, "one") as one:
        one.show("1", FREE)
        with Computer(server, "two") as two:
            two.sees(("one", FREE, False))
    silent = "INSERT INTO kazashi.board VALUES ('one', '1', '{}', now() - interval '1 h')"
    server.run(silent)
    with Computer(server, "two") as two:
        two.sees(("one", {}, True))


def test_without_the_database_all_others_are_away_until_it_is_back(cluster, server):
    with Computer(server, "one") as one, Computer(server, "two") as two:
        one.show("1", FREE)
        two.sees(("one", FREE, False))
        cluster.kill()
        two.sees(("one", FREE, True))
        one.show("1", BUSY)
        cluster.start()
        two.sees(("one", BUSY, False))


def test_a_database_that_stays_away_is_logged_once(cluster, server, caplog):
    with Computer(server, "one") as one, Computer(server, "two") as two:
        one.show("1", FREE)
        two.sees(("one", FREE, False))
        cluster.kill()
        two.sees(("one", FREE, True))
        until(lambda: len(caplog.records) == 2)  # each has noticed it
        two.database._stop.wait(0.5)  # some tries
        cluster.start()
        two.sees(("one", FREE, False))
    assert [record.message for record in caplog.records] == [
        "site database: unreachable; nothing is lost, it is tried again"
    ] * 2


@pytest.mark.parametrize(
    "text",
    ["[1]", "[" * 2000 + "]" * 2000, "9" * 9000, f'{{"name": "{"x" * 1_000_000}"}}'],
    ids=["no table", "many brackets", "a long number", "long"],
)
def test_what_no_computer_of_ours_would_show_is_left_out(text, server):
    with Computer(server, "one") as one, Computer(server, "two") as two:
        one.show("1", FREE)
        two.sees(("one", FREE, False))
        insert = "INSERT INTO kazashi.board (computer, desk, shown) VALUES ('a', '1', '{}')"
        server.run(insert.format(text), "NOTIFY kazashi_board")
        one.show("1", BUSY)
        two.sees(("one", BUSY, False))


def test_rows_that_the_database_has_lost_are_written_again(server, monkeypatch):
    monkeypatch.setattr("kazashi.site.board._ALIVE_S", 0.05)
    monkeypatch.setattr(Board, "pause_s", 0.05)
    rows = "SELECT computer, desk FROM kazashi.board"
    with Computer(server, "one") as one, Computer(server, "two") as two:
        one.show("1", FREE)
        two.sees(("one", FREE, False))
        server.run("DELETE FROM kazashi.board")
        until(lambda: server.rows(rows) == [("one", "1")])


def test_a_board_on_a_database_that_hangs_ends(cluster, server):
    with Computer(server, "one") as one, Computer(server, "two") as two:
        one.show("1", FREE)
        two.sees(("one", FREE, False))
        cluster.freeze()
    try:
        assert (one.database.is_alive, two.database.is_alive) == (False, False)
    finally:
        cluster.thaw()
