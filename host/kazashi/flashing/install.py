"""The whole way: a board at the end of a line becomes a reader of this release."""

import errno
from collections.abc import Callable
from threading import Event

from mpremote.transport import TransportError  # pyright: ignore[reportMissingTypeStubs]

from kazashi.errors import FirmwareStopped, ReaderSilent, ReaderUnplugged
from kazashi.flashing.errors import BoardFailed, BoardFull, FirmwareDoesNotStart, NotFlashed
from kazashi.link import Pipe
from kazashi.reader import Reader
from kazashi.returning import Clock, WallClock

from .board_files import Board, firmware_files
from .prompt import START_S, PromptTransport, open_prompt
from .put import Progress, check_board, flash
from .repl import LOOK_S, booted


def install(
    connect: Callable[[], Pipe],
    board: Board,
    on_progress: Progress,
    clock: Clock | None = None,
    cancel: Event | None = None,
) -> Reader:
    """Put the firmware on the board that `connect` leads to. Returns the reader that it then is.

    Cut anywhere, it leaves a board that the next call repairs.

    Raises:
        NotFlashed, WrongBoard: the board was refused, and starts again as what it was; or it did
            not take the firmware whole, and stays at MicroPython's prompt.
        LinkError: it is not there, or left.
        Cancelled: `cancel` was set. The board stays as it was left: the next call repairs it.
    """
    files = firmware_files(board)
    transport = open_prompt(connect, clock, cancel)
    try:
        _check(transport, board)
        flash(transport, files, on_progress)
        transport.restart()
    except (TransportError, OSError, ValueError, SyntaxError) as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:  # as mpremote has it
            raise BoardFull from error
        said = (str(error).strip() or type(error).__name__).splitlines()[-1]
        raise BoardFailed(said) from error
    finally:
        transport.close()
    try:
        return _greeted(connect, clock or WallClock(), cancel)
    except FirmwareStopped as error:
        raise FirmwareDoesNotStart(error.said) from error


def _check(transport: PromptTransport, board: Board) -> None:
    try:
        check_board(transport, board)
    except NotFlashed:
        transport.restart()  # a reader was sent to the prompt: it is a reader again
        raise


def _greeted(connect: Callable[[], Pipe], clock: Clock, cancel: Event | None) -> Reader:
    """The reader, when it has started. An emulated one takes longer than it may for an answer."""
    deadline = clock.now() + START_S

    def connect_again() -> Pipe:
        return booted(connect, deadline - clock.now(), clock, cancel)

    while True:
        try:
            return Reader(connect_again, cancel=cancel)
        except (ReaderSilent, ReaderUnplugged):
            if clock.now() >= deadline:
                raise
        clock.sleep(LOOK_S)
