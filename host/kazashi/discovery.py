"""Find attached readers, and open the line to the reader at a URL.

/dev/ttyACM0, COM3       a serial port
usb:E6605838834C5A2C     the attached board with this serial number
socket://host:port       a reader served over TCP, see `kazashi simulate`
sim:?card=mynumber       a simulated reader
pico:IMAGE               a simulated reader on an emulated Pico that boots this image; pico: alone
                         boots the official one
(none)                   the only board attached

A PC/SC reader, pcsc:NAME, has no such line: see `kazashi.open`.
"""

import errno
import os
import pkgutil
import select
import socket
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from urllib.parse import urlsplit

try:
    import termios
except ImportError:  # Windows
    termios = None

import serial

from kazashi.errors import (
    LinkError,
    NoReader,
    ReaderBusy,
    ReaderForbidden,
    ReaderHeld,
    ReaderNotFound,
    ReaderUnplugged,
    SeveralReaders,
    not_installed,
)
from kazashi.link import Pipe
from kazashi.usb.holder import holder
from kazashi.usb.ports import attached

_READ_TIMEOUT_S = 0.05
_WRITE_TIMEOUT_S = 0.05
_PACKET = 64  # bytes of USB: Windows takes it whole or, after the timeout, not at all
_IS_WINDOWS = os.name == "nt"
_CONNECT_TIMEOUT_S = 5.0
_BUSY = (errno.EBUSY, errno.EAGAIN)
_FORBIDDEN = (errno.EACCES, errno.EPERM)  # on Windows: another program has it open

# Errors of a terminal; serial.SerialException is an OSError.
_TERMINAL: tuple[type[Exception], ...] = (OSError, termios.error) if termios else (OSError,)
_CLOSED: tuple[type[Exception], ...] = (
    *_TERMINAL,
    TypeError,
)  # TypeError: pyserial, if closed during a call
_REFUSED: tuple[type[Exception], ...] = (*_TERMINAL, ValueError)

# The simulator is imported by name only when needed: programs with real cards never load it.
_SIMULATORS = {
    "sim:": "kazashi.sim.pico:connector",
    "pico:": "kazashi.sim.emulation.pico:connector",
}


def connector(url: str | None) -> Callable[[], Pipe]:
    """Return a function that opens the line to the reader at `url`, each time it is called.

    The function raises NoReader if none is there, SeveralReaders if it would have to choose.

    Raises:
        ValueError: `url` has an unknown option or port; the message lists the known ones.
        NoReader: the simulator of such a reader is not installed.
    """
    if url and url.startswith("pcsc:"):
        raise ValueError(f"{url} is a PC/SC reader: it can read and check in, and no more")
    for scheme, name in _SIMULATORS.items():
        if url and url.startswith(scheme):
            return _simulator(name)(url)
        if url and url.partition("?")[0] == scheme[:-1]:  # no serial port has this name
            raise ValueError(f"{url} is no reader: give sim: or pico:IMAGE, with the colon")
    if url and url.startswith("socket://"):
        _check_address(url)
        return lambda: SocketPipe(url)
    return lambda: SerialPipe(url or "")


def serial_port(url: str | None) -> str:
    """The serial port of the reader at `url`; empty if it has none.

    Raises:
        NoReader, SeveralReaders: no board is there, or one is to be chosen.
    """
    if url and url.startswith((*_SIMULATORS, "socket://")):
        return ""
    return _port(url or "")


class SerialPipe:
    """A board's serial port."""

    def __init__(self, url: str) -> None:
        port = _port(url)
        try:
            self._line = serial.Serial(
                port,
                timeout=_READ_TIMEOUT_S,
                write_timeout=_WRITE_TIMEOUT_S,
                exclusive=None if _IS_WINDOWS else True,  # one host at a time
            )
        except _REFUSED as error:
            raise _refusal(url or port, port, error) from error
        try:
            self._line.reset_input_buffer()
        except _TERMINAL as error:
            self.close()
            raise ReaderUnplugged from error

    now = staticmethod(monotonic)

    def read(self, size: int, /) -> bytes:
        """What is there, after waiting a short time for the first byte."""
        try:
            return self._line.read(1) + self._line.read(min(size, self._line.in_waiting))
        except _CLOSED as error:
            raise ReaderUnplugged from error

    def write(self, data: bytes, /) -> int:
        """Send what is taken within a short time. Returns how many bytes that were."""
        try:
            return self._write_packet(data[:_PACKET]) if _IS_WINDOWS else self._write_some(data)
        except _CLOSED as error:
            raise ReaderUnplugged from error

    def _write_packet(self, data: bytes) -> int:
        try:
            self._line.write(data)
        except serial.SerialTimeoutException:
            return 0
        return len(data)

    def _write_some(self, data: bytes) -> int:
        """Write without pyserial: its write does not tell how much was sent before its timeout."""
        try:
            return os.write(self._line.fileno(), data)
        except BlockingIOError:
            select.select([], [self._line], [], _WRITE_TIMEOUT_S)
            return 0

    def close(self) -> None:
        with suppress(*_TERMINAL):  # it is already gone
            self._line.close()


class SocketPipe:
    """A reader served over TCP. (pyserial's socket:// reports at most one waiting byte.)"""

    def __init__(self, url: str) -> None:
        try:
            place = urlsplit(url)
            address = (place.hostname or "", place.port or 0)
            self._socket = socket.create_connection(address, timeout=_CONNECT_TIMEOUT_S)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except (OSError, ValueError, OverflowError) as error:
            raise ReaderNotFound(url, _reason(error)) from error

    now = staticmethod(monotonic)

    def read(self, size: int, /) -> bytes:
        """What is there, after waiting a short time for the first byte."""
        try:
            self._socket.settimeout(_READ_TIMEOUT_S)
            data = self._socket.recv(size)
        except TimeoutError:
            return b""
        except OSError as error:
            raise ReaderUnplugged from error
        if not data:
            raise ReaderUnplugged
        return data

    def write(self, data: bytes, /) -> int:
        """Send what is taken within a short time. Returns how many bytes that were."""
        try:
            self._socket.settimeout(_WRITE_TIMEOUT_S)
            return self._socket.send(data)
        except TimeoutError:
            return 0
        except OSError as error:
            raise ReaderUnplugged from error

    def close(self) -> None:
        self._socket.close()


def _check_address(url: str) -> None:
    try:
        place = urlsplit(url)
        is_whole = bool(place.hostname and place.port)
    except ValueError:  # the port is not a number
        is_whole = False
    if not is_whole:
        raise ValueError(f"{url} is no address: give socket://HOST:PORT, PORT from 1 to 65535")


def _simulator(name: str) -> Callable[[str], Callable[[], Pipe]]:
    try:
        return pkgutil.resolve_name(name)
    except ImportError as error:
        raise not_installed(error, "emulator") from error


def _port(url: str) -> str:
    if url and not url.startswith("usb:"):
        return url
    boards = attached(url.removeprefix("usb:"))
    if url:
        boards = [board for board in boards if board.url == url]
    if not boards:
        raise ReaderNotFound(url, os.strerror(errno.ENODEV)) if url else NoReader
    if len(boards) > 1:
        raise SeveralReaders([board.url for board in boards])
    return boards[0].port


def _refusal(where: str, port: str, error: Exception) -> LinkError:
    """Why the `port` of the reader at `where` could not be opened, and what to do about it."""
    number, reason = _number(error), _reason(error)
    if number in _FORBIDDEN and not _IS_WINDOWS:
        return ReaderForbidden(where, reason)
    if number in _BUSY or number in _FORBIDDEN:
        held = holder(port)
        return ReaderHeld(where, reason, *held) if held else ReaderBusy(where, reason)
    return ReaderNotFound(where, reason)


def _reason(error: Exception) -> str:
    number = _number(error)
    return os.strerror(number) if number else getattr(error, "strerror", None) or str(error)


def _number(error: BaseException) -> int | None:
    """The errno of an error raised when opening a port."""
    if isinstance(error, socket.gaierror):
        return None  # its numbers are no errno
    if isinstance(error, OSError) and error.errno:
        return error.errno
    if "PermissionError" in str(error):  # pyserial 3.5, serialwin32.py, has it in its text only
        return errno.EACCES
    first = error.args[0] if error.args else None  # of termios.error
    if isinstance(first, int):
        return first
    return _number(error.__context__) if error.__context__ else None  # pyserial quotes it
