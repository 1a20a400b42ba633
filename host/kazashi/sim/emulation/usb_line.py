"""The CCID interface of an emulated Pico on a TCP address, as stand_ins/usb_device.py has it.

What passes, both ways: endpoint(1) size(4, lowest first) octets:
    00 SETUP(8) → 00 answer, or FE: refused      0n octets of a transfer      8n ← a packet
"""

import select
import socket
import struct
from functools import partial

from .usb_host import UsbHost

_HEAD = struct.Struct("<BI")
_SMART_CARD = 0x0B  # class of the interface
_IN = 0x80
_REFUSED = 0xFE
_SEND_S = 1.0  # limit


class UsbLine:
    """Listens at `address`, HOST:PORT, for one program that plays the operating system.

    Raises:
        OSError: the address is taken.
    """

    def __init__(self, address: str, host: UsbHost) -> None:
        name, _, port = address.rpartition(":")
        self._listener = socket.create_server((name, int(port)))
        self._host = host
        self._peer: socket.socket | None = None
        self._received = b""
        self._endpoints: list[int] = []

    def attend(self, limit_s: float) -> None:
        """Carry what has come to the device; wait for it at most `limit_s`."""
        if self._peer and not self._host.configuration:
            self._hang_up()  # the board has left the bus
        if not select.select([self._peer or self._listener], [], [], limit_s)[0]:
            return
        if self._peer is None:
            self._accept()
            return
        try:
            data = self._peer.recv(4096)
        except OSError:
            data = b""
        if data:
            self._received += data
            self._carry()
        else:
            self._hang_up()

    def close(self) -> None:
        self._hang_up()
        self._listener.close()

    def _accept(self) -> None:
        self._peer, _ = self._listener.accept()
        self._peer.settimeout(_SEND_S)
        self._peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._endpoints = [each for each in self._host.endpoints(_SMART_CARD) if each & _IN]
        for endpoint in self._endpoints:
            self._host.listen(endpoint, partial(self._send, endpoint))

    def _hang_up(self) -> None:
        for endpoint in self._endpoints:
            self._host.listen(endpoint, None)
        self._endpoints = []
        self._received = b""
        if self._peer:
            self._peer.close()
            self._peer = None

    def _carry(self) -> None:
        """Hand the complete pieces of what was received to the device."""
        while len(self._received) >= _HEAD.size:
            endpoint, size = _HEAD.unpack_from(self._received)
            end = _HEAD.size + size
            if len(self._received) < end:
                return
            data, self._received = self._received[_HEAD.size : end], self._received[end:]
            if endpoint:
                self._host.send(endpoint, data)
            else:
                self._host.control(data[:8], self._answer)

    def _answer(self, data: bytes | None) -> None:
        if data is None:
            self._send(_REFUSED, b"")
        else:
            self._send(0, data)

    def _send(self, endpoint: int, data: bytes) -> None:
        try:
            if self._peer:
                self._peer.sendall(_HEAD.pack(endpoint, len(data)) + data)
        except OSError:
            self._hang_up()
