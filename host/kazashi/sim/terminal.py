"""Pseudo-terminals (POSIX): the simulated chip, or a whole simulated reader, as a serial port.

Both ends are raw. The slave stays open here, too: a pty without users would report an error
instead of waiting for the next one.
"""

import os
import pty
import select
import termios
import threading
import tty
from time import monotonic
from typing import Self

from .pn532 import BAUD_RATES, Pn532
from .ports import SleepingClock, TimedHsuPort

_IDLE_S = 0.05
_FIRST_RATE = 115200
_OUTPUT_SPEED = 5  # index in termios' attributes
_RATES = {getattr(termios, f"B{rate}", 0): rate for rate in BAUD_RATES}  # by termios' numbers


class Terminal:
    """A pty: other programs open `path`; read and write use this end."""

    def __init__(self) -> None:
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.path = os.ttyname(self._slave)

    def fileno(self) -> int:
        """For select: readable when the other program has written something."""
        return self._master

    @property
    def baud(self) -> int:
        """The rate of the port set by the other program, bit/s."""
        return _RATES.get(termios.tcgetattr(self._slave)[_OUTPUT_SPEED], _FIRST_RATE)

    def read(self, timeout_s: float) -> bytes:
        """Bytes from the other program; b"" if none come in time."""
        ready, _, _ = select.select([self._master], [], [], timeout_s)
        return os.read(self._master, 4096) if ready else b""

    def write(self, data: bytes, timeout_s: float) -> None:
        """Send to the other program. Bytes not fetched in time are dropped, as on a Pico."""
        deadline = monotonic() + timeout_s
        while data:
            left = deadline - monotonic()
            if left <= 0 or not select.select([], [self._master], [], left)[1]:
                return
            data = data[os.write(self._master, data) :]

    def end_overdue(self) -> bool:
        return False  # the programs that opened it are not known

    def close(self) -> None:
        os.close(self._master)
        os.close(self._slave)


class ChipOnTerminal:
    """The chip's UART (HSU) as a serial port, for libnfc, nfcpy and other drivers of a PN532.

    Bytes take their real time on the line, at the rate set by the other program.
    """

    def __init__(self, chip: Pn532, clock: SleepingClock, speed: float = 1.0) -> None:
        self._chip = chip
        self._clock = clock
        self._speed = speed
        self._port = TimedHsuPort(chip, clock)
        self._terminal = Terminal()
        self._is_over = False
        self.path = self._terminal.path
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over = True
        self._thread.join()
        self._terminal.close()

    def _run(self) -> None:
        while not self._is_over:
            due = self._chip.due_s()
            wait = _IDLE_S if due is None else (due - self._clock.now()) / self._speed
            if data := self._terminal.read(max(0.0, min(wait, _IDLE_S))):
                self._port.rate = self._terminal.baud
                self._port.feed(data)
            if said := self._port.fetch():
                self._terminal.write(said, 1.0)
