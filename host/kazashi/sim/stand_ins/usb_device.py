"""Stand-in for the RP2040's `machine.USBDevice`: the bus is a TCP connection, at whose other end a
USB host is played: tests/pcsc/libusb.c.

Runs on CPython and on unix MicroPython. It listens at KAZASHI_USB; who connects is the host that
the board is plugged into. What passes, both ways: endpoint(1) size(4, lowest first) octets:
    00 SETUP(8) octets → 00 answer, or FE: refused      0n octets of a transfer      8n ← a packet

Callbacks run within idle(), as on the board between two bytecodes, never inside one another.
"""

import errno
import os
import select
import socket
import struct

_PACKET = 64
_SETUP, _DATA_STAGE, _ACKNOWLEDGE = 1, 2, 3
_REFUSED = 0xFE
_GET_DESCRIPTOR, _SET_CONFIGURATION = 6, 9
_DEVICE, _CONFIGURATION, _STRING = 1, 2, 3
_IDLE_MS = 1

# As MicroPython 1.25 describes the serial port of an RPI_PICO.
_DESC_DEV = b"\x12\x01\x00\x02\xef\x02\x01\x40\x8a\x2e\x05\x00\x00\x01\x01\x02\x03\x01"
_DESC_CFG = (
    b"\x09\x02\x4b\x00\x02\x01\x00\x80\x7d"
    b"\x08\x0b\x00\x02\x02\x02\x00\x00"
    b"\x09\x04\x00\x00\x01\x02\x02\x00\x04"
    b"\x05\x24\x00\x20\x01\x05\x24\x01\x00\x01\x04\x24\x02\x02\x05\x24\x06\x00\x01"
    b"\x07\x05\x81\x03\x08\x00\x10"
    b"\x09\x04\x01\x00\x02\x0a\x00\x00\x00"
    b"\x07\x05\x02\x02\x40\x00\x00\x07\x05\x82\x02\x40\x00\x00"
)
_STRINGS = {1: "MicroPython", 2: "Board in FS mode", 3: "53494d554c415444", 4: "Board CDC"}


class _Builtin:
    itf_max, ep_max, str_max, desc_dev, desc_cfg = 2, 3, 5, _DESC_DEV, _DESC_CFG


class USBDevice:
    """The one USB device controller."""

    BUILTIN_DEFAULT = BUILTIN_CDC = _Builtin
    builtin_driver = None
    current = None

    def __init__(self):
        USBDevice.current = self
        self._is_active = False
        self._host = None
        self._received = b""
        self._sent = {}  # by OUT endpoint: octets of the host that the firmware has not asked for
        self._asked = {}  # by OUT endpoint: the buffer that the firmware has handed in
        self._given = {}  # by IN endpoint: the same, until the packets are out

    def config(self, dev, cfg, strings, opened, reset, control, done):
        if cfg[2] | cfg[3] << 8 != len(cfg):
            raise ValueError("wTotalLength")
        self._dev, self._cfg, self._strings = dev, cfg, strings
        self._opened, self._reset, self._control, self._done = opened, reset, control, done

    def active(self, value):
        self._is_active = value
        if value:
            host, port = os.getenv("KAZASHI_USB").split(":")
            self._listener = socket.socket()
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._listener.bind(socket.getaddrinfo(host, int(port))[0][-1])
            self._listener.listen(1)

    def submit_xfer(self, endpoint, buffer):
        """As MicroPython: one transfer an endpoint at a time. From the host, packet by packet."""
        pending = self._given if endpoint & 0x80 else self._asked
        if not endpoint & 0x80 and len(buffer) != _PACKET:
            raise NotImplementedError
        if not self._is_active:
            raise OSError(errno.EINVAL)
        if endpoint in pending:
            raise OSError(errno.EBUSY)
        pending[endpoint] = buffer
        return True

    def pump(self, timeout_ms):
        """Let the bus do what it can; wait for it if it can do nothing."""
        if self._host is None:
            if _is_readable(self._listener, timeout_ms):
                self._host = self._listener.accept()[0]
                if hasattr(socket, "TCP_NODELAY"):  # unix MicroPython has no such option
                    self._host.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._reset()
            return
        if not self._carry():
            self._receive(timeout_ms)
            self._carry()

    def _receive(self, timeout_ms):
        if not _is_readable(self._host, timeout_ms):
            return
        data = self._host.recv(4096)
        if not data:  # unplugged
            self._host.close()
            self._host, self._received = None, b""
            self._sent, self._asked, self._given = {}, {}, {}
            self._reset()
            return
        self._received += data
        while len(self._received) >= 5:
            endpoint, size = struct.unpack("<BI", self._received[:5])
            if len(self._received) < 5 + size:
                return
            octets = self._received[5 : 5 + size]
            self._received = self._received[5 + size :]
            if endpoint:
                self._sent.setdefault(endpoint, []).extend(_packets(octets))
            else:
                self._answer(octets)

    def _carry(self):
        """Carry packets both ways. True if one was."""
        did = False
        for endpoint in list(self._given):
            did = True
            buffer = self._given[endpoint]
            self._put(endpoint, *_packets(bytes(buffer)))
            del self._given[endpoint]
            self._done(endpoint, 0, len(buffer))
        for endpoint in list(self._asked):
            packets = self._sent.get(endpoint)
            while packets and endpoint in self._asked:
                did = True
                self._fill(endpoint, packets)
        return did

    def _fill(self, endpoint, packets):
        """Fill the buffer of the firmware, which has room for one packet."""
        buffer = self._asked.pop(endpoint)
        packet = packets.pop(0)
        buffer[: len(packet)] = packet
        self._done(endpoint, 0, len(packet))

    def _answer(self, octets):
        """A control transfer."""
        setup = octets[:8]
        kind, request, value = setup[0], setup[1], setup[2] | setup[3] << 8
        most = setup[6] | setup[7] << 8
        answer = False
        if kind & 0x60 == 0:
            if request == _GET_DESCRIPTOR:
                answer = self._descriptor(value >> 8, value & 0xFF)
            elif request == _SET_CONFIGURATION:
                self._opened(self._cfg)
                answer = b""
        else:
            answer = self._control(_SETUP, setup)
            if answer is True:
                answer = b""
                self._control(_ACKNOWLEDGE, setup)
        if answer is False:
            self._put(_REFUSED, b"")
        else:
            self._put(0, bytes(answer)[:most])

    def _descriptor(self, kind, index):
        if kind == _DEVICE:
            return self._dev
        if kind == _CONFIGURATION:
            return self._cfg
        if kind == _STRING and index == 0:
            return b"\x04\x03\x09\x04"
        text = self._strings.get(index) or _STRINGS.get(index)
        if kind != _STRING or not text:
            return False
        octets = b"".join(bytes((ord(letter), 0)) for letter in text)
        return bytes((2 + len(octets), _STRING)) + octets

    def _put(self, endpoint, *packets):
        data = b"".join(struct.pack("<BI", endpoint, len(each)) + each for each in packets)
        while data:
            data = data[self._host.send(data) :]


def _packets(octets):
    return [octets[i : i + _PACKET] for i in range(0, len(octets), _PACKET)] or [b""]


def _is_readable(stream, timeout_ms):
    if hasattr(select, "select"):  # CPython, whose poll here is stdin's alone
        return bool(select.select([stream], [], [], timeout_ms / 1000)[0])
    poll = select.poll()
    poll.register(stream, select.POLLIN)
    return bool(poll.poll(timeout_ms))


def idle():
    """Wait for an interrupt: here, for the bus."""
    if USBDevice.current:
        USBDevice.current.pump(_IDLE_MS)
