"""A simulated reader for other programs: its serial line on a pty or a TCP port of this machine.

A TCP port takes one program at a time. The connection is closed if the program is silent for too
long or fetches nothing, and after an hour in any case; it may connect again, behind those waiting.
"""

import select
import socket
from collections.abc import Callable
from ipaddress import ip_address
from time import monotonic
from typing import Protocol

from kazashi_wire.frame import Deframer
from kazashi_wire.messages import Maintain

_DROP_S = 0.5  # MicroPython on the RP2040 drops what the host does not fetch within this time
GREETING_S = 10.0  # until a program that has connected says anything: a driver greets at once
SILENCE_S = 600.0  # from then on: a program that waits for cards says nothing for long
STAY_S = 3600.0  # in all, whatever a program does: others may wait
UNREAD_S = 10.0  # for which it fetches nothing: a driver reads while it waits


class Line(Protocol):
    """Where the other program is, or will be."""

    def fileno(self) -> int: ...  # for select: readable when the other program does something
    def read(self, timeout_s: float) -> bytes: ...
    def write(self, data: bytes, timeout_s: float) -> None: ...
    def end_overdue(self) -> bool: ...  # True: the other program stayed too long; it is hung up
    def close(self) -> None: ...


class Served(Protocol):
    """The line to a simulated firmware."""

    def read_beside(self, other: Line) -> bytes: ...  # b"" when `other` may have something to say
    def write(self, data: bytes, /) -> int: ...  # bytes that the firmware took
    def close(self) -> None: ...


class TcpLine:
    """One program at a time; when it leaves, or stays, is silent or deaf too long, the next may.

    `takes_all`: else only frames pass to the reader, and Maintain does not: it would be no reader.

    Raises:
        ValueError: the address is not of this machine alone.
        OSError: it is taken.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        takes_all: bool = False,
        now: Callable[[], float] = monotonic,
    ) -> None:
        if host != "localhost" and not ip_address(host).is_loopback:
            raise ValueError("only loopback addresses: a reader is nobody else's business")
        self._listener = socket.create_server((host, port))
        self.address: tuple[str, int] = self._listener.getsockname()[:2]
        self._peer: socket.socket | None = None
        self._takes_all = takes_all
        self._now = now
        self._deframer = Deframer()
        self._patient_until = self._stays_until = self._fetched = 0.0

    def fileno(self) -> int:
        return (self._peer or self._listener).fileno()

    def read(self, timeout_s: float) -> bytes:
        peer = self._peer
        ready, _, _ = select.select([peer or self._listener], [], [], timeout_s)
        if not ready:
            if peer and self._now() > self._patient_until:
                self.hang_up()
            return b""
        if peer is None:
            self._peer, _ = self._listener.accept()
            self._deframer = Deframer()
            self._fetched = self._now()
            self._patient_until = self._fetched + GREETING_S
            self._stays_until = self._fetched + STAY_S
            self._peer.setblocking(False)
            self._peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return b""
        try:
            data = peer.recv(4096)
        except OSError:
            data = b""
        if not data:
            self.hang_up()
            return b""
        self._patient_until = self._now() + SILENCE_S
        return data if self._takes_all else self._allowed(data)

    def write(self, data: bytes, timeout_s: float) -> None:
        peer = self._peer
        deadline = monotonic() + timeout_s
        try:
            while peer and data and (left := deadline - monotonic()) > 0:
                if select.select([], [peer], [], left)[1]:
                    data = data[peer.send(data) :]
        except (OSError, ValueError):
            return  # it left in the middle: what is not fetched is dropped
        if not data:
            self._fetched = self._now()
        elif self._now() - self._fetched > UNREAD_S:
            self.hang_up()

    def end_overdue(self) -> bool:
        if not self._peer or self._now() <= self._stays_until:
            return False
        self.hang_up()
        return True

    def close(self) -> None:
        self.hang_up()
        self._listener.close()

    def hang_up(self) -> None:
        """Whoever is there has to come again."""
        if self._peer:
            self._peer.close()
            self._peer = None

    def _allowed(self, data: bytes) -> bytes:
        """The frames that are whole by now, but for Maintain: who sends that has to come again."""
        frames = [*self._deframer.feed(data)]
        if any(frame.kind == Maintain.kind for frame in frames):
            self.hang_up()
            return b""
        return b"".join(frame.build() for frame in frames)


def serve(pipe: Served, line: Line) -> None:
    """Carry bytes both ways until the reader is gone, or the caller is interrupted.

    Raises:
        ReaderUnplugged: the simulated firmware ended.
    """
    data = b""
    while True:
        if said := pipe.read_beside(line):
            line.write(said, _DROP_S)
        if line.end_overdue():
            data = b""  # that the firmware did not fetch: the next program is not to wait for it
        if data := data or line.read(0.0):
            data = data[pipe.write(data) :]  # a firmware that fetches nothing: the host notices
