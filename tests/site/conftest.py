import pytest

from kazashi.site.line import Line
from kazashi.site.schema import prepare
from postgres import Server, binaries
from site_numbers import CARD, Desk


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
def desks(tmp_path, server):
    """Makes computers, each with a copy."""
    with Line(server.url) as line:
        prepare(line.connection)
        made = iter(range(100))
        yield lambda: Desk(line.connection, tmp_path / f"{next(made)}.db")


@pytest.fixture
def conflict(desks):
    """One said 12, the other 34, and neither had heard of it; a third one looks on."""
    one, two, three = desks(), desks(), desks()
    one.tie(CARD, "12")
    two.tie(CARD, "34", "鈴木")
    for desk in (one, two, three, one):
        desk.meet()
    return one, two, three
