"""A line to the database that ends after any number of bytes: nothing is lost, nothing twice."""

import random
import socket
from contextlib import ExitStack, suppress
from threading import Thread

import pytest

from kazashi.site.follower import Follower
from site_desks import LOOK_S, Writer, follower, is_same, on
from site_waits import until

_FEW, _MANY = 300, 6_000  # bytes; a connection takes some 500 to be opened


class CutLine:
    """A port before the server's socket. Each connection ends after some bytes from the server."""

    def __init__(self, server, numbers):
        self._path = str(server.folder / ".s.PGSQL.5432")
        self._numbers = numbers
        self._port = socket.create_server(("127.0.0.1", 0))
        self.ended = 0
        number = self._port.getsockname()[1]
        self.url = f"postgresql://postgres@127.0.0.1:{number}/postgres?sslmode=disable"

    def __enter__(self):
        Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *error):
        with suppress(OSError):
            self._port.shutdown(socket.SHUT_RDWR)
        self._port.close()

    def _accept(self):
        with suppress(OSError):
            while True:
                ours, _ = self._port.accept()
                theirs = socket.socket(socket.AF_UNIX)
                theirs.connect(self._path)
                ends = (ours, theirs)
                Thread(target=self._pass_on, args=(*ends, None), daemon=True).start()
                most = self._numbers.randint(_FEW, _MANY)
                Thread(target=self._pass_on, args=(*ends[::-1], most), daemon=True).start()

    def _pass_on(self, source, sink, most):
        with ExitStack() as stack, suppress(OSError):
            stack.callback(sink.close)
            while data := source.recv(65536):
                sink.sendall(data if most is None else data[:most])
                if most is not None and (most := most - len(data)) <= 0:
                    self.ended += 1
                    sink.shutdown(socket.SHUT_RDWR)
                    source.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("seed", range(2))
def test_a_line_that_ends_after_any_number_of_bytes_loses_nothing(seed, tmp_path, server):
    path = tmp_path / "journal.db"
    line = CutLine(server, random.Random(seed))
    with line, Writer(path), on(line, Follower(path, "desk", LOOK_S)):
        until(lambda: line.ended >= 8)
    with follower(path, server):
        until(lambda: is_same(path, server))
