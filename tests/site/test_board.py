"""Computers of a site tell one another what their desks show; a real PostgreSQL is between them."""

from threading import Event

from kazashi.site.board import Board
from site_desks import on

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
        two.database._stop.wait(0.5)  # some tries
        cluster.start()
        two.sees(("one", FREE, False))
    assert [record.message for record in caplog.records] == [
        "site database: unreachable; nothing is lost, it is tried again"
    ] * 2


def test_what_is_no_table_is_left_out(server):
    with Computer(server, "one") as one:
        one.show("1", FREE)
        with Computer(server, "two") as two:
            two.sees(("one", FREE, False))
            server.run("UPDATE kazashi.board SET shown = '[1]'", "NOTIFY kazashi_board")
            two.sees()


def test_a_board_on_a_database_that_hangs_ends(cluster, server):
    with Computer(server, "one") as one, Computer(server, "two") as two:
        one.show("1", FREE)
        two.sees(("one", FREE, False))
        cluster.freeze()
    try:
        assert (one.database.is_alive, two.database.is_alive) == (False, False)
    finally:
        cluster.thaw()
