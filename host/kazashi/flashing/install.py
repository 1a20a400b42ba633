"""Install the firmware of this release on a board: check, copy, restart, connect."""

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
    """Put the firmware on the board that `connect` opens. Returns it as a reader.

    Safe to interrupt: the next call completes the installation.

    Raises:
        NotFlashed, WrongBoard: the board was refused and restarts unchanged; or the copy failed and
            the board stays at MicroPython's prompt.
        LinkError: the board is not there, or disconnected.
        Cancelled: `cancel` was set. The next call completes the installation.
    """
    files = firmware_files(board)
    transport = open_prompt(connect, clock, cancel)
    try:
        _check(transport, board)
        flash(transport, files, on_progress)
        transport.restart()
    except (TransportError, OSError, ValueError, SyntaxError) as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:  # mpremote raises it so
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
        transport.restart()  # if a reader was brought to the prompt, it runs as a reader again
        raise


def _greeted(connect: Callable[[], Pipe], clock: Clock, cancel: Event | None) -> Reader:
    """The reader after its start. An emulated one takes longer than `Limits.answer_s` to start."""
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
