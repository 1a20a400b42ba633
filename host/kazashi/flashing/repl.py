"""Find out, at MicroPython's prompt, what runs on a board and whether it has the firmware.

Does not need mpremote. Each wait is timed by the clock of the line.
"""

from collections.abc import Callable
from enum import Enum, auto
from threading import Event

from kazashi.errors import LinkError
from kazashi.limits import Wait
from kazashi.link import Pipe, send
from kazashi.returning import Clock, opened_again

from .board_files import LIST

KNOCK = b"\r"  # a new line alone: Ctrl-C would stop main.py before it has forgotten why it started
KNOCK_S = 1.0
_PROMPT = b">>> "
_GOES_ON = b"... "  # the same after an open bracket, as in a request meant for a reader
_ANSWER_S = 10.0  # an emulated board may need most of it
LOOK_S = 0.1
_READ_SIZE = 4096
_KEPT = 1024  # last bytes of a board's output; an answer is shorter

# The prompt echoes its input: the answers are split here, so that the echo does not contain them.
_QUESTION = f"""exec("import os
try:
 import wire
 print('fo'+'und')
except ImportError:
 print('fo'+'und' if '{LIST}' in os.listdir() else 'bl'+'ank')")\r""".replace("\n", "\\n").encode()
_CANCEL = b"\x03"  # the current line
_BLANK, _FOUND = b"blank", b"found"


class State(Enum):
    """What runs on a board."""

    NO_PROMPT = auto()
    PROMPT = auto()  # MicroPython's, with our firmware in the flash, or without an answer about it
    BLANK = auto()  # MicroPython's, without our firmware


def is_at_prompt(pipe: Pipe, knock: bytes, limit_s: float, cancel: Event | None = None) -> bool:
    """Whether the prompt answers within `limit_s`; `knock` is sent once a second.

    Raises LinkError, Cancelled.
    """
    said = b""
    wait = Wait(pipe.now(), pipe.now() + limit_s, cancel)
    knocks = 0
    while (now := pipe.now()) < wait.until:
        wait.check_cancel()
        if now - wait.begin >= knocks * KNOCK_S:
            send(pipe, knock, cancel=cancel)
            knocks += 1
        said = (said + pipe.read(_READ_SIZE))[-_KEPT:]
        if _PROMPT in said or said.endswith(_GOES_ON):
            return True
    return False


def looked_at(
    connect: Callable[[], Pipe], clock: Clock | None = None, cancel: Event | None = None
) -> State:
    """What runs on a board that does not answer as a reader. Does not interrupt it.

    Raises:
        Cancelled: `cancel` was set.
    """
    try:
        pipe = opened_again(connect, cancel, clock)
    except LinkError:
        return State.NO_PROMPT
    try:
        if not is_at_prompt(pipe, KNOCK, KNOCK_S, cancel):
            return State.NO_PROMPT
        return State.BLANK if _is_blank(pipe, cancel) else State.PROMPT
    except LinkError:
        return State.NO_PROMPT
    finally:
        pipe.close()


def booted(
    connect: Callable[[], Pipe], limit_s: float, clock: Clock, cancel: Event | None = None
) -> Pipe:
    """Open the line to a board that restarts.

    Raises LinkError if it does not return in time, Cancelled.
    """
    wait = Wait(clock.now(), clock.now() + limit_s, cancel)
    while True:
        wait.check_cancel()
        try:
            return connect()
        except LinkError:
            if clock.now() >= wait.until:
                raise
        clock.sleep(LOOK_S)


def _is_blank(pipe: Pipe, cancel: Event | None) -> bool:
    """Whether a board at the prompt answers that it has no firmware of this project.

    Raises LinkError, Cancelled.
    """
    send(pipe, _CANCEL + _QUESTION, cancel=cancel)
    said = b""
    wait = Wait(pipe.now(), pipe.now() + _ANSWER_S, cancel)
    while pipe.now() < wait.until:
        wait.check_cancel()
        said = (said + pipe.read(_READ_SIZE))[-_KEPT:]
        if _BLANK in said or _FOUND in said:
            return _BLANK in said
    return False
