"""Two services on one database: the staff screen of each shows the desks of both."""

from contextlib import contextmanager
from time import monotonic, sleep

from kazashi.site.board import Board
from served_desks import served
from site_desks import on
from staff_screen import values

LIMIT_S = 30.0


@contextmanager
def computer(server, folder, name):
    folder.mkdir()
    board = Board(name)
    with on(server, board), served(folder, [None], elsewhere=board) as service:
        yield service


def until_shown(staff, *expected):
    end = monotonic() + LIMIT_S
    while values(page := staff.get("/staff"), "data-elsewhere") != [*expected]:
        assert monotonic() < end, "it is not shown"
        sleep(0.02)
    return page.text


def test_each_staff_screen_shows_the_desks_of_both(server, tmp_path):
    with computer(server, tmp_path / "one", "東館") as one, one.staff() as staff:
        with computer(server, tmp_path / "two", "西館") as two:
            assert "受付1" in until_shown(staff, "西館")
            with two.staff() as others:
                until_shown(others, "東館")
        until_shown(staff)
