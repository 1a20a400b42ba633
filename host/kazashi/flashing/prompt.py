"""MicroPython's prompt, over any line to a board, for mpremote."""

from collections.abc import Callable
from time import sleep

from mpremote.transport_serial import SerialTransport  # pyright: ignore[reportMissingTypeStubs]

from kazashi.errors import (
    FirmwareStopped,
    LinkError,
    NotFlashed,
    ReaderFault,
    ReaderSilent,
    ReaderUnplugged,
)
from kazashi.link import Link, Pipe
from kazashi_wire.messages import Done, Maintain

_PROMPT = b">>> "
_STOP = b"\r\x03\x02"  # whatever runs, and leave the raw prompt: noise to a reader
_KNOCK = b"\r"  # stops nothing: main.py has to end by itself where it is to forget why it started
_KNOCK_S = 1.0
_SILENT_S = 60.0  # an emulated board may need most of it; one that has gone is noticed at once
_GOODBYE_S = 20.0  # the same; a real board takes a tenth of one
_START_S = 120.0  # the same; a real board takes two
_LOOK_S = 0.1
_READ_SIZE = 4096


class PromptTransport(SerialTransport):
    """mpremote's own, over a line that is open already, and by that line's clock."""

    def __init__(self, pipe: Pipe) -> None:
        # Not SerialTransport's, which opens a port.
        self.serial = _Port(pipe)
        self.is_pty = self.in_raw_repl = self.mounted = False
        self.use_raw_paste = False  # USB holds the host back by itself
        self.enter_raw_repl(soft_reset=False)

    def read_until(
        self,
        min_num_bytes: int,
        ending: bytes,
        timeout: float | None = None,
        data_consumer: Callable[[bytes], object] | None = None,
        timeout_overall: float | None = None,
    ) -> bytes:
        """All up to `ending`; what `data_consumer` is told of is not kept. Raises LinkError."""
        del min_num_bytes, timeout, timeout_overall
        data = b""
        while not data.endswith(ending):
            octet = self.serial.read(1)
            if data_consumer:
                data_consumer(octet)
                data = b""
            data += octet
        return data

    def restart(self) -> None:
        """Start the board again, and leave it."""
        try:
            self.exec_raw_no_follow("import machine\nmachine.reset()")  # pyright: ignore[reportUnknownMemberType]
        except ReaderUnplugged:
            pass  # it was gone before it had said that it goes
        _await_end(self.serial.pipe)


class _Port:
    """What SerialTransport needs of a serial port."""

    def __init__(self, pipe: Pipe) -> None:
        self.pipe = pipe
        self._held = b""

    def inWaiting(self) -> int:  # noqa: N802
        self._held = self._held or self.pipe.read(_READ_SIZE)
        return len(self._held)

    def read(self, size: int) -> bytes:
        deadline = self.pipe.now() + _SILENT_S
        while len(self._held) < size:
            if self.pipe.now() > deadline:
                raise ReaderSilent(_SILENT_S)
            self._held += self.pipe.read(_READ_SIZE)
        data, self._held = self._held[:size], self._held[size:]
        return data

    def write(self, data: bytes) -> None:
        self.pipe.write(data)

    def close(self) -> None:
        self.pipe.close()


def open_prompt(connect: Callable[[], Pipe]) -> PromptTransport:
    """Bring a board to MicroPython's prompt, a running reader by asking it for maintenance.

    Raises:
        LinkError: the board is not there, or left.
        NotFlashed: neither MicroPython nor a reader answers.
    """
    pipe = connect()
    try:
        if not _is_at_prompt(pipe, _STOP, _KNOCK_S) and _maintain(pipe):
            _await_end(pipe)
            pipe = opened_again(connect)
            if not _is_at_prompt(pipe, _KNOCK, _START_S):
                raise _unreachable()
        return PromptTransport(pipe)
    except BaseException:
        pipe.close()
        raise


def opened_again(connect: Callable[[], Pipe]) -> Pipe:
    """The line to a board that starts again. Raises LinkError where it does not come back."""
    for _ in range(round(_START_S / _LOOK_S)):
        try:
            return connect()
        except LinkError:
            sleep(_LOOK_S)
    return connect()


def _maintain(pipe: Pipe) -> bool:
    """Have a reader start again. False where MicroPython's prompt answers instead."""
    try:
        Link(pipe).request(Maintain(), Done)
    except FirmwareStopped:
        return False
    except (ReaderSilent, ReaderFault) as error:
        raise _unreachable() from error
    return True


def _await_end(pipe: Pipe) -> None:
    """Close the line to a board that starts again, once that has left."""
    deadline = pipe.now() + _GOODBYE_S
    try:
        while pipe.now() < deadline:
            pipe.read(_READ_SIZE)
    except ReaderUnplugged:
        pass
    pipe.close()


def _is_at_prompt(pipe: Pipe, knock: bytes, limit_s: float) -> bool:
    said = b""
    begin_s = pipe.now()
    knocks = 0
    while (passed_s := pipe.now() - begin_s) < limit_s:
        if passed_s >= knocks * _KNOCK_S:
            pipe.write(knock)
            knocks += 1
        said += pipe.read(_READ_SIZE)
        if _PROMPT in said:
            return True
    return False


def _unreachable() -> NotFlashed:
    return NotFlashed(
        "neither a reader nor MicroPython's prompt answers",
        "plug the board in again, and press BOOTSEL as soon as its LED lights, until it goes out",
    )
