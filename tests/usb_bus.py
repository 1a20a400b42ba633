"""machine.USBDevice and a host at the other end of the bus, packet by packet.

As on a board, callbacks run between two bytecodes of the firmware: here, whenever it waits.
"""

import errno
from collections import deque

PACKET = 64
OUT, IN, EVENT = 0x03, 0x83, 0x84  # of CCID, behind those of the serial port
SETUP, ACKNOWLEDGE = 1, 3
_CDC = bytes.fromhex("09024b00020100807d") + bytes(66)  # only its length and numbers count here


class _Builtin:
    itf_max, ep_max, str_max = 2, 3, 5
    desc_dev, desc_cfg = bytes(18), _CDC


class UsbBus:
    """The device's side has MicroPython's names; the host's side is below."""

    BUILTIN_DEFAULT = _Builtin
    current = None
    now = staticmethod(lambda: 0.0)  # seconds

    def __init__(self):
        UsbBus.current = self
        self.is_fetching = True  # the host polls its IN endpoints
        self.packets = deque()  # of the host, on their way to OUT
        self.heard = {IN: [], EVENT: []}  # packets that it has fetched
        self.plans = []  # (when, what the host does then)
        self._is_configured = False
        self._asked = None  # the firmware's buffer for the next packet
        self._given = {}  # by IN endpoint: octets of a transfer that the host has not fetched

    def active(self, value):
        self.is_active = value

    def config(self, dev, cfg, strings, opened, reset, control, done):
        assert cfg[2] | cfg[3] << 8 == len(cfg)
        self.dev, self.cfg, self.strings = dev, cfg, strings
        self._opened, self._reset, self._control, self._done = opened, reset, control, done

    def submit_xfer(self, endpoint, buffer):
        assert self._is_configured
        if endpoint == OUT:
            # A longer packet would write past its end: rp2's controller does not look.
            assert len(buffer) % PACKET == 0
            assert buffer.nbytes == len(buffer) > 0
            if self._asked is not None:
                raise OSError(errno.EBUSY)
            self._asked = buffer
        elif endpoint in self._given:
            raise OSError(errno.EBUSY)
        else:
            self._given[endpoint] = buffer

    # --- the host

    def plug(self):
        """Reset the bus, and configure the device."""
        self.reset()
        self._is_configured = True
        self._opened(memoryview(self.cfg))

    def reset(self):
        """Reset the bus: its endpoints are closed."""
        self.packets.clear()
        self.heard = {IN: [], EVENT: []}
        self._asked = None
        self._given.clear()
        self._is_configured = False
        self._reset()

    def send(self, octets):
        """A bulk transfer: whole packets, and what is left."""
        self.packets.extend(octets[i : i + PACKET] for i in range(0, len(octets), PACKET))

    def request(self, kind, value=0, direction=0, interface=2):
        """A class request; its answer, or False for a STALL."""
        setup = bytes((0x21 | direction << 7, kind, value & 0xFF, value >> 8, interface, 0, 8, 0))
        answer = self._control(SETUP, memoryview(setup))
        if answer is not False:
            self._control(ACKNOWLEDGE, memoryview(setup))
        return answer

    def carry(self):
        """What the bus does while the firmware waits."""
        for plan in [plan for plan in self.plans if plan[0] <= self.now()]:
            self.plans.remove(plan)
            plan[1]()
        if self._asked is not None and self.packets:
            buffer, self._asked = self._asked, None
            packet = self.packets.popleft()
            assert len(packet) <= len(buffer)
            buffer[: len(packet)] = packet
            self._done(OUT, 0, len(packet))
        for endpoint in (*self._given,) if self.is_fetching else ():
            octets = bytes(self._given.pop(endpoint))
            cut = [octets[i : i + PACKET] for i in range(0, len(octets), PACKET)]
            self.heard[endpoint] += cut or [b""]
            self._done(endpoint, 0, len(octets))

    def message(self):
        """The next message that the host has whole: up to a short packet. None: not yet."""
        heard = self.heard[IN]
        for i, packet in enumerate(heard):
            if len(packet) < PACKET:
                self.heard[IN] = heard[i + 1 :]
                return b"".join(heard[: i + 1])
        return None
