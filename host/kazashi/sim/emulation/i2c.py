"""The chip on the emulated board's I²C, and a more accurate controller for it.

Ref: RP2040 datasheet §4.3; Synopsys DW_apb_i2c. rp2040py 0.3.6 transfers in no time, reports an
empty transmit FIFO before a byte has been sent, and does not report one if no device acknowledges.
"""

from collections.abc import Callable

from rp2040py.device import MicroPythonDevice
from rp2040py.peripherals.i2c import R_TX_EMPTY, RPI2C, TX_EMPTY_CTRL, I2CMode
from rp2040py.rp2040 import RP2040

from kazashi.sim.board import Pins
from kazashi.sim.ledger import Ledger, Owner
from kazashi.sim.pn532 import Pn532
from kazashi.sim.ports import I2cPort

from .lines import ControlLines

_BYTE_BITS = 9  # with its acknowledgement
_EDGE_BITS = 1  # a start; a stop with the pause after it
_MORE_CYCLES = 8  # added to the counts of a bit: 7 high and 1 low, §4.3.14
_ADDRESSES = (0x40044, 0x40048)  # rp2040py's keys: addresses without the last three digits


class I2C(RPI2C):
    """One I²C controller, as master."""

    @classmethod
    def put_into(cls, mcu: RP2040, number: int) -> "I2C":
        """Replace the controller with this number."""
        old = mcu.i2c[number]
        i2c = cls(mcu, old.name, old.irq)
        mcu.i2c[number] = i2c
        mcu.peripherals[_ADDRESSES[number]] = i2c
        return i2c

    @property
    def bit_ns(self) -> float:
        cycles = self.scl_high_period + self.scl_low_period + self._spikelen + _MORE_CYCLES
        return cycles * 1e9 / self.rp2040.clk_sys

    def complete_write(self, ack: bool) -> None:
        is_last = self._tx_fifo.empty
        super().complete_write(ack)
        if is_last or not ack:
            super()._set_interrupts(R_TX_EMPTY)

    def complete_connect(self, ack: bool, nack_byte: int = 0) -> None:
        super().complete_connect(ack, nack_byte)
        if not ack:
            super()._set_interrupts(R_TX_EMPTY)

    def _set_interrupts(self, mask: int) -> None:
        if mask == R_TX_EMPTY and self.control & TX_EMPTY_CTRL:
            return  # the byte has not been sent yet
        super()._set_interrupts(mask)


class I2cWires:
    """SDA, SCL, IRQ and RSTPD_N between the RP2040's pins and the chip.

    `stretch_ns`: how long the chip stretches the clock after each address.
    """

    def __init__(self, device: MicroPythonDevice, chip: Pn532, pins: Pins, ledger: Ledger) -> None:
        self._ledger = ledger
        self._port = I2cPort(chip)
        self._lines = ControlLines(device, chip, pins, ledger)
        self._clock = device.simulator.clock
        self._done = self._clock.create_alarm(self._complete)
        self._completion: Callable[[], None] = lambda: None
        self.stretch_ns = 0.0
        self.i2c = i2c = I2C.put_into(device.mcu, pins.i2c)
        i2c.on_start = lambda _repeated: self._after(_EDGE_BITS, i2c.complete_start)
        i2c.on_connect = self._connect
        i2c.on_write_byte = lambda value: self._after(_BYTE_BITS, lambda: self._write(value))
        i2c.on_read_byte = lambda _ack: self._after(_BYTE_BITS, self._read)
        i2c.on_stop = lambda: self._after(_EDGE_BITS, i2c.complete_stop)

    def _after(self, bits: int, completion: Callable[[], None], held_ns: float = 0.0) -> None:
        """Call `completion` after the time of `bits` on the line; one transfer at a time."""
        self._completion = completion
        now, duration = self._clock.nanos, bits * self.i2c.bit_ns + held_ns
        self._ledger.note(Owner.BUS, now, now + duration)
        self._done.schedule(duration)

    def _complete(self) -> None:
        self._completion()

    def _connect(self, address: int, _mode: I2CMode) -> None:
        self._after(_BYTE_BITS, lambda: self._answer(address), self.stretch_ns)

    def _answer(self, address: int) -> None:
        self.i2c.complete_connect(self._port.start(address))

    def _write(self, value: int) -> None:
        self._port.write(bytes((value,)))
        self._lines.note_work()
        self._lines.look()
        self.i2c.complete_write(True)

    def _read(self) -> None:
        value = self._port.read(1)[0]
        self._lines.look()
        self.i2c.complete_read(value)
