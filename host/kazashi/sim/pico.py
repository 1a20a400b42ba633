"""A simulated reader: the real firmware in its own interpreter, with a simulated board, chip and
card.

    sim:?card=mynumber&speed=10     every option: options.py
"""

import os
import select
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic

from kazashi.device_files import device_folder
from kazashi.errors import NotInstalled, ReaderUnplugged
from kazashi_wire.frame import SYNC

from .ailments import PAST, USB, ailing
from .board import BoardServer, Pins
from .options import Options
from .serve import Line
from .tabletop import ScaledClock, Tabletop
from .watchdog import Watchdog

_READ_TIMEOUT_S = 0.05
_WRITE_TIMEOUT_S = 0.05
_LOOK_S = 1.0  # the longest wait for another program
_BUFFER = 4096  # bytes, about: small, so that a sender soon notices a stop
_STRAY = b"\xff\x00"
_MICROPYTHON_32 = "KAZASHI_MICROPYTHON32"  # its value is a command
_STAND_INS = Path(__file__).parent / "stand_ins"
_NEW_GROUP = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)  # of Windows


class SimulatedPico(Tabletop):
    """Board, chip and card. connect() plugs it in and boots the firmware."""

    def __init__(self, options: Options | None = None) -> None:
        options = options or Options()
        self._clock = ScaledClock(options.speed)
        super().__init__(options, self._clock)
        self._folder = device_folder("boards") / options.board
        self._watchdog: Watchdog | None = None
        self.has_reset = False  # restarted by itself, still plugged in

    def connect(self) -> "ProcessPipe":
        """Plug it in: power for board and chip, and the line to the firmware.

        After a reset by itself the board has kept its power: it has only restarted.

        Raises:
            NotInstalled: the interpreter is missing.
        """
        fault = self.options.fault
        pins = ailing(Pins.of(self._folder), fault)
        self._watchdog = self._watchdog or Watchdog(pins.watchdog)
        if not self.has_reset:
            self.chip.reset()
            self._watchdog.lose_power()
            if fault in PAST:
                self._watchdog.look_back(is_hung=fault == "watchdog")
        self.has_reset = False
        server = BoardServer(
            self.chip,
            self._clock,
            pins,
            self.options.speed,
            self._watchdog,
            self._reset,
            self.options.hsu_max,
        )
        firmware = device_folder("firmware")
        environment = os.environ | {
            "KAZASHI_BOARD": server.address,
            "KAZASHI_BOARD_FILE": str(self._folder / "board.py"),
            "KAZASHI_BUS": self.options.bus,
            "KAZASHI_FAULT": fault,
            "KAZASHI_USB": self.options.usb,
        }
        folders = [str(_STAND_INS), str(firmware), str(self._folder)]
        command, path = interpreter(self.options.interpreter, _STAND_INS / "reader.py", folders)
        stray = _STRAY if fault == USB else b""
        self.pipe = ProcessPipe(command, environment | path, server.close, stray)
        return self.pipe

    connect_paced = connect  # it always runs in real time

    def _reset(self) -> None:
        self.has_reset = True
        self.pipe.process.kill()


class ProcessPipe:
    """The line to a firmware that runs as a process: stdin and stdout are its USB serial port.

    Threads carry the bytes between the process and a socket, so that this end waits only in system
    calls: a Ctrl-C during a wait for a lock of `threading` would break it. `stray`: octets before
    each frame that belong to none.
    """

    def __init__(
        self,
        command: list[str],
        environment: dict[str, str],
        power_off: Callable[[], None],
        stray: bytes,
    ) -> None:
        self._power_off = power_off
        self._stray = stray
        self.process = subprocess.Popen(  # our own interpreter and files
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,  # a traceback comes over USB, too
            env=environment,
            bufsize=0,
            # A terminal's Ctrl-C is not for it: close() ends it, or the end of its stdin does.
            start_new_session=True,
            creationflags=_NEW_GROUP,
        )
        self._line, self._far = socket.socketpair()
        for end in (self._line, self._far):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
        self._threads = [threading.Thread(target=t, daemon=True) for t in (self._pump, self._feed)]
        for thread in self._threads:
            thread.start()

    now = staticmethod(monotonic)

    def fileno(self) -> int:
        """For select: readable when the firmware has sent something."""
        return self._line.fileno()

    def read(self, size: int, /) -> bytes:
        """Received bytes, after at most 50 ms."""
        try:
            self._line.settimeout(_READ_TIMEOUT_S)
            data = self._line.recv(size)
        except TimeoutError:
            return b""
        except OSError as error:
            raise ReaderUnplugged from error
        if not data:
            raise ReaderUnplugged
        return data

    def read_beside(self, other: Line) -> bytes:
        """Bytes from the firmware; b"" as soon as `other` is readable, or after a second."""
        ready, _, _ = select.select([other, self], [], [], _LOOK_S)
        return self.read(_BUFFER) if self in ready else b""

    def write(self, data: bytes, /) -> int:
        """Send; wait if the firmware does not fetch. Return the number of bytes taken."""
        try:
            self._line.settimeout(_WRITE_TIMEOUT_S)
            return self._line.send(data)
        except TimeoutError:
            return 0
        except OSError as error:
            raise ReaderUnplugged from error

    def close(self) -> None:
        """Unplug it."""
        self.process.kill()
        self.process.wait()
        self._power_off()
        self._line.close()
        for thread in self._threads:
            thread.join()
        self._far.close()
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
                stream.close()

    def _pump(self) -> None:
        """Carry bytes from the firmware. Close the line when it ends."""
        assert self.process.stdout
        try:
            while data := self.process.stdout.read(4096):
                self._far.sendall(self._stray * data.startswith(SYNC) + data)
            self._far.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # close() came first

    def _feed(self) -> None:
        """Carry bytes to the firmware."""
        assert self.process.stdin
        try:
            while data := self._far.recv(4096):
                while data:
                    data = data[self.process.stdin.write(data) or 0 :]
        except OSError:
            pass  # the firmware has ended: _pump closes the line


def connector(url: str) -> Callable[[], ProcessPipe]:
    """A function that connects to a new simulated reader at each call, for `kazashi.open`.

    Raises:
        ValueError: the options are wrong.
    """
    options = Options.parse(url)
    return lambda: SimulatedPico(options).connect()


def interpreter(name: str, script: Path, folders: list[str]) -> tuple[list[str], dict[str, str]]:
    """(command, environment) that runs a script of the firmware with `folders` to import from.

    Raises:
        NotInstalled: the interpreter is missing.
    """
    if name == "cpython":
        start = _STAND_INS / "cpython" / "start.py"
        flags = ("-ISB", "-X", "utf8")  # without site-packages, too: they slow the start
        return [sys.executable, *flags, str(start), str(script), *folders], {}
    found = _micropython_32() if name == "micropython32" else _micropython()
    return [found, str(script)], {"MICROPYPATH": ":".join((*folders, ".frozen"))}


def _micropython_32() -> str:
    found = shutil.which(os.environ.get(_MICROPYTHON_32, ""))
    if not found:
        how = f"export {_MICROPYTHON_32}=$(.ci/micropython-32 FOLDER)"
        raise NotInstalled("micropython, 32-bit", how)
    return found


def _micropython() -> str:
    beside = Path(sys.executable).with_name("micropython")
    found = str(beside) if beside.exists() else shutil.which("micropython")
    if not found:
        raise NotInstalled("micropython", "kazashi … --reader sim:?interpreter=cpython")
    return found
