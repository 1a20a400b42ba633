"""`kazashi serve` in a thread of the test's process, and the screens that are paired with it."""

import socket
import threading

import uvicorn

from kazashi.serve.access import Access, Caller, Role
from kazashi.serve.app import create_app
from kazashi.serve.settings import ServeSettings

STAFF = Caller(Role.STAFF)


def patient(desk="1"):
    return Caller(Role.PATIENT, desk)


class Served:
    """A service on a port of its own; started again, it has the same port and paired screens.

    `make`: a new service. `is_played`: a test plays its desks, no engine runs there.
    """

    def __init__(self, folder, make, settings=None, *, is_played=False):
        self.settings = settings or ServeSettings()
        self._is_played = is_played
        self._folder, self._make = folder, make
        with socket.create_server(("127.0.0.1", 0)) as line:
            self._port = line.getsockname()[1]
        self.address = f"http://localhost:{self._port}"

    def start(self):
        self.access = Access(self._folder)
        self.service = self._make()
        app = create_app(self.service, self.access, self.settings, self._port)
        config = uvicorn.Config(
            app, lifespan="off", log_config=None, timeout_graceful_shutdown=1, access_log=False
        )
        self._server = uvicorn.Server(config)
        line = socket.create_server(("127.0.0.1", self._port), backlog=100)
        self._thread = threading.Thread(target=self._server.run, args=([line],))
        self._thread.start()
        if not self._is_played:
            self.service.__enter__()

    def stop(self):
        """As SIGTERM does."""
        self.service.events.end()
        self._server.should_exit = True
        self._thread.join()
        if not self._is_played:
            self.service.__exit__(None, None, None)

    @property
    def token(self):
        return self.access.token_path.read_text("ascii").strip()

    def pairing(self, caller):
        """An address that makes a browser this caller's screen, once."""
        return f"{self.address}/pair#{self.access.code_for(caller)}"
