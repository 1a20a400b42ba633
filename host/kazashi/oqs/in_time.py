"""Work on folders that may not answer: on another computer, a read can hang for ever."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Event, Thread
from time import monotonic
from typing import TypeVar

from kazashi.errors import Cancelled
from kazashi.reception.centre import CentreUnreachable

T = TypeVar("T")

_LOOK_S = 0.05  # for a cancelled wait, which ends within 100 ms


def in_time(work: Callable[[Event], T], limit_s: float, cancel: Event) -> T:
    """What `work` returns, in a thread. Its event is set once that is not waited for any more.

    Raises:
        CentreUnreachable: it has not ended.
        Cancelled: `cancel` was set.
    """
    future: Future[T] = Future()
    is_left = Event()
    Thread(target=lambda: _settle(future, lambda: work(is_left)), daemon=True).start()
    until = monotonic() + limit_s
    try:
        while True:
            try:
                return future.result(_LOOK_S)
            except TimeoutError:
                if future.done():
                    raise
            if cancel.is_set():
                raise Cancelled
            if monotonic() > until:
                raise CentreUnreachable
    finally:
        is_left.set()


def _settle(future: Future[T], work: Callable[[], T]) -> None:
    try:
        future.set_result(work())
    except BaseException as error:  # the one who waits has it
        future.set_exception(error)
