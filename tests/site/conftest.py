import pytest

from postgres import Server, binaries


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
