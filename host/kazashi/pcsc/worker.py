"""Calls of PC/SC in a thread of their own: they may block without limit, and a wait may not."""

from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any, Generic, TypeVar

from kazashi.limits import Wait

T = TypeVar("T")

_CANCEL_S = 0.05  # between two looks whether a wait was cancelled
_FOREVER_S = 1e6


class _Job(Generic[T]):
    """One call, its result or error. It is run, or dropped: by whatever claims it first."""

    def __init__(self, call: Callable[[], T]) -> None:
        self.ended = Event()
        self._call = call
        self._claim = Lock()
        self._results: list[T] = []
        self._error: BaseException | None = None

    def claim(self) -> bool:
        return self._claim.acquire(blocking=False)

    def run(self) -> None:
        try:
            self._results.append(self._call())
        except BaseException as error:  # it is raised in the thread that waits
            self._error = error
        self.ended.set()

    def result(self) -> T:
        if self._error:
            raise self._error
        return self._results[0]


class Worker:
    """Runs calls one after another in a daemon thread, until `end`.

    `deadline`: the time on the monotonic clock at which `overdue` is called, unless a call changes
    it first; infinite for never. `overdue` changes it, and comes before any call that is later.
    """

    def __init__(self, deadline: Callable[[], float], overdue: Callable[[], None]) -> None:
        self._jobs = SimpleQueue[_Job[Any] | None]()
        self._deadline = deadline
        self._overdue = overdue
        self._thread = Thread(target=self._run, name="kazashi-pcsc", daemon=True)
        self._thread.start()

    def begin(self, call: Callable[[], object]) -> None:
        """Run `call` after those before it, without waiting. What it raises is lost."""
        self._jobs.put(_Job(call))

    def do(self, call: Callable[[], T], wait: Wait) -> T:
        """Run `call`, and wait for it. It raises what `call` raises.

        Raises:
            TimeoutError: it did not end in time. It may go on.
            Cancelled: `wait` was cancelled; `was_sent`: the call had begun, and goes on.
        """
        job = _Job(call)
        self._jobs.put(job)
        while not job.ended.wait(max(0.0, min(_CANCEL_S, wait.until - monotonic()))):
            if wait.cancel and wait.cancel.is_set():
                wait.check_cancel(was_sent=not job.claim())
            if monotonic() >= wait.until and not job.ended.is_set():
                job.claim()
                raise TimeoutError
        return job.result()

    def end(self, seconds: float) -> None:
        """Let the thread end after the calls so far; wait for that at most so long."""
        self._jobs.put(None)
        self._thread.join(seconds)

    def _run(self) -> None:
        while True:
            try:
                job = self._next()
            except Empty:
                self._overdue()
                continue
            if job is None:
                return
            if monotonic() >= self._deadline():
                self._overdue()
            if job.claim():
                job.run()
            del job  # its command may hold a PIN

    def _next(self) -> _Job[Any] | None:
        left = self._deadline() - monotonic()
        return self._jobs.get(timeout=max(0.0, left) if left < _FOREVER_S else None)
