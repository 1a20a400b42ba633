import pytest

from kazashi.site.line import Line
from kazashi.site.schema import prepare
from postgres import Server, binaries
from site_numbers import CARD, Desk
from site_people import Computer


@pytest.fixture(scope="session")
def made():
    """Makes servers, and ends them."""
    if binaries() is None:
        pytest.skip("no PostgreSQL server: install Debian's postgresql")
    servers = []

    def make(mebibytes=None):
        server = Server(mebibytes)
        servers.append(server)
        server.start()
        return server

    yield make
    for server in servers:
        server.close()


@pytest.fixture(scope="session")
def cluster(made):
    return made()


@pytest.fixture
def server(cluster):
    """An empty database."""
    cluster.empty()
    return cluster


@pytest.fixture
def tables(server):
    """A connection to the database with its tables."""
    with Line(server.url) as line:
        prepare(line.connection)
        yield line.connection


@pytest.fixture
def east(tmp_path, server, tables):
    return Computer(tmp_path, server, "東館")


@pytest.fixture
def west(tmp_path, server, tables):
    return Computer(tmp_path, server, "西館")


@pytest.fixture
def desks(tmp_path, tables):
    """Makes computers, each with a copy."""
    made = iter(range(100))
    return lambda: Desk(tables, tmp_path / f"{next(made)}.db")


@pytest.fixture
def conflict(desks):
    """One said 12, the other 34, and neither had heard of it; a third one looks on."""
    one, two, three = desks(), desks(), desks()
    one.tie(CARD, "12")
    two.tie(CARD, "34", "鈴木")
    for desk in (one, two, three, one):
        desk.meet()
    return one, two, three
