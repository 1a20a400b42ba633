"""Run the service: listen, serve until SIGINT or SIGTERM, and end what runs.

It listens, and locks its state folder, before any reader is opened: a second start fails at once,
and disturbs nothing. A signal first stops the visits, so that screens show it, then the streams and
the server: 25 s at most.
"""

import asyncio
import errno
import os
import socket
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from kazashi.errors import KazashiError
from kazashi.reception.journal import default_path
from kazashi.reception.settings import content
from kazashi.serve.access import Access
from kazashi.serve.app import create_app
from kazashi.serve.connection import Connection
from kazashi.serve.service import Service
from kazashi.serve.settings import ServeSettings
from kazashi.serve.state_lock import locked

_KEEP_ALIVE_S = 30
_GRACE_S = 5  # for connections to end
_MOST_CONNECTIONS = 500
_BACKLOG = 100
_MOST_PEM = 1_000_000  # bytes


@dataclass(eq=False)
class AlreadyServed(KazashiError):
    """Another program listens at `address`: mostly this one, started before."""

    address: str


@dataclass(eq=False)
class CannotServe(KazashiError):
    """The system does not let it listen, or make its files. `reason`: in its words."""

    place: str
    reason: str


@dataclass(eq=False)
class TlsUnusable(KazashiError):
    """No https with `certificate` and its key. `reason`: in the words of the system or OpenSSL."""

    certificate: str
    reason: str


def state_folder() -> Path:
    """$XDG_STATE_HOME/kazashi/serve: token, paired screens."""
    return default_path().parent / "serve"


def listen(settings: ServeSettings) -> socket.socket:
    """Raises AlreadyServed, CannotServe."""
    place = f"{settings.address}:{settings.port}"
    family = socket.AF_INET6 if ":" in settings.address else socket.AF_INET
    try:
        return socket.create_server(
            (settings.address, settings.port), family=family, backlog=_BACKLOG
        )
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise AlreadyServed(place) from error
        raise CannotServe(place, error.strerror or "") from error


@contextmanager
def own_state(folder: Path) -> Generator[Path]:
    """No other service uses `folder` meanwhile. Raises StateInUse, CannotServe."""
    with ExitStack() as stack:
        try:
            stack.enter_context(locked(folder))
        except OSError as error:
            raise CannotServe(str(folder), error.strerror or "") from error
        yield folder


def open_access(folder: Path) -> Access:
    """Raises CannotServe."""
    try:
        return Access(folder)
    except OSError as error:
        raise CannotServe(str(folder), error.strerror or "") from error


def run(service: Service, access: Access, settings: ServeSettings, line: socket.socket) -> None:
    """Serve on `line` until a signal ends it. Raises TlsUnusable."""
    server = Server(service, access, settings, line)
    with service:
        server.run()


class Server(uvicorn.Server):
    """The server of one service, on `line`.

    Raises:
        TlsUnusable: certificate or key cannot be used.
    """

    def __init__(
        self, service: Service, access: Access, settings: ServeSettings, line: socket.socket
    ) -> None:
        config = uvicorn.Config(
            create_app(service, access, settings, line.getsockname()[1]),
            http=Connection,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,  # addresses would be all that it could say
            proxy_headers=False,  # nothing stands before it
            server_header=False,
            timeout_keep_alive=_KEEP_ALIVE_S,
            timeout_graceful_shutdown=_GRACE_S,
            limit_concurrency=_MOST_CONNECTIONS,
            ssl_certfile=settings.certificate and os.fspath(settings.certificate),
            ssl_keyfile=settings.key and os.fspath(settings.key),
            ssl_keyfile_password="none",  # of an encrypted one OpenSSL would ask the terminal
        )
        try:
            for file in filter(None, (settings.certificate, settings.key)):
                content(file, _MOST_PEM)  # OpenSSL would wait for a pipe
            config.load()
        except OSError as error:  # ssl.SSLError is one
            raise TlsUnusable(str(settings.certificate), error.strerror or "TLS") from error
        super().__init__(config)
        self._service, self._line = service, line

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        super().run(sockets or [self._line])

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await asyncio.to_thread(self._service.close)
        self._service.events.end()
        await super().shutdown(sockets)
