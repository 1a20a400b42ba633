"""The PN532's failures: reset the chip, let it cool down, restart the board.

`Recovery` knows whether the chip has been started and whether it is too hot. Each step is tried
before the next: the exchange is repeated (pn532.py, isodep.py), the chip is reset, the board starts
again, once.
"""

from time import ticks_diff, ticks_ms

from micropython import const

import wire
from faults import Fault, fault_of
from pn532 import ChipRefused, ChipSilent, Overheated

_TYPING = const(0)  # MicroPython has no typing: what follows is compiled away there
if _TYPING:
    from device import Device
    from field import Field
    from pn532 import Pn532
    from wait import Wait

_COOL_DOWN_MS = const(5000)  # [assumed: no source says how long the chip takes]
_LAST_WORDS_MS = const(50)  # before a restart, for what is still on its way to the host


class Recovery:
    """The chip's state, and what is done about a failure."""

    def __init__(self, chip: "Pn532", field: "Field", device: "Device", wait: "Wait") -> None:
        self._chip = chip
        self._field = field
        self._device = device
        self._wait = wait
        self._has_chip_answered = False  # since the board started
        self.is_hot = False
        self._hot_since = 0  # ticks
        self._hot_status = 0  # what the chip said
        self.is_chip_ready = False

    def start_chip(self) -> None:
        """Start the chip unless it has been started. Raises as Pn532.start() does."""
        if not self.is_chip_ready:
            self._chip.start()
            self.is_chip_ready = self._has_chip_answered = True

    def reset_chip(self) -> bool:
        """Start the chip again. Return True if it answers; its field is off then."""
        if self._has_chip_answered:
            self._chip.health.chip_resets += 1
        self.is_chip_ready = False
        try:
            self.start_chip()
        except (ChipSilent, ChipRefused):
            pass
        return self.is_chip_ready

    def switch_field_off(self) -> None:
        """Switch the field off; a chip that does not obey is reset, which ends the field, too."""
        if self.is_chip_ready:
            try:
                self._field.off()
                return
            except (ChipSilent, ChipRefused):
                pass
        self.reset_chip()

    def mend(self, error: Exception) -> "tuple[int, int]":
        """Do what `error` asks for: reset the chip, or note its heat.

        Returns the wire.FAULT for the host, and its detail.
        """
        fault, detail = fault_of(error)
        if isinstance(error, (ChipSilent, ChipRefused)) and self.is_chip_ready:
            if self.reset_chip() and fault == wire.FAULT_CHIP_SILENT:
                fault = wire.FAULT_CHIP_RESTARTED
        elif isinstance(error, Overheated):
            self.is_hot, self._hot_since, self._hot_status = True, ticks_ms(), detail
        return fault, detail

    def restart_if_lost(self, fault: int) -> None:
        """Restart the board if its chip fell silent. Once: after it, the chip answers first."""
        if fault == wire.FAULT_CHIP_SILENT and not self.is_chip_ready and self._has_chip_answered:
            self._wait.sleep_ms(_LAST_WORDS_MS)
            self._device.restart()

    def maintain(self) -> None:
        """Restart the board without the reader. Does not return."""
        self._wait.sleep_ms(_LAST_WORDS_MS)
        self._device.maintain()

    def cool_down(self) -> None:
        """Note that the chip has had its time to cool down. Due in every turn: ticks wrap."""
        if self.is_hot and ticks_diff(ticks_ms(), self._hot_since) >= _COOL_DOWN_MS:
            self.is_hot = False

    def refuse_heat(self) -> None:
        """Raise Fault while the chip is too hot."""
        if self.is_hot:
            raise Fault(wire.FAULT_COOL_DOWN, self._hot_status)
