"""The chip on the emulated board's UART."""

from collections import deque
from functools import partial

from rp2040py.device import MicroPythonDevice
from rp2040py.gpio_pin import GPIOPinState

from kazashi.sim.board import Pins
from kazashi.sim.ledger import Ledger, Owner
from kazashi.sim.pn532 import Pn532
from kazashi.sim.ports import HsuPort

from .pl011 import PL011

_BITS = 10  # 8N1


class HsuWires:
    """TX, RX and RSTPD_N between the RP2040's pins and the chip. `max_baud`: see HsuPort."""

    def __init__(
        self,
        device: MicroPythonDevice,
        chip: Pn532,
        pins: Pins,
        ledger: Ledger,
        max_baud: int,
    ) -> None:
        self._chip = chip
        self._ledger = ledger
        self._port = HsuPort(chip, max_baud)
        self._clock = device.simulator.clock
        self._said: deque[int] = deque()  # bytes on their way to the board, the first on the line
        self._octet_done = self._clock.create_alarm(self._complete_octet)
        self._frame_due = self._clock.create_alarm(self._look)
        self.uart = PL011.put_into(device.mcu, pins.uart, partial(ledger.note, Owner.BUS))
        self.uart.on_byte = self._hear
        self.uart.on_baud_rate_change = self._set_baud
        if pins.reset is not None:
            device.mcu.gpio[pins.reset].add_listener(self._on_reset)

    def _set_baud(self, baud: int) -> None:
        self._port.baud = baud

    def _hear(self, octet: int) -> None:
        self._port.feed(bytes((octet,)))
        self._note_work()
        self._look()

    def _note_work(self) -> None:
        self._ledger.note(Owner.CHIP, self._clock.nanos, self._chip.works_until_s() * 1e9)

    def _look(self) -> None:
        """Put the chip's ready bytes on the line; for later ones, look again when they are due."""
        is_busy = bool(self._said)
        self._said += self._port.fetch()
        if self._said and not is_busy:
            self._begin_octet()
        due_s = self._chip.due_s()
        if due_s is not None:
            self._frame_due.schedule(max(1.0, due_s * 1e9 - self._clock.nanos + 1))

    def _begin_octet(self) -> None:
        now, duration = self._clock.nanos, _BITS * 1e9 / self._chip.baud
        self._ledger.note(Owner.BUS, now, now + duration)
        self._octet_done.schedule(duration)

    def _complete_octet(self) -> None:
        octet = self._said.popleft()
        if self._said:
            self._begin_octet()
        self.uart.feed_byte(octet)

    def _on_reset(self, state: GPIOPinState, _before: GPIOPinState) -> None:
        self._chip.hold(low=state is GPIOPinState.LOW)
        self._said.clear()
        self._octet_done.cancel()
        self._note_work()
