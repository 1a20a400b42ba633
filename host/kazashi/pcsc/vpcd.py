"""vpcd, a driver of pcscd for cards that are programs: its connection, and how requests are cut.

Ref: vsmartcard 3.3, virtualsmartcard/src/vpcd/vpcd.c.

Both sides send a 16-bit length and a payload. A payload of one byte is a `Control`, a longer one is
a command APDU; ATR and APDU are answered. A card is present while the connection is open.
"""

import socket
from collections.abc import Iterator
from enum import IntEnum, unique
from time import monotonic

PORT = 35963  # of the first slot; the second has the next one
SLOTS = 2
MOST = 0xFFFF  # bytes of a payload
_CONNECT_S = 2.0
_SEND_S = 5.0  # that pcscd may take to fetch an answer
_QUICKACK: int | None = getattr(socket, "TCP_QUICKACK", None)  # Linux


@unique
class Control(IntEnum):
    """What pcscd asks of the card's power, or of its ATR."""

    POWER_OFF = 0
    POWER_ON = 1
    RESET = 2
    ATR = 4


class Disconnected(Exception):
    """pcscd has ended, or does not fetch an answer."""


class Requests:
    """Cuts a stream of bytes into requests."""

    def __init__(self) -> None:
        self._received = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The payloads that are complete now. Empty ones mean nothing and are left out."""
        self._received += data
        while len(self._received) >= 2:
            end = 2 + int.from_bytes(self._received[:2], "big")
            if len(self._received) < end:
                return
            payload = bytes(self._received[2:end])
            del self._received[:end]
            if payload:
                yield payload


class Connection:
    """A card in the slot of vpcd at `address`, until close().

    Raises:
        Disconnected: vpcd does not listen there.
    """

    def __init__(self, address: tuple[str, int]) -> None:
        try:
            self._socket = socket.create_connection(address, _CONNECT_S)
        except OSError as error:
            raise Disconnected from error
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._requests = Requests()
        self._waiting: list[bytes] = []

    def close(self) -> None:
        """Take the card out. pcscd hangs for ever if this is not called."""
        self._socket.close()

    def request(self, timeout_s: float) -> bytes | None:
        """The next request; None if none is complete after `timeout_s`.

        Raises:
            Disconnected: vpcd closed the connection.
        """
        end_s = monotonic() + timeout_s
        while not self._waiting:
            if (left_s := end_s - monotonic()) <= 0:
                return None
            self._socket.settimeout(left_s)
            try:
                data = self._socket.recv(4096)
                # vpcd sends length and payload apart: a delayed ACK would cost 44 ms a command.
                if _QUICKACK is not None:
                    self._socket.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)
            except TimeoutError:
                return None
            except OSError as error:
                raise Disconnected from error
            if not data:
                raise Disconnected
            self._waiting.extend(self._requests.feed(data))
        return self._waiting.pop(0)

    def answer(self, payload: bytes) -> None:
        """Answer a request.

        Raises:
            ValueError: it is longer than MOST.
            Disconnected: vpcd closed the connection, or does not fetch it.
        """
        if len(payload) > MOST:
            raise ValueError(f"vpcd takes {MOST} bytes at most")
        self._socket.settimeout(_SEND_S)
        try:
            self._socket.sendall(len(payload).to_bytes(2, "big") + payload)
        except OSError as error:  # TimeoutError is one
            raise Disconnected from error
