"""A more accurate UART for the emulated RP2040.

Ref: RP2040 datasheet §4.2; Arm PL011, DDI0183.

rp2040py 0.3.6 sends in no time, has no FIFO, and asserts its transmit interrupt for ever, so that
the guest never leaves it. Here a byte takes ten bits at the rate set by the guest, bytes that do
not fit into a FIFO of 32 are lost, and interrupts are set and cleared as in the PL011.
"""

from collections import deque
from collections.abc import Callable

from rp2040py.peripherals.uart import RPUART, UARTDR, UARTFR, UARTLCR_H
from rp2040py.rp2040 import RP2040

_BITS = 10  # 8N1
_DEPTH = 32
_LEVELS = (4, 8, 16, 24, 28)  # bytes, by the fields of UARTIFLS
_BOTH_HALF_FULL = 0x12
_TIMEOUT_BITS = 32

_UARTRSR, _UARTIFLS = 0x04, 0x34  # registers missing in rp2040py
_RECEIVE, _TRANSMIT, _TIMEOUT, _OVERRUN = 1 << 4, 1 << 5, 1 << 6, 1 << 10  # interrupts
_TX_EMPTY, _RX_FULL, _TX_FULL, _RX_EMPTY, _BUSY = 1 << 7, 1 << 6, 1 << 5, 1 << 4, 1 << 3  # UARTFR
_LOST_BEFORE = 1 << 11  # in UARTDR: bytes before this one were lost
_WAS_OVERRUN = 1 << 3  # in UARTRSR

_ADDRESS = (0x40034, 0x40038)  # rp2040py's keys: addresses without the last three digits


class PL011(RPUART):
    """One UART. `on_byte` is called with a byte when its last bit has been sent.

    `on_octet` is called with begin and end of each byte sent, in nanoseconds of emulated time.
    """

    def __init__(self, of: RPUART, on_octet: Callable[[float, float], None]) -> None:
        super().__init__(of.rp2040, of.name, of.irq, of.dreq)
        self._interrupt_status: int = 0
        clock = self.rp2040.clock
        self._on_octet = on_octet
        self._sent = clock.create_alarm(self._complete)
        self._silence = clock.create_alarm(self._time_out)
        self._outgoing: deque[int] = deque()
        self._incoming: deque[int] = deque()
        self._leaving: int | None = None
        self._levels = _BOTH_HALF_FULL
        self._has_lost = False  # bytes were lost since the last one that was kept
        self.overruns = 0  # bytes lost since the start

    @classmethod
    def put_into(
        cls, mcu: RP2040, number: int, on_octet: Callable[[float, float], None]
    ) -> "PL011":
        """Replace the UART with this number."""
        uart = cls(mcu.uart[number], on_octet)
        mcu.uart[number] = uart
        mcu.peripherals[_ADDRESS[number]] = uart
        return uart

    def reset(self) -> None:
        super().reset()
        self._forget()
        self._levels = _BOTH_HALF_FULL
        self._has_lost = False

    @property
    def flags(self) -> int:
        return (
            _TX_EMPTY * (not self._outgoing)
            | _RX_FULL * (len(self._incoming) >= self._depth)
            | _TX_FULL * (len(self._outgoing) >= self._depth)
            | _RX_EMPTY * (not self._incoming)
            | _BUSY * (self._leaving is not None)
        )

    def check_interrupts(self) -> None:
        self.rp2040.set_interrupt(self.irq, bool(self._interrupt_status & self._interrupt_mask))

    def feed_byte(self, value: int) -> None:
        """Receive a byte."""
        if not (self.enabled and self.rx_enabled):
            return
        if len(self._incoming) < self._depth:
            self._incoming.append(value | _LOST_BEFORE * self._has_lost)
            self._has_lost = False
        else:
            self._has_lost = True
            self.overruns += 1
            self._interrupt_status |= _OVERRUN
        if len(self._incoming) >= self._receive_level:
            self._interrupt_status |= _RECEIVE
        self._silence.schedule(_TIMEOUT_BITS * self._bit_ns)
        self.check_interrupts()

    def read_uint32(self, offset: int) -> int:
        if offset == UARTDR:
            return self._fetch()
        if offset == UARTFR:
            return self.flags
        if offset == _UARTRSR:
            return _WAS_OVERRUN * self._has_lost
        if offset == _UARTIFLS:
            return self._levels
        return super().read_uint32(offset)

    def write_uint32(self, offset: int, value: int) -> None:
        if offset == UARTDR:
            self._send(value & 0xFF)
        elif offset == _UARTIFLS:
            self._levels = value & 0x3F
        elif offset == _UARTRSR:
            self._has_lost = False
        else:
            super().write_uint32(offset, value)
            if offset == UARTLCR_H and not self.fifos_enabled:
                self._forget()

    @property
    def _depth(self) -> int:
        return _DEPTH if self.fifos_enabled else 1

    @property
    def _bit_ns(self) -> float:
        return 16 * self.baud_divider * 1e9 / self.rp2040.clk_peri

    @property
    def _receive_level(self) -> int:
        return _LEVELS[min(self._levels >> 3, 4)] if self.fifos_enabled else 1

    @property
    def _transmit_level(self) -> int:
        return _LEVELS[min(self._levels & 7, 4)] if self.fifos_enabled else 0

    def _send(self, octet: int) -> None:
        if len(self._outgoing) < self._depth:
            self._outgoing.append(octet)
        if len(self._outgoing) > self._transmit_level:
            self._interrupt_status &= ~_TRANSMIT
        self._begin()
        self.check_interrupts()

    def _begin(self) -> None:
        """The interrupt is set when the FIFO falls to its level, not while it stays there."""
        if self._leaving is not None or not self._outgoing:
            return
        self._leaving = self._outgoing.popleft()
        if len(self._outgoing) == self._transmit_level:
            self._interrupt_status |= _TRANSMIT
        now, duration = self.rp2040.clock.nanos, _BITS * self._bit_ns
        self._on_octet(now, now + duration)
        self._sent.schedule(duration)

    def _complete(self) -> None:
        octet, self._leaving = self._leaving, None
        self._begin()
        self.check_interrupts()
        if self.on_byte and octet is not None:
            self.on_byte(octet)

    def _fetch(self) -> int:
        value = self._incoming.popleft() if self._incoming else 0
        if len(self._incoming) < self._receive_level:
            self._interrupt_status &= ~_RECEIVE
        if not self._incoming:
            self._interrupt_status &= ~_TIMEOUT
            self._silence.cancel()
        self.check_interrupts()
        return value

    def _time_out(self) -> None:
        """Receive timeout: bytes wait in the FIFO, and no more have arrived for a while."""
        self._interrupt_status |= _TIMEOUT * bool(self._incoming)
        self.check_interrupts()

    def _forget(self) -> None:
        self._outgoing.clear()
        self._incoming.clear()
        self._leaving = None
        self._sent.cancel()
        self._silence.cancel()
