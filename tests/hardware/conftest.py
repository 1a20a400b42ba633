"""The reader under test: a simulated and an emulated one; with --port the one that it names."""

import os
from collections.abc import Iterator

import pytest

import kazashi
from kazashi.reader import Reader

_PIN_OF_SIMULATED_CARDS = "1234"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "reader_url" in metafunc.fixturenames:
        port = metafunc.config.getoption("--port")
        urls = [port] if port else ["sim:", "pico:"]
        metafunc.parametrize("reader_url", urls, indirect=True, scope="module")


@pytest.fixture(scope="module")
def reader_url(request: pytest.FixtureRequest) -> str:
    if request.param == "sim:":
        return "sim:?tap=0&speed=20"
    if request.param == "pico:":
        return f"pico:{request.getfixturevalue('image')}?tap=0&chip=0"
    return request.param


@pytest.fixture(scope="module")
def reader(reader_url: str) -> Iterator[Reader]:
    with kazashi.open(reader_url) as reader:
        yield reader


@pytest.fixture
def may_destroy(request: pytest.FixtureRequest, reader: Reader) -> None:
    """For what changes the card. A real one: only if its owner has named the very reader."""
    config = request.config
    if config.getoption("--port") and config.getoption("--destroy") != reader.info.serial:
        pytest.skip(f"changes the card; to allow that: --destroy {reader.info.serial}")


@pytest.fixture
def pin(request: pytest.FixtureRequest, may_destroy: None) -> str:
    """The card's. A real card is never shown a guess."""
    if not request.config.getoption("--port"):
        return _PIN_OF_SIMULATED_CARDS
    if "KAZASHI_PIN" not in os.environ:
        pytest.skip("shows the card its PIN: set KAZASHI_PIN to that of your test card")
    return os.environ["KAZASHI_PIN"]
