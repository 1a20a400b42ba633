"""A simulated board: what hangs on the pins of the simulated Pico, served over a socket.

The other end is stand_ins/machine.py. Reading the IRQ pin while the chip is busy takes up to
0.2 ms, so that a firmware that waits for it does not eat a processor.
"""

import runpy
import socket
import threading
from dataclasses import dataclass
from pathlib import Path
from time import sleep
from typing import Any

from .pn532 import Pn532
from .ports import SpiPort
from .radio import Clock

_LOOK_S = 0.0002
_ACCEPT_LOOK_S = 0.1


@dataclass(frozen=True)
class Pins:
    """What boards/<board>/board.py says, as far as the simulator needs it."""

    name: str
    spi: int
    select: int
    irq: int | None
    reset: int | None

    @classmethod
    def of(cls, board: Path) -> "Pins":
        """Read the constants of a board's folder."""
        constants: dict[str, Any] = runpy.run_path(str(board / "board.py"))
        return cls(*(constants[name] for name in ("NAME", "SPI", "SELECT", "IRQ", "RESET")))


class BoardServer:
    """Serves one firmware at a time, from a thread, until close()."""

    def __init__(self, chip: Pn532, clock: Clock, pins: Pins, speed: float) -> None:
        self._chip = chip
        self._clock = clock
        self._pins = pins
        self._speed = speed
        self._spi = SpiPort(chip)
        self._is_reset_low = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(_ACCEPT_LOOK_S)
        self._connection: socket.socket | None = None
        self._is_over = False
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        host, port = self._listener.getsockname()[:2]
        return f"{host}:{port}"

    def close(self) -> None:
        """Power off. The firmware's interpreter has ended, or ends at its next look at a pin."""
        self._is_over = True
        if self._connection:
            try:
                self._connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # the other end was faster
        if threading.current_thread() is not self._thread:  # a test may pull the plug from in here
            self._thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while not self._connection:
            try:
                self._connection, _ = self._listener.accept()
            except TimeoutError:
                if self._is_over:
                    return
        with self._connection:
            self._connection.setblocking(True)
            self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                self._serve(self._connection)
            except (OSError, EOFError):
                pass  # the firmware ended, or close() was called

    def _serve(self, connection: socket.socket) -> None:
        stream = connection.makefile("rb")
        while True:
            operation = _exactly(stream, 1)
            if operation == b"S":
                data = _exactly(stream, int.from_bytes(_exactly(stream, 2), "big"))
                connection.sendall(self._spi.transfer(data))
            elif operation == b"P":
                pin, value = _exactly(stream, 2)
                self._write(pin, value)
                connection.sendall(b"\x00")
            elif operation == b"R":
                connection.sendall(bytes((self._read(_exactly(stream, 1)[0]),)))

    def _write(self, pin: int, value: int) -> None:
        if pin == self._pins.select:
            self._spi.select(low=not value)
        elif pin == self._pins.reset:
            if value and self._is_reset_low:
                self._chip.reset()
            self._is_reset_low = not value

    def _read(self, pin: int) -> int:
        if pin != self._pins.irq:
            return 1
        if self._chip.head() is None:
            due = self._chip.due_s()
            wait = _LOOK_S if due is None else (due - self._clock.now()) / self._speed
            sleep(max(0.0, min(wait, _LOOK_S)))
        return int(self._chip.head() is None)


def _exactly(stream: Any, count: int) -> bytes:
    data: bytes = stream.read(count)
    if len(data) < count:
        raise EOFError
    return data
