"""Entry point of the installed program: handles signals from its start.

SIGINT (Ctrl-C), SIGTERM and SIGHUP end it with status 128 + n. The first one unwinds the command:
the reader rests, and results so far are printed. A second one ends it at once.

Outside the package, so that nothing heavy is imported before the handlers are installed.
"""

import os
import sys

try:
    import signal
    from collections.abc import Callable
    from threading import Thread
    from time import sleep
    from types import FrameType
except KeyboardInterrupt:
    sys.exit(130)

_SIGNALS = [
    signal.Signals[name] for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]
_ONCE_MORE_S = 0.01


class Ended(BaseException):
    """A signal arrived. Not a KeyboardInterrupt, which Typer would report in its own way."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def main() -> None:
    """Run the command line; exit with its status."""
    from kazashi.cli import main as run

    sys.unraisablehook = _raise_once_more
    _handle(_unwind)
    try:
        status = run()
    except Ended as ended:
        status = 128 + ended.number
    sys.exit(status)


def _handle(handler: Callable[[int, FrameType | None], None] | signal.Handlers) -> None:
    for each in _SIGNALS:
        if signal.getsignal(each) is not signal.SIG_IGN:  # by nohup, or a background job
            signal.signal(each, handler)


def _leave(number: int, _frame: FrameType | None) -> None:
    """Exit at once: while Python imports, there is nothing to clean up."""
    os._exit(128 + number)


def _unwind(number: int, _frame: FrameType | None) -> None:
    _handle(signal.SIG_DFL)
    raise Ended(number)


def _raise_once_more(unraisable: "sys.UnraisableHookArgs") -> None:
    """An `Ended` that was raised in a destructor is lost: send the signal again, a little later."""
    error = unraisable.exc_value
    if not isinstance(error, Ended):
        sys.__unraisablehook__(unraisable)
        return
    _handle(_unwind)
    Thread(target=_send, args=(error.number,), daemon=True).start()


def _send(number: int) -> None:
    sleep(_ONCE_MORE_S)
    signal.raise_signal(number)


_handle(_leave)  # install now: main takes a while to import the package
