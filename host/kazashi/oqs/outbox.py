"""The way of face results into one folder: in a thread, tried again until they are there.

What is staged survives the program. A result whose folder is away, full, or on a computer that does
not answer keeps no visit waiting.
"""

import logging
from concurrent.futures import Future
from contextlib import suppress
from datetime import datetime
from threading import Condition, Thread
from time import monotonic
from typing import NamedTuple, Protocol

from kazashi.oqs.errors import Block, OqsError, OqsTestOnly, OqsUnpublished
from kazashi.oqs.names import face_name, time_digits
from kazashi.oqs.publish import TOUCH_S, Folder
from kazashi.reception.japan import utc_now
from kazashi.words import words_of

logger = logging.getLogger(__name__)

_RETRY_S = 5.0
_TEST = "test-"  # begins the staged name of a result that is of no value


class Now(Protocol):
    """The time of day, aware of its zone."""

    def __call__(self) -> datetime: ...


class _Due(NamedTuple):
    """A file whose time is to be set. `at`: of the clock that never goes back."""

    at: float
    name: str


class Outbox:
    """`touches`: whether a file's time is set after it appeared. The name of a file has the time at
    which it gets into the folder, since some programs take today's names alone.
    """

    def __init__(self, folder: Folder, *, touches: bool = True, now: Now = utc_now) -> None:
        self.folder = folder
        self._touches, self._now = touches, now
        self._changed = Condition()
        self._new: dict[str, tuple[bytes, Future[str]]] = {}  # by staged name
        self._waiting: dict[str, Future[str]] = {}  # staged, and somebody may wait for it
        self._due: list[_Due] = []
        self._trouble: type[OqsError] | None = None  # that was logged
        self._retry_at = 0.0
        self._is_closing = False
        self._thread = Thread(target=self._run, name=f"results {folder.path.name}", daemon=True)
        self._thread.start()

    def put(self, identifier: str, data: bytes, *, is_test: bool) -> Future[str]:
        """The file's name, or why it is not in the folder yet: it is tried again, all the same."""
        future: Future[str] = Future()
        with self._changed:
            self._new[_TEST * is_test + identifier] = (data, future)
            self._retry_at = 0.0
            self._changed.notify_all()
        return future

    def close(self, timeout_s: float = 5.0) -> None:
        """Try once more, and set what times are due."""
        with self._changed:
            self._is_closing = True
            self._retry_at = 0.0
            self._changed.notify_all()
        self._thread.join(timeout_s)
        if self._new:
            logger.error("%d results are in no file: %s", len(self._new), self.folder.path)

    # -- in its thread ----------------------------------------------------------------------------

    def _run(self) -> None:
        self.folder.discard_old(also_ready=False)
        with suppress(OqsError):
            self._due = [_Due(monotonic() + TOUCH_S, each) for each in self.folder.untouched()]
        while True:
            self._work()
            with self._changed:
                if self._is_closing and not (self._due or self._retry_at == 0.0):
                    return
                self._changed.wait(self._wait_s())

    def _wait_s(self) -> float:
        moments = [self._retry_at, *(due.at for due in self._due)]
        return max(0.0, min(moments) - monotonic())

    def _work(self) -> None:
        if monotonic() >= self._retry_at:
            self._retry_at = monotonic() + _RETRY_S
            try:
                self._stage()
                self.folder.check()  # told before anybody waits for it
                self._publish()
                self._trouble = None
            except OqsError as error:
                self._log(error)
                self._tell(error)
            except Exception as error:  # a way to the reception computer outlives it
                logger.error("%s: %s", self.folder.path, type(error).__name__)
        for due in [each for each in self._due if each.at <= monotonic()]:
            self._due.remove(due)
            if not (self.folder.touch(due.name) or self._is_closing):  # then at the next start
                self._due.append(_Due(monotonic() + _RETRY_S, due.name))

    def _stage(self) -> None:
        for name, (data, future) in list(self._new.items()):
            self.folder.stage(name, data)
            with self._changed:
                del self._new[name]
            self._waiting[name] = future

    def _publish(self) -> None:
        """All that is staged, also by programs that are gone, or that share the folder."""
        ready = self.folder.staged()
        for gone in self._waiting.keys() - set(ready):
            self._of(gone).set_exception(OqsUnpublished(self.folder.path, Block.SLOW))
        for staged in ready:
            if staged.startswith(_TEST) and not self.folder.is_for_tests:
                self.folder.discard(staged)
                self._of(staged).set_exception(OqsTestOnly(self.folder.path))
                continue
            name = face_name(staged.removeprefix(_TEST), time_digits(self._now()))
            if not self.folder.publish(staged, name, touches=self._touches):
                self._of(staged).set_exception(OqsUnpublished(self.folder.path, Block.SLOW))
                continue
            if self._touches:
                self._due.append(_Due(monotonic() + TOUCH_S, name))
            self._of(staged).set_result(name)

    def _of(self, staged: str) -> Future[str]:
        """The future of its `put`; a new one if it was staged before, or is done: nothing waits."""
        future = self._waiting.pop(staged, None)
        return future if future and not future.done() else Future()

    def _tell(self, error: OqsError) -> None:
        """All who wait need not wait on."""
        with self._changed:
            waiting = [*self._waiting.values(), *(future for _, future in self._new.values())]
        for future in waiting:
            if not future.done():
                future.set_exception(error)

    def _log(self, error: OqsError) -> None:
        """Once, until it has changed."""
        if self._trouble is not type(error):
            self._trouble = type(error)
            logger.error("%s", words_of(error).line)
