"""Use MicroPython's prompt through mpremote, over any line to a board."""

from collections.abc import Callable
from threading import Event

from mpremote.transport_serial import SerialTransport  # pyright: ignore[reportMissingTypeStubs]

from kazashi.errors import FirmwareStopped, ReaderFault, ReaderSilent, ReaderUnplugged
from kazashi.flashing.errors import BoardUnreachable, EndlessAnswer
from kazashi.limits import Wait
from kazashi.link import Link, Pipe, send
from kazashi.returning import Clock, WallClock
from kazashi_wire.messages import Done, Maintain

from .repl import KNOCK, KNOCK_S, booted, is_at_prompt

_STOP = b"\r\x03\x02"  # interrupt any program and leave the raw prompt; a reader ignores it
_COMMAND_S = 60.0  # an emulated board may need most of it; a disconnected one is noticed at once
_GOODBYE_S = 20.0  # likewise; a real board takes 0.1 s
START_S = 120.0  # likewise; a real board takes 2 s
_LONGEST_ANSWER = 65536  # bytes; a board's answers have a few hundred
_READ_SIZE = 4096


class PromptTransport(SerialTransport):
    """mpremote's SerialTransport over an open line, timed by the clock of that line.

    A command has `_COMMAND_S` to be accepted by the board and answered completely.
    """

    def __init__(self, pipe: Pipe, cancel: Event | None = None) -> None:
        # Does not call SerialTransport.__init__, which opens a port.
        self.serial = _Port(pipe, cancel)
        self.is_pty = self.in_raw_repl = self.mounted = False
        self.use_raw_paste = False  # USB has flow control of its own
        self.enter_raw_repl(soft_reset=False)

    def read_until(
        self,
        min_num_bytes: int,
        ending: bytes,
        timeout: float | None = None,
        data_consumer: Callable[[bytes], object] | None = None,
        timeout_overall: float | None = None,
    ) -> bytes:
        """Read up to `ending`. Bytes passed to `data_consumer` are not kept.

        Raises EndlessAnswer, LinkError, Cancelled.
        """
        del min_num_bytes, timeout, timeout_overall
        data = bytearray()
        while not data.endswith(ending):
            octet = self.serial.read(1)
            if data_consumer:
                data_consumer(octet)
                data.clear()
            data += octet
            if len(data) > _LONGEST_ANSWER:
                raise EndlessAnswer
        return bytes(data)

    def exec_raw_no_follow(self, command: str | bytes) -> None:
        self.serial.begin_command()
        super().exec_raw_no_follow(command)  # pyright: ignore[reportUnknownMemberType]

    def restart(self) -> None:
        """Restart the board and close the line."""
        try:
            self.exec_raw_no_follow("import machine\nmachine.reset()")
        except ReaderUnplugged:
            pass  # it disconnected before its answer
        _await_end(self.serial.pipe, self.serial.cancel)


class _Port:
    """The parts of a serial port that SerialTransport uses."""

    def __init__(self, pipe: Pipe, cancel: Event | None) -> None:
        self.pipe = pipe
        self.cancel = cancel
        self._held = b""
        self.begin_command()

    def begin_command(self) -> None:
        """Restart the time limit: the following reads answer another command."""
        now = self.pipe.now()
        self._wait = Wait(now, now + _COMMAND_S, self.cancel)

    def inWaiting(self) -> int:  # noqa: N802
        self._held = self._held or self._fetch()
        return len(self._held)

    def read(self, size: int) -> bytes:
        while len(self._held) < size:
            self._held += self._fetch()
        data, self._held = self._held[:size], self._held[size:]
        return data

    def write(self, data: bytes) -> None:
        send(self.pipe, data, max(0.0, self._wait.until - self.pipe.now()), self.cancel)

    def close(self) -> None:
        self.pipe.close()

    def _fetch(self) -> bytes:
        self._wait.check_cancel()
        if self.pipe.now() > self._wait.until:
            raise ReaderSilent(_COMMAND_S)
        return self.pipe.read(_READ_SIZE)


def open_prompt(
    connect: Callable[[], Pipe], clock: Clock | None = None, cancel: Event | None = None
) -> PromptTransport:
    """Bring a board to MicroPython's prompt; a running reader is first asked for maintenance.

    Raises:
        LinkError: the board is not there, or disconnected.
        BoardUnreachable: neither MicroPython nor a reader answers.
        Cancelled: `cancel` was set.
    """
    pipe = connect()
    try:
        if not is_at_prompt(pipe, _STOP, KNOCK_S, cancel) and _maintain(pipe, cancel):
            _await_end(pipe, cancel)
            pipe = booted(connect, START_S, clock or WallClock(), cancel)
            if not is_at_prompt(pipe, KNOCK, START_S, cancel):
                raise BoardUnreachable
        return PromptTransport(pipe, cancel)
    except BaseException:
        pipe.close()
        raise


def _maintain(pipe: Pipe, cancel: Event | None) -> bool:
    """Make a reader restart for maintenance. Return False if MicroPython's prompt answers."""
    link = Link(pipe)
    try:
        link.request(Maintain(), Done, link.wait(link.limits.answer_s, cancel))
    except FirmwareStopped:
        return False
    except (ReaderSilent, ReaderFault) as error:
        raise BoardUnreachable from error
    return True


def _await_end(pipe: Pipe, cancel: Event | None) -> None:
    """Wait until a restarting board has disconnected, then close the line."""
    wait = Wait(pipe.now(), pipe.now() + _GOODBYE_S, cancel)
    try:
        while pipe.now() < wait.until:
            wait.check_cancel()
            pipe.read(_READ_SIZE)
    except ReaderUnplugged:
        pass
    pipe.close()
