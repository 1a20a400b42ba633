"""`kazashi doctor` says that the site's database is fine if it takes what a service writes."""

from types import SimpleNamespace

import psycopg
import pytest

from kazashi.site.board import Board
from kazashi.site.follower import Follower
from kazashi.site.line import Line
from kazashi.site.look import RIGHTS, look
from kazashi.site.registrations import Registrations
from kazashi.site.settings import DatabaseSettings
from site_numbers import CARD, Desk
from site_people import Computer

READ_ONLY = "-c%20default_transaction_read_only%3Don"


def seen(server, more=""):
    return next(look(DatabaseSettings(f"{server.url}&{more}", "one"))).key


@pytest.fixture
def limited(server, tables):
    """The server as a user sees it who has the rights that `look` asks for, and no others."""
    server.run(
        "DROP ROLE IF EXISTS limited",
        "CREATE ROLE limited LOGIN",
        "GRANT USAGE ON SCHEMA kazashi TO limited",
        "GRANT SELECT ON kazashi.schema TO limited",
        *(f"GRANT {', '.join(RIGHTS[name])} ON kazashi.{name} TO limited" for name in RIGHTS),
    )
    return SimpleNamespace(url=f"{server.url}&user=limited", rows=server.rows)


def test_once_there_are_tables_no_right_to_make_some_is_needed(limited):
    assert seen(limited) == "database.reached"


@pytest.mark.parametrize(
    ("name", "right"), [(name, right) for name in RIGHTS for right in RIGHTS[name]]
)
def test_a_user_who_lacks_a_right_is_refused(name, right, limited, server):
    server.run(f"REVOKE {right} ON kazashi.{name} FROM limited")
    assert seen(limited) == "database.refused"


def test_a_database_that_is_read_only_refuses(server, tables):
    server.run("ALTER DATABASE postgres SET default_transaction_read_only = on")
    try:
        assert seen(server) == "database.refused"
    finally:
        server.run(
            "SET default_transaction_read_only = off",
            "ALTER DATABASE postgres RESET default_transaction_read_only",
        )
    assert seen(server) == "database.reached"
    assert seen(server, f"options={READ_ONLY}") == "database.refused"


def test_it_waits_for_no_desk_that_writes(server, tables):
    with psycopg.connect(server.url) as desk:
        names = (f"kazashi.{name}" for name in RIGHTS)
        desk.execute(f"LOCK TABLE {', '.join(names)} IN EXCLUSIVE MODE".encode())
        assert seen(server) == "database.reached"


def test_each_table_is_asked_about(tables):
    query = "SELECT tablename FROM pg_tables WHERE schemaname = 'kazashi'"
    assert {name for (name,) in tables.execute(query)} == {*RIGHTS, "schema"}


def test_those_rights_are_all_that_services_and_commands_need(limited, tmp_path):
    east, west = (Computer(tmp_path, limited, name) for name in ("東館", "西館"))
    east.hold("仮名 一郎")
    with Line(limited.url) as line:
        Follower(east.path, east.name).turn(line.connection)
        assert [name for name, _ in west.ask()] == ["仮名 一郎"]
        for each in (west, east):
            Follower(each.path, each.name).turn(line.connection)
        assert east.held == []

        board = Board("東館")
        board.show("1", {})
        for step in (board.begin, board.turn, board.end):
            step(line.connection)

        desk = Desk(line.connection, tmp_path / "numbers.db")
        desk.tie(CARD, "12")
        desk.meet()
    with Registrations(DatabaseSettings(limited.url, "東館"), desk.copy) as registrations:
        assert registrations.claim("mark", "A-1")
        registrations.give_back("mark")
