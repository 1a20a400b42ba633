"""The board itself: who it is, why it started, and the watchdog that starts it again.

Ref: RP2040 datasheet §4.7; RP2350 §12.9, with the same offsets. The watchdog's scratch words keep
their value over every reset but a power-on; MicroPython leaves the first two alone.
"""

import sys
from time import ticks_diff, ticks_ms, time

import board
import machine
from micropython import const

import wire

_TYPING = const(0)  # MicroPython has no typing: what follows is compiled away there
if _TYPING:
    from collections.abc import Callable

_HANG_MS = const(8300)  # the RP2040 counts to 8388 at most, the RP2350 to 16777
_BOOTSEL_MS = const(1000)  # in which the button means maintenance

_REASON = const(0x08)  # registers, from board.WATCHDOG on
_SCRATCH_0 = const(0x0C)
_SCRATCH_1 = const(0x10)
_TIMER = const(0x01)  # in _REASON: nobody fed the watchdog

_RUNNING = const(0x1B7A0001)  # in _SCRATCH_0: no power-on since this firmware ran
_RECOVERING = const(0x1B7A0002)  # and it restarted itself
_MAINTAINING = const(0x1B7A0003)  # and it is to stay at MicroPython's prompt, once


class Device:
    """One start of the board. `cause` is a wire.RESET_CAUSE, `reboots` are those since power-on.

    `is_maintained`: this start is for whoever changes the files; no reader is to run.
    """

    def __init__(self, bootsel_button: "Callable[[], int]") -> None:
        implementation = sys.implementation
        version = ".".join(str(n) for n in implementation.version[:3])
        self.names = "{}\n{} {}".format(board.NAME, implementation.name, version).encode()
        self.serial = machine.unique_id()
        self._watchdog = None
        self._bootsel_button = bootsel_button
        self._begin_s = time()
        self._begin = ticks_ms()
        self._read_note()
        has_failed = self.cause in (wire.RESET_CAUSE_WATCHDOG, wire.RESET_CAUSE_RECOVERY)
        if has_failed and not self.is_maintained:
            self.guard()  # it may hang again

    def guard(self) -> None:
        """From now on feed() is due every eight seconds; this cannot be undone."""
        self._watchdog = machine.WDT(timeout=_HANG_MS)

    def turn(self) -> None:
        """Once in every turn of the reader: look at BOOTSEL in the first second.

        If it was not pressed, the watchdog starts; it cannot be stopped.
        """
        if not self._watchdog:
            if self._bootsel_button():
                self.maintain()
            if ticks_diff(ticks_ms(), self._begin) > _BOOTSEL_MS:
                self.guard()

    def feed(self) -> None:
        """Feed the watchdog, if it runs. Only wait.py calls this."""
        if self._watchdog:
            self._watchdog.feed()

    def uptime_s(self) -> int:
        return int(time() - self._begin_s)

    def restart(self) -> None:
        """Start again from the beginning: all else has been tried. Does not return."""
        self._reset(_RECOVERING)

    def maintain(self) -> None:
        """Start again without watchdog and reader. Does not return."""
        self._reset(_MAINTAINING)

    def _reset(self, note: int) -> None:
        self._leave_note(note, self.reboots)
        machine.reset()

    def _read_note(self) -> None:
        note = machine.mem32[board.WATCHDOG + _SCRATCH_0]
        self.reboots = 0
        self.is_maintained = note == _MAINTAINING
        if note not in (_RUNNING, _RECOVERING, _MAINTAINING):
            self.cause = wire.RESET_CAUSE_POWER_ON
        else:
            self.reboots = machine.mem32[board.WATCHDOG + _SCRATCH_1] + 1 & 0xFFFF
            if note == _RECOVERING:
                self.cause = wire.RESET_CAUSE_RECOVERY
            elif machine.mem32[board.WATCHDOG + _REASON] & _TIMER:
                self.cause = wire.RESET_CAUSE_WATCHDOG
            else:
                self.cause = wire.RESET_CAUSE_REQUEST
        self._leave_note(_RUNNING, self.reboots)

    def _leave_note(self, note: int, reboots: int) -> None:
        machine.mem32[board.WATCHDOG + _SCRATCH_0] = note
        machine.mem32[board.WATCHDOG + _SCRATCH_1] = reboots
