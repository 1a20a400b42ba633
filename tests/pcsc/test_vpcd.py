"""What vpcd sends is cut into requests, whatever it sends."""

import socket
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazashi.pcsc.vpcd import MOST, Connection, Disconnected, Requests

PAYLOADS = st.lists(st.binary(max_size=300), max_size=6)
CUTS = st.lists(st.integers(0, 2000), max_size=8)


def in_pieces(data, cuts):
    ends = sorted({min(cut, len(data)) for cut in cuts} | {len(data)})
    return [data[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]


def requests_in(pieces):
    requests = Requests()
    return [payload for piece in pieces for payload in requests.feed(piece)]


@given(PAYLOADS, CUTS)
def test_requests_arrive_whole_however_they_are_cut(payloads, cuts):
    stream = b"".join(len(each).to_bytes(2, "big") + each for each in payloads)
    assert requests_in(in_pieces(stream, cuts)) == [each for each in payloads if each]


@given(st.binary(max_size=2000), CUTS)
def test_any_bytes_are_cut_alike_and_never_fail(data, cuts):
    whole = requests_in([data])
    assert requests_in(in_pieces(data, cuts)) == whole
    assert sum(2 + len(each) for each in whole) <= len(data)


@pytest.fixture
def ends():
    """A connection, and vpcd's end of it."""
    with (
        closing(socket.create_server(("127.0.0.1", 0))) as listener,
        closing(Connection(listener.getsockname())) as connection,
        closing(listener.accept()[0]) as vpcd,
    ):
        yield connection, vpcd


def test_a_request_comes_whole_or_not_at_all(ends):
    connection, vpcd = ends
    vpcd.sendall(b"\0\5\0\xb0\0")
    assert connection.request(0.01) is None
    vpcd.sendall(b"\0\0\0\1\4")
    assert connection.request(1.0) == b"\0\xb0\0\0\0"
    assert connection.request(1.0) == b"\4"


def test_an_answer_has_its_length_before_it(ends):
    connection, vpcd = ends
    connection.answer(b"\x90\0")
    assert vpcd.recv(10) == b"\0\2\x90\0"


def test_an_answer_too_long_for_vpcd_is_refused(ends):
    connection, _ = ends
    with pytest.raises(ValueError, match="65535"):
        connection.answer(bytes(MOST + 1))


def test_the_end_of_vpcd_is_noticed(ends):
    connection, vpcd = ends
    vpcd.close()
    with pytest.raises(Disconnected):
        connection.request(1.0)


def test_nothing_connects_if_vpcd_does_not_listen():
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        address = listener.getsockname()
    with pytest.raises(Disconnected):
        Connection(address)
