"""A simulated reader for other programs: its serial line on a pty or a TCP port of this machine.

A TCP port takes one program at a time. The connection is closed if the program sends or fetches
nothing for too long, and always after an hour; it may connect again, after those waiting.
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
GREETING_S = 10.0  # from connection to the first byte: a driver greets at once
SILENCE_S = 600.0  # after that: a program that waits for cards sends nothing for long
STAY_S = 3600.0  # in total: others may wait
UNREAD_S = 10.0  # without fetching: a driver reads while it waits


class Line(Protocol):
    """The line to another program, which may not be there yet."""

    def fileno(self) -> int: ...  # for select: readable when the other program does something
    def read(self, timeout_s: float) -> bytes: ...
    def write(self, data: bytes, timeout_s: float) -> None: ...
    def end_overdue(self) -> bool: ...  # True: the program stayed too long and was hung up
    def close(self) -> None: ...


class Served(Protocol):
    """The line to a simulated firmware."""

    def read_beside(self, other: Line) -> bytes: ...  # b"" when `other` may have sent something
    def write(self, data: bytes, /) -> int: ...  # bytes that the firmware took
    def close(self) -> None: ...


class TcpLine:
    """One program at a time. The next follows if it leaves, or stays, is silent or does not fetch
    too long.

    `takes_all`: pass all bytes. Else pass only frames except Maintain, which ends the reader.

    Raises:
        ValueError: the address can be reached from other machines.
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
            return  # it left meanwhile: drop the rest
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
        """Disconnect the other program. It has to connect again."""
        if self._peer:
            self._peer.close()
            self._peer = None

    def _allowed(self, data: bytes) -> bytes:
        """The complete frames, except Maintain: its sender is disconnected."""
        frames = [*self._deframer.feed(data)]
        if any(frame.kind == Maintain.kind for frame in frames):
            self.hang_up()
            return b""
        return b"".join(frame.build() for frame in frames)


def serve(pipe: Served, line: Line) -> None:
    """Carry bytes both ways until the reader is gone or an exception ends it.

    Raises:
        ReaderUnplugged: the simulated firmware ended.
    """
    data = b""
    while True:
        if said := pipe.read_beside(line):
            line.write(said, _DROP_S)
        if line.end_overdue():
            data = b""  # not fetched by the firmware: the next program must not wait for it
        if data := data or line.read(0.0):
            data = data[pipe.write(data) :]  # the host notices if the firmware fetches nothing
