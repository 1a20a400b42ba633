"""A simulated board: the devices on the pins of the simulated Pico, served over a socket.

The other end is stand_ins/machine.py. Looking at the IRQ pin, for octets on the UART or at the
status on I²C takes until the chip has a frame, up to 1 ms if one is due, else 0.2 ms, so that a
waiting firmware does not occupy a processor. Octets on the UART take the time of their bits.
"""

import runpy
import select
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from io import BufferedReader
from math import inf
from pathlib import Path
from time import sleep
from typing import Any

from .pn532 import BAUD_RATES, Pn532
from .ports import I2cPort, SleepingClock, SpiPort, TimedHsuPort
from .watchdog import Watchdog

_LOOK_S = 0.0002
_LOOK_AT_WORK_S = 0.001  # as long as an RP2040 sleeps at most, see firmware/bus_spi.py
_ACCEPT_LOOK_S = 0.1
_CONSTANTS = ("NAME", "SPI", "SELECT", "UART", "I2C", "IRQ", "RESET", "WATCHDOG")


@dataclass(frozen=True)
class Pins:
    """The constants of boards/<board>/board.py that the simulator needs."""

    name: str
    spi: int
    select: int
    uart: int
    i2c: int
    irq: int | None
    reset: int | None
    watchdog: int  # address of its registers

    @classmethod
    def of(cls, board: Path) -> "Pins":
        """Read the constants of a board's folder."""
        constants: dict[str, Any] = runpy.run_path(str(board / "board.py"))
        return cls(*(constants[name] for name in _CONSTANTS))


class BoardReset(Exception):
    """The board was reset: the firmware ends here."""


class BoardServer:
    """Serves one firmware at a time, from a thread, until close().

    `on_reset` is called when the firmware resets the board, or its watchdog does.
    """

    def __init__(
        self,
        chip: Pn532,
        clock: SleepingClock,
        pins: Pins,
        speed: float,
        watchdog: Watchdog,
        on_reset: Callable[[], None],
        hsu_max: int = BAUD_RATES[-1],
    ) -> None:
        self._chip = chip
        self._watchdog = watchdog
        self._on_reset = on_reset
        self._clock = clock
        self._pins = pins
        self._speed = speed
        self._spi = SpiPort(chip)
        self._hsu = TimedHsuPort(chip, clock, hsu_max)
        self._i2c = I2cPort(chip)
        self._said = b""  # received over the UART, not yet fetched
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
                pass  # the other end has closed it already
        if threading.current_thread() is not self._thread:  # a test may call it from here
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
            except BoardReset:
                self._on_reset()
            except (OSError, EOFError):
                pass  # the firmware ended, or close() was called

    def _serve(self, connection: socket.socket) -> None:
        stream = connection.makefile("rb")
        while True:
            self._await(connection)
            connection.sendall(self._carry_out(_exactly(stream, 1), stream))

    def _await(self, connection: socket.socket) -> None:
        """Wait for the next operation, as long as the watchdog does."""
        left_s = self._watchdog.left_s()
        if left_s == inf:
            return
        if left_s <= 0 or not select.select([connection], [], [], left_s)[0]:
            self._watchdog.pull(is_hung=True)
            raise BoardReset

    def _carry_out(self, operation: bytes, stream: BufferedReader) -> bytes:
        """The answer to one operation: see stand_ins/machine.py."""
        if operation == b"S":
            return self._spi.transfer(_exactly(stream, _number(stream, 2)))
        if operation in b"ABGU":
            return self._carry_out_uart(operation, stream)
        if operation in b"IJ":
            return self._carry_out_i2c(operation, stream)
        if operation == b"R":
            return bytes((self._read(_number(stream, 1)),))
        if operation == b"L":
            return self._watchdog.load(_number(stream, 4)).to_bytes(4, "big")
        if operation == b"P":
            self._write(_number(stream, 1), _number(stream, 1))
        elif operation == b"T":
            self._watchdog.store(_number(stream, 4), _number(stream, 4))
        elif operation == b"W":
            self._watchdog.start(_number(stream, 4) / 1000)
        elif operation == b"F":
            self._watchdog.feed()
        elif operation == b"X":
            self._watchdog.pull(is_hung=False)
            raise BoardReset
        return b"\x00"

    def _carry_out_uart(self, operation: bytes, stream: BufferedReader) -> bytes:
        if operation == b"A":
            return self._waiting().to_bytes(2, "big")
        if operation == b"G":
            return self._fetch(_number(stream, 2))
        if operation == b"U":
            self._hsu.feed(_exactly(stream, _number(stream, 2)))
        else:
            self._hsu.baud = self._hsu.rate = _number(stream, 4)
            self._said = b""
        return b"\x00"

    def _carry_out_i2c(self, operation: bytes, stream: BufferedReader) -> bytes:
        address, size = _number(stream, 1), _number(stream, 2)
        data = _exactly(stream, size) if operation == b"I" else b""
        if not data and size == 1:  # the firmware asks whether a frame is there
            self._look()
        if not self._i2c.start(address):
            return b"\x00"
        self._i2c.write(data)
        return b"\x01" + self._i2c.read(size - len(data))

    def _write(self, pin: int, value: int) -> None:
        if pin == self._pins.select:
            self._spi.select(low=not value)
        elif pin == self._pins.reset:
            self._chip.hold(low=not value)

    def _read(self, pin: int) -> int:
        if pin != self._pins.irq:
            sleep(_LOOK_S)  # a loose IRQ line, at which the firmware looks again and again
            return 1
        self._look()
        return int(self._chip.head() is None)

    def _waiting(self) -> int:
        """Octets that the UART has received."""
        if not self._said:
            self._look()
        self._said += self._hsu.fetch()
        return len(self._said)

    def _fetch(self, count: int) -> bytes:
        said, self._said = self._said[:count], self._said[count:]
        return len(said).to_bytes(2, "big") + said

    def _look(self) -> None:
        """Wait a little, unless a frame is there."""
        if self._chip.head() is None:
            due = self._chip.due_s()
            if due is None:
                sleep(_LOOK_S)
            else:
                left_s = (due - self._clock.now()) / self._speed
                sleep(max(0.0, min(left_s, _LOOK_AT_WORK_S)))


def _number(stream: BufferedReader, size: int) -> int:
    return int.from_bytes(_exactly(stream, size), "big")


def _exactly(stream: BufferedReader, count: int) -> bytes:
    data = stream.read(count)
    if len(data) < count:
        raise EOFError
    return data
