"""IRQ and RSTPD_N of the chip on the emulated board's pins, for the buses that have both."""

from rp2040py.device import MicroPythonDevice
from rp2040py.gpio_pin import GPIOPinState

from kazashi.sim.board import Pins
from kazashi.sim.ledger import Ledger, Owner
from kazashi.sim.pn532 import Pn532


class ControlLines:
    """The two lines. Call look() after each transfer to or from the chip."""

    def __init__(self, device: MicroPythonDevice, chip: Pn532, pins: Pins, ledger: Ledger) -> None:
        self._chip = chip
        self._ledger = ledger
        self._clock = device.simulator.clock
        self._irq = None if pins.irq is None else device.mcu.gpio[pins.irq]
        self._frame_due = self._clock.create_alarm(self.look)
        if pins.reset is not None:
            device.mcu.gpio[pins.reset].add_listener(self._on_reset)
        self.look()

    def look(self) -> None:
        """Set IRQ, low while a frame waits. If one is not ready yet, look again when it is due."""
        is_waiting = self._chip.head() is not None
        due_s = self._chip.due_s()
        if self._irq:
            self._irq.set_input_value(not is_waiting)
        if not is_waiting and due_s is not None:
            self._frame_due.schedule(max(1.0, due_s * 1e9 - self._clock.nanos + 1))

    def note_work(self) -> None:
        """Record the chip's current work in the ledger."""
        self._ledger.note(Owner.CHIP, self._clock.nanos, self._chip.works_until_s() * 1e9)

    def _on_reset(self, state: GPIOPinState, _before: GPIOPinState) -> None:
        self._chip.hold(low=state is GPIOPinState.LOW)
        self.note_work()
        self.look()
