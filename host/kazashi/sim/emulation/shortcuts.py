"""Shortcuts through rp2040py 0.3.6, applied from outside: a third of its CPU seconds.

The guest runs the same instructions in the same emulated time. Most of the CPU seconds were spent
between the compiled parts of rp2040py, several times for each instruction:

- Each access to memory creates a bound method, to see whether a subclass has overridden it.
- Each instruction asks both PIOs whether they are stopped. The firmware does not use them.
"""

from typing import Any

from rp2040py.rp2040 import RP2040

_LOOKED_UP = (
    "read_uint8",
    "read_uint16",
    "read_uint32",
    "write_uint8",
    "write_uint16",
    "write_uint32",
    "find_peripheral",
    "set_interrupt",
)
_PIO = (0x50200, 0x50300)  # rp2040py's keys: addresses without the last three digits
_IO_BANK0 = 0x40014
_PIO_FUNCTIONS = (6, 7)  # of a pin: RP2040 datasheet §2.19.2
_FUNCTION = 0x1F  # FUNCSEL of GPIOx_CTRL


def take_shortcuts(mcu: RP2040) -> None:
    """Patch an RP2040 that has not been started."""
    for name in _LOOKED_UP:
        setattr(mcu, name, getattr(mcu, name))
    _UnusedPio(mcu)


class _UnusedPio:
    """Both PIOs, outside the emulator's loop until the guest uses one."""

    def __init__(self, mcu: RP2040) -> None:
        self._mcu = mcu
        self._blocks = list(mcu.pio)
        self._reset, mcu.reset = mcu.reset, self._reset_all
        io = mcu.peripherals[_IO_BANK0]
        self._write_pin, io.write_uint32 = io.write_uint32, self._write_pin_and_look
        self._put_away()

    def wake(self) -> None:
        """Change the list in place: the emulator's loop holds it."""
        self._mcu.pio[:] = self._blocks
        self._mcu.peripherals.update(zip(_PIO, self._blocks, strict=True))

    def _put_away(self) -> None:
        self._mcu.pio.clear()
        waking: list[Any] = [_Waking(self, block) for block in self._blocks]
        self._mcu.peripherals.update(zip(_PIO, waking, strict=True))

    def _reset_all(self, **options: bool) -> None:
        """Resets index the list."""
        is_unused = not self._mcu.pio
        self.wake()
        self._reset(**options)
        if is_unused:
            self._put_away()

    def _write_pin_and_look(self, offset: int, value: int) -> None:
        """A pin of a PIO indexes the list."""
        if value & _FUNCTION in _PIO_FUNCTIONS:
            self.wake()
        self._write_pin(offset, value)


class _Waking:
    """Stands for a PIO among the peripherals: an access to its registers wakes both."""

    def __init__(self, pios: _UnusedPio, block: Any) -> None:
        self._pios, self._block = pios, block

    def __getattr__(self, name: str) -> Any:
        self._pios.wake()
        return getattr(self._block, name)
