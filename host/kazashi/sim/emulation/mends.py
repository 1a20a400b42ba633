"""Patches of rp2040py 0.3.6, applied from outside, that make it behave like the RP2040.

- Its USB host sends empty packets every 10 µs; a real one is silent. The guest never idles.
- Its USB packets take no time on the bus, and the guest sees each as sent at once.
- Its clk_peri is 125 MHz; MicroPython runs it at 48 MHz.
"""

from collections.abc import Callable
from typing import Protocol

from rp2040py.clock.clock import IClock
from rp2040py.device import MicroPythonDevice
from rp2040py.peripherals.usb import RPUSBController
from rp2040py.usb.cdc import USBCDC

_CLK_PERI_HZ = 48_000_000  # MicroPython, ports/rp2: the USB PLL feeds clk_peri
_USB_BIT_NS = 1000 / 12  # full speed, 12 Mbit/s
_USB_OVERHEAD = 13  # bytes a bulk transaction: USB 2.0, table 5-9


def mend(device: MicroPythonDevice, on_packet: Callable[[float, float], None]) -> None:
    """Patch a device that has not been started.

    `on_packet` is called with begin and end of each USB packet, in nanoseconds of emulated time.
    """
    device.mcu.clk_peri = _CLK_PERI_HZ
    clock = device.simulator.clock
    _stay_silent_when_idle(device.cdc, clock)
    _pace(device.mcu.usb_ctrl, _Bus(clock, on_packet))
    _hold_back(device.mcu.usb_ctrl)


def packet_ns(size: int) -> float:
    """Nanoseconds that a bulk packet of `size` bytes takes on a full-speed bus."""
    return (size + _USB_OVERHEAD) * 8 * _USB_BIT_NS


def _stay_silent_when_idle(cdc: USBCDC, clock: IClock) -> None:
    """Fill the buffer that the guest offers only when the host has something to send."""
    fetch, send, reset = cdc.usb.on_endpoint_read, cdc.send_serial_byte, cdc.usb.on_reset
    offered: list[tuple[int, int]] = []

    def fill() -> None:
        if offered and fetch:
            fetch(*offered.pop())

    alarm = clock.create_alarm(fill)

    def on_endpoint_read(endpoint: int, size: int) -> None:
        if endpoint != 0 and cdc.tx_fifo.empty:
            offered[:] = [(endpoint, size)]
        elif fetch:
            fetch(endpoint, size)

    def send_serial_byte(data: int) -> None:
        send(data)
        if offered:
            alarm.schedule(0)

    def on_reset() -> None:
        offered.clear()
        alarm.cancel()
        if reset:
            reset()

    cdc.usb.on_endpoint_read = on_endpoint_read
    cdc.send_serial_byte = send_serial_byte
    cdc.usb.on_reset = on_reset


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


def _hold_back(usb: RPUSBController) -> None:
    """Tell the guest that its packet is sent only when it is, not as soon as it is offered."""
    indicate = usb._indicate_buffer_ready  # pyright: ignore[reportPrivateUsage]  # no other place
    deliver = usb.on_endpoint_write
    under_way: set[int] = set()

    def indicate_or_wait(endpoint: int, out: bool) -> None:
        if out:
            indicate(endpoint, out)
        else:
            under_way.add(endpoint)

    def on_endpoint_write(endpoint: int, buffer: bytes | bytearray) -> None:
        if endpoint in under_way:
            under_way.remove(endpoint)
            indicate(endpoint, False)
        if deliver:
            deliver(endpoint, buffer)

    usb._indicate_buffer_ready = indicate_or_wait  # pyright: ignore[reportPrivateUsage]
    usb.on_endpoint_write = on_endpoint_write
