"""Run the service: listen, serve until SIGINT or SIGTERM, and end what runs.

It listens before any reader is opened: a second start fails at once, and disturbs nothing.
"""

import errno
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import uvicorn

from kazashi.errors import KazashiError
from kazashi.reception.journal import default_path
from kazashi.serve.access import Access
from kazashi.serve.app import create_app
from kazashi.serve.events import Events
from kazashi.serve.service import Service
from kazashi.serve.settings import ServeSettings

_KEEP_ALIVE_S = 30
_GRACE_S = 5  # for connections to end
_MOST_CONNECTIONS = 500
_BACKLOG = 100


@dataclass(eq=False)
class AlreadyServed(KazashiError):
    """Another program listens at `address`: mostly this one, started before."""

    address: str


@dataclass(eq=False)
class CannotServe(KazashiError):
    """The system does not let it listen, or make its files. `reason`: in its words."""

    place: str
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


def open_access(folder: Path) -> Access:
    """Raises CannotServe."""
    try:
        return Access(folder)
    except OSError as error:
        raise CannotServe(str(folder), error.strerror or "") from error


def run(service: Service, access: Access, settings: ServeSettings, line: socket.socket) -> None:
    """Serve on `line` until a signal ends it."""
    port = line.getsockname()[1]
    app = create_app(service, access, settings, port)
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        access_log=False,  # addresses would be all that it could say
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_GRACE_S,
        limit_concurrency=_MOST_CONNECTIONS,
        ssl_certfile=settings.certificate and os.fspath(settings.certificate),
        ssl_keyfile=settings.key and os.fspath(settings.key),
    )
    with service:
        _Server(config, service.events).run(sockets=[line])


class _Server(uvicorn.Server):
    """A server whose event streams end when it does."""

    def __init__(self, config: uvicorn.Config, events: Events) -> None:
        super().__init__(config)
        self._events = events

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._events.end()
        super().handle_exit(sig, frame)
