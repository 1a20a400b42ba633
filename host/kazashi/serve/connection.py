"""A connection that is dropped if its other end is too slow.

uvicorn waits for ever for the rest of a request, and for a client to take an answer. Then a few
hundred idle connections would keep all others out. And what is sent into a cable that was cut is
sent again for a quarter of an hour.
"""

import socket
from asyncio import TimerHandle, Transport

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

REQUEST_S = 30.0  # until a request is here, with its body
ACK_S = 4.0  # until the other end's system has what was sent
TAKE_S = 10.0  # until what was sent is taken, when the system's buffers are full


class Connection(H11Protocol):
    """HTTP/1.1 on one connection."""

    _request: TimerHandle | None = None
    _taking: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:
        super().connection_made(transport)
        # asyncio does so for sockets that name their protocol, which `create_server` does not.
        # Without it each answer's body waits 40 ms for the client's ACK of its head.
        line = transport.get_extra_info("socket")
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux; other systems have limits of their own
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(ACK_S * 1000))
        self._request = self.loop.call_later(REQUEST_S, transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        _cancel(self._request)
        _cancel(self._taking)
        super().connection_lost(exc)

    def handle_events(self) -> None:
        super().handle_events()
        if self.conn.their_state is not h11.SEND_BODY and self.conn.our_state is h11.SEND_RESPONSE:
            _cancel(self._request)

    def on_response_complete(self) -> None:
        _cancel(self._request)
        self._request = self.loop.call_later(REQUEST_S, self.transport.abort)
        super().on_response_complete()

    def pause_writing(self) -> None:
        self._taking = self.loop.call_later(TAKE_S, self.transport.abort)
        super().pause_writing()

    def resume_writing(self) -> None:
        _cancel(self._taking)
        super().resume_writing()


def _cancel(timer: TimerHandle | None) -> None:
    if timer:
        timer.cancel()
