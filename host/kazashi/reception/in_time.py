"""Work that may not end, such as a read from a folder on another computer, or a map of numbers."""

import errno
from collections.abc import Callable, Hashable
from concurrent.futures import Future, wait
from threading import Event, Thread
from time import monotonic
from typing import TypeVar

from kazashi.errors import Cancelled

T = TypeVar("T")

_LOOK_S = 0.05  # for a cancelled wait, which ends within 100 ms

_hanging: set[Hashable] = set()


def in_time(
    work: Callable[[Event], T],
    limit_s: float,
    cancel: Event | None = None,
    *,
    of: Hashable = None,
) -> T:
    """What `work` returns, in a thread. Its event is set once that is not waited for any more.

    `of`: what hangs if it does not end, such as a file. Until it has ended, no other work of the
    same begins: one thread hangs, however often it is asked for.

    Raises:
        TimeoutError: it has not ended, or earlier work of the same has not.
        Cancelled: `cancel` was set.
        Exception: what `work` raises.
    """
    if of in _hanging:
        raise _late()
    future: Future[T] = Future()
    is_left = Event()
    Thread(target=lambda: _settle(future, lambda: work(is_left)), daemon=True).start()
    until = monotonic() + limit_s
    try:
        while not wait((future,), min(_LOOK_S, max(0.0, until - monotonic()))).done:
            if cancel and cancel.is_set():
                raise Cancelled
            if monotonic() >= until:
                _hangs(future if of is None else of, future)
                raise _late()
        return future.result()
    finally:
        is_left.set()


def _late() -> TimeoutError:
    return TimeoutError(errno.ETIMEDOUT, "it does not answer")


def _hangs(of: Hashable, future: Future[T]) -> None:
    _hanging.add(of)
    future.add_done_callback(lambda _ended: _hanging.discard(of))


def _settle(future: Future[T], work: Callable[[], T]) -> None:
    try:
        future.set_result(work())
    except BaseException as error:  # the one who waits has it
        future.set_exception(error)
