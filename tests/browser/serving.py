"""`kazashi serve` in a thread of the test's process, which may be stopped and started again."""

from contextlib import contextmanager
from socket import SO_REUSEADDR, SOL_SOCKET, socket
from threading import Thread

import httpx

from kazashi.serve.access import Access, Caller, Role
from kazashi.serve.running import Server, listen
from kazashi.serve.settings import ServeSettings
from served_desks import LIMIT_S

STAFF = Caller(Role.STAFF)


def patient(desk="1"):
    return Caller(Role.PATIENT, desk)


class Serving:
    """A service; started again, it has the same port, and knows the screens that were paired.

    `make`: a new `Service`. `desks`: settings of theirs that its pages show. `is_played`: a test
    plays its desks, no engine runs there.
    """

    def __init__(self, folder, make, desks=(), *, is_played=False):
        self._folder, self._make, self._is_played = folder, make, is_played
        self._desks, self._port = tuple(desks), 0

    def start(self):
        settings = ServeSettings(port=self._port, desks=self._desks)
        line = listen(settings)
        self._port = line.getsockname()[1]
        self.address = f"http://localhost:{self._port}"
        self.access = Access(self._folder)
        self.service = self._make()
        if self._is_played:
            self.service.close = lambda: None
        else:
            self.service.__enter__()
        self._server = Server(self.service, self.access, settings, line)
        self._thread = Thread(target=self._server.run)
        self._thread.start()

    def stop(self):
        """As SIGTERM does."""
        self._server.should_exit = True
        self._thread.join()

    @contextmanager
    def away(self):
        """Stopped until `with` ends; no other program gets its port meanwhile."""
        self.stop()
        with socket() as kept:
            kept.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
            kept.bind(("127.0.0.1", self._port))
            try:
                yield
            finally:
                self.start()

    def program(self):
        """A client that has the programs' token."""
        token = self.access.token_path.read_text("ascii").strip()
        return httpx.Client(
            base_url=self.address, headers={"authorization": f"Bearer {token}"}, timeout=LIMIT_S
        )

    def pairing(self, caller):
        """An address that makes a browser this caller's screen, once."""
        return f"{self.address}/pair#{self.access.code_for(caller)}"
