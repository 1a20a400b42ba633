"""A USB host for the emulated RP2040, in emulated time: one device, each of its interfaces.

Ref: USB 2.0, §5.5 to 5.8, §9.4; RP2040 datasheet §4.1.2.

It replaces the host of rp2040py 0.3.6, which knows a serial port alone: that one fills every buffer
that the guest offers at once, with nothing if it has nothing, so that the guest never idles. Here
an OUT endpoint stays offered until there is data for it. Two things of the controller are patched
from outside: packets take their time on the bus, one after the other, and the guest is told that a
packet is sent when it is, not as soon as it is offered.
"""

from collections import deque
from collections.abc import Callable
from typing import Protocol

from rp2040py.clock.clock import IClock
from rp2040py.device import MicroPythonDevice
from rp2040py.peripherals.usb import (
    EP_ABORT,
    EP_STALL_ARM,
    SIE_CTRL,
    SIE_CTRL_PULLUP_EN,
    RPUSBController,
)

PACKET = 64  # bytes at most, of every endpoint of a full-speed device
_BIT_NS = 1000 / 12  # full speed, 12 Mbit/s
_OVERHEAD = 13  # bytes a bulk transaction: USB 2.0, table 5-9
_PAUSE_NS = 20_000  # between two control transfers

_IN = 0x80  # in the address of an endpoint
_INTERFACE, _ENDPOINT = 4, 5  # kinds of descriptors
_SET_ADDRESS = bytes.fromhex("00 05 0100 0000 0000")
_GET_CONFIGURATION = bytes.fromhex("80 06 0002 0000")  # and the length
_SET_CONFIGURATION = bytes.fromhex("00 09 0100 0000 0000")
_OPEN_SERIAL_PORT = bytes.fromhex("21 22 0300 0000 0000")  # DTR and RTS; of interface 0
_HEAD = bytes.fromhex("0900")  # bytes of a configuration descriptor, before its interfaces

Packet = Callable[[bytes], None]
Answer = Callable[[bytes | None], None]


def packet_ns(size: int) -> float:
    """Nanoseconds that a bulk packet of `size` bytes takes on a full-speed bus."""
    return (size + _OVERHEAD) * 8 * _BIT_NS


class UsbHost:
    """Enumerates the device when it appears: `on_connected` is called then.

    `on_packet` is called with begin and end of each packet, in nanoseconds of emulated time.
    """

    def __init__(
        self, device: MicroPythonDevice, on_packet: Callable[[float, float], None]
    ) -> None:
        self.on_connected: Callable[[], None] = lambda: None
        self.configuration = b""  # the descriptor; empty: not enumerated yet
        self._usb = usb = device.mcu.usb_ctrl
        self._clock = clock = device.simulator.clock
        self._listeners: dict[int, Packet] = {}  # by number of an IN endpoint
        self._unread: dict[int, list[bytes]] = {}  # of IN endpoints that nobody reads
        self._offered: set[int] = set()  # OUT endpoints
        self._waiting: dict[int, deque[bytes]] = {}  # packets, by OUT endpoint
        self._controls: deque[_Control] = deque()  # the first is under way
        self._fill = clock.create_alarm(self._fill_all)
        self._begin = clock.create_alarm(self._begin_control)
        self._end = clock.create_alarm(lambda: self._end_control(self._controls[0].received))
        self._fail = clock.create_alarm(lambda: self._end_control(None))
        usb.on_usb_enabled = None
        usb.on_reset_received = self._enumerate
        usb.on_reset = self._forget
        usb.on_endpoint_read = self._offer
        usb.on_endpoint_write = self._receive
        self._write_register = usb.write_uint32
        usb.write_uint32 = self._write_register_and_look
        _pace(usb, _Bus(clock, on_packet))
        self._indicate = usb._indicate_buffer_ready  # pyright: ignore[reportPrivateUsage]
        self._under_way: set[int] = set()  # IN endpoints
        usb._indicate_buffer_ready = self._indicate_later  # pyright: ignore[reportPrivateUsage]

    def endpoints(self, interface_class: int) -> list[int]:
        """Addresses of the endpoints of the interface with this class; bit 7: IN."""
        found, is_inside, at = list[int](), False, 0
        while at < len(self.configuration):
            size, kind = self.configuration[at : at + 2]
            if kind == _INTERFACE:
                is_inside = self.configuration[at + 5] == interface_class
            elif kind == _ENDPOINT and is_inside:
                found.append(self.configuration[at + 2])
            at += size
        return found

    def control(self, setup: bytes, done: Answer) -> None:
        """A control transfer without data for the device. `done` gets its data; None: STALL."""
        self._controls.append(_Control(setup, done))
        if len(self._controls) == 1:
            self._begin.schedule(_PAUSE_NS)

    def send(self, endpoint: int, data: bytes) -> None:
        """Send a transfer, when the device takes it."""
        packets = [data[i : i + PACKET] for i in range(0, len(data), PACKET)]
        self._waiting.setdefault(endpoint, deque()).extend(packets)
        self._fill.schedule(0)

    def unsent(self, endpoint: int) -> int:
        """Bytes that the device has not taken yet."""
        return sum(map(len, self._waiting.get(endpoint, ())))

    def listen(self, endpoint: int, listener: Packet | None) -> None:
        """Call `listener` for each packet of an IN endpoint. None: the device has to wait."""
        number = endpoint & ~_IN
        self._listeners.pop(number, None)
        if listener:
            self._listeners[number] = listener
            for packet in self._unread.pop(number, ()):
                self._receive(number, packet)

    # --- enumeration ---------------------------------------------------------------------------

    def _enumerate(self) -> None:
        self._forget()
        self.control(_SET_ADDRESS, lambda _: None)
        self.control(_GET_CONFIGURATION + _HEAD, self._get_configuration)

    def _get_configuration(self, head: bytes | None) -> None:
        assert head
        self.control(_GET_CONFIGURATION + head[2:4], self._configure)

    def _configure(self, descriptor: bytes | None) -> None:
        assert descriptor
        self.configuration = descriptor
        self.control(_SET_CONFIGURATION, lambda _: None)
        self.control(_OPEN_SERIAL_PORT, lambda _: self.on_connected())

    def _forget(self) -> None:
        """The device has left the bus, or was reset."""
        self.configuration = b""
        for state in (self._unread, self._offered, self._waiting, self._controls, self._under_way):
            state.clear()
        for alarm in (self._fill, self._begin, self._end, self._fail):
            alarm.cancel()

    def _write_register_and_look(self, offset: int, value: int) -> None:
        was_connected = self._is_connected
        self._write_register(offset, value)
        if offset == SIE_CTRL and was_connected != self._is_connected:
            if was_connected:
                self._forget()
            else:
                self._usb.reset_device()
        elif offset == EP_STALL_ARM and value and self._controls:
            self._fail.schedule(packet_ns(0))
        elif offset == EP_ABORT:
            self._offered = {each for each in self._offered if not value >> (2 * each + 1) & 1}

    @property
    def _is_connected(self) -> bool:
        """The device pulls D+ up."""
        return bool(self._usb._sie_ctrl & SIE_CTRL_PULLUP_EN)  # pyright: ignore[reportPrivateUsage]

    # --- endpoint 0 ----------------------------------------------------------------------------

    def _begin_control(self) -> None:
        self._offered.discard(0)
        self._usb.send_setup_packet(self._controls[0].setup)

    def _end_control(self, data: bytes | None) -> None:
        control = self._controls.popleft()
        if self._controls:
            self._begin.schedule(_PAUSE_NS)
        control.done(data)

    # --- packets -------------------------------------------------------------------------------

    def _offer(self, endpoint: int, size: int) -> None:
        """The device has room for a packet."""
        del size
        if endpoint:
            self._offered.add(endpoint)
            self._fill_if_any(endpoint)
        elif self._controls:  # its data came
            self._usb.endpoint_read_done(0, b"")
            self._end.schedule(2 * packet_ns(0))

    def _fill_all(self) -> None:
        for endpoint in self._waiting:
            self._fill_if_any(endpoint)

    def _fill_if_any(self, endpoint: int) -> None:
        waiting = self._waiting.get(endpoint)
        if waiting and endpoint in self._offered:
            self._offered.remove(endpoint)
            self._usb.endpoint_read_done(endpoint, waiting.popleft())

    def _indicate_later(self, endpoint: int, out: bool) -> None:
        if out:
            self._indicate(endpoint, out)
        else:
            self._under_way.add(endpoint)

    def _receive(self, endpoint: int, buffer: bytes | bytearray) -> None:
        """A packet of the device has crossed the bus."""
        listener = self._listeners.get(endpoint)
        if endpoint and not listener:
            self._unread.setdefault(endpoint, []).append(bytes(buffer))
            return
        if endpoint in self._under_way:
            self._under_way.remove(endpoint)
            self._indicate(endpoint, False)
        if listener:
            listener(bytes(buffer))
        elif self._controls:
            control = self._controls[0]
            control.received += buffer
            if not control.is_in:
                self._end_control(b"")


class _Control:
    """A control transfer."""

    def __init__(self, setup: bytes, done: Answer) -> None:
        self.setup, self.done = setup, done
        self.received = b""

    @property
    def is_in(self) -> bool:
        return bool(self.setup[0] & _IN)


class _Schedule(Protocol):
    def __call__(self, buffer: bytes | bytearray, delay_nanos: int) -> None: ...


class _Bus:
    """The USB bus, which carries one packet at a time."""

    def __init__(self, clock: IClock, on_packet: Callable[[float, float], None]) -> None:
        self._clock = clock
        self._on_packet = on_packet
        self._free_ns = 0.0

    def paced(self, schedule: _Schedule) -> _Schedule:
        def schedule_paced(buffer: bytes | bytearray, delay_nanos: int) -> None:
            del delay_nanos  # a constant, whatever the packet's size
            now = self._clock.nanos
            begin = max(self._free_ns, now)
            self._free_ns = begin + packet_ns(len(buffer))
            self._on_packet(begin, self._free_ns)
            schedule(buffer, round(self._free_ns - now))

        return schedule_paced


def _pace(usb: RPUSBController, bus: _Bus) -> None:
    """Send packets one after the other, each with its duration on the bus."""
    for endpoints in (usb.endpoint_read_alarms, usb.endpoint_write_alarms):
        for endpoint in endpoints:
            endpoint.schedule = bus.paced(endpoint.schedule)
