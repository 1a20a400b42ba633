"""Two services on one database: the staff screen of each shows the desks of both."""

from functools import partial
from time import monotonic, sleep

from kazashi.site.board import Board
from kazashi.site.settings import DatabaseSettings
from served_desks import served
from staff_screen import values

LIMIT_S = 30.0


def on(server, folder, name):
    folder.mkdir()
    connects = partial(Board, DatabaseSettings(server.url, name))
    return served(folder, [None], elsewhere=connects)


def until_shown(staff, *expected):
    end = monotonic() + LIMIT_S
    while values(page := staff.get("/staff"), "data-elsewhere") != [*expected]:
        assert monotonic() < end, "it is not shown"
        sleep(0.02)
    return page.text


def test_each_staff_screen_shows_the_desks_of_both(server, tmp_path):
    with on(server, tmp_path / "one", "東館") as one, one.staff() as staff:
        with on(server, tmp_path / "two", "西館") as two:
            assert "受付1" in until_shown(staff, "西館")
            with two.staff() as others:
                until_shown(others, "東館")
        until_shown(staff)
