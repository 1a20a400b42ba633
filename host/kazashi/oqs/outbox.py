"""The way of face results into one folder: in a thread, tried again until they are there.

What is staged survives the program. A result whose folder is away, full, or on a computer that does
not answer keeps no visit waiting.
"""

import logging
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from threading import Condition, Thread
from time import monotonic
from typing import NamedTuple, Protocol, TypeVar

from kazashi.oqs.errors import (
    Block,
    OqsError,
    OqsLost,
    OqsTestOnly,
    OqsUnpublished,
    OqsUnstaged,
)
from kazashi.oqs.names import face_name, time_digits
from kazashi.oqs.publish import TOUCH_S, Folder
from kazashi.oqs.undecided import TEST, Decisions, Undecided, parts_of
from kazashi.reception.japan import utc_now
from kazashi.reception.journal import JournalError
from kazashi.words import words_of

logger = logging.getLogger(__name__)

T = TypeVar("T")

_RETRY_S = 5.0


class Now(Protocol):
    """The time of day, aware of its zone."""

    def __call__(self) -> datetime: ...


class _Due(NamedTuple):
    """A file whose time is to be set. `at`: of the clock that never goes back."""

    at: float
    name: str


class _Staged(NamedTuple):
    """A visit may wait for `future`. `device`: see `Folder.stage`."""

    data: bytes
    future: Future[str]
    device: int | None = None


class Outbox:
    """`touches`: whether a file's time is set after it appeared. The name of a file has the time at
    which it gets into the folder, since some programs take today's names alone; one that the
    journal has already keeps it, for that day. `journal`: of what is to be prepared.
    """

    def __init__(
        self,
        folder: Folder,
        journal: Path | None = None,
        *,
        touches: bool = True,
        now: Now = utc_now,
    ) -> None:
        self.folder = folder
        self._decisions = Decisions(journal, folder) if journal else None
        self._undecided: list[Undecided] = []
        self._touches, self._now = touches, now
        self._changed = Condition()
        self._new: dict[str, tuple[bytes, Future[str]]] = {}  # by staged name
        self._waiting: dict[str, _Staged] = {}  # until it is in the folder
        self._due: list[_Due] = []
        self._trouble: str | None = None  # that was logged
        self._retry_at = 0.0
        self._is_closing = False
        self._thread = Thread(target=self._run, name=f"results {folder.path.name}", daemon=True)
        self._thread.start()

    def put(self, identifier: str, data: bytes, *, is_test: bool) -> Future[str]:
        """The file's name, or why it is not in the folder yet: it is tried again, all the same."""
        future: Future[str] = Future()
        with self._changed:
            self._new[TEST * is_test + identifier] = (data, future)
            self._wake()
        return future

    def prepare(self, identifier: str, data: bytes, *, is_test: bool) -> Undecided:
        """It is put on the disk, and waits there until it is settled."""
        staged = f"{TEST * is_test}{identifier}_{time_digits(self._now())}"
        result = Undecided(staged, data)
        with self._changed:
            self._undecided.append(result)
            self._wake()
        return result

    def settle(self, result: Undecided) -> None:
        """The journal decides now about what was prepared."""
        with self._changed:
            result.is_settled = True
            self._wake()

    def _wake(self) -> None:
        self._retry_at = 0.0
        self._changed.notify_all()

    def slow(self, future: Future[T]) -> OqsUnpublished:
        """What is told of the folder if it does not answer in time."""
        with self._changed:
            is_new = any(each is future for _, each in self._new.values())
        return (OqsUnstaged if is_new else OqsUnpublished)(self.folder.path, Block.SLOW)

    def close(self, timeout_s: float = 5.0) -> OqsLost | None:
        """Try once more, and set what times are due. Returns what is on no disk."""
        with self._changed:
            self._is_closing = True
            self._wake()
        self._thread.join(timeout_s)
        return OqsLost(self.folder.path, len(self._new)) if self._new else None

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
                self._log(self._bring())
            except Exception as error:  # a way to the reception computer outlives it
                logger.error("%s: %s", self.folder.path, type(error).__name__)
        for due in [each for each in self._due if each.at <= monotonic()]:
            self._due.remove(due)
            if not (self.folder.touch(due.name) or self._is_closing):  # then at the next start
                self._due.append(_Due(monotonic() + _RETRY_S, due.name))

    def _bring(self) -> OqsUnpublished | None:
        """All that is new, prepared or staged. Returns why something is not there."""
        undecided = [*self._undecided]  # what comes meanwhile is next
        unstaged = self._stage()
        try:
            self.folder.check()  # told before anybody waits for it
            unkept = self._decide()  # of what lies in its staging, not in one that it hides
            blocked = self._publish()
        except OqsUnpublished as error:
            self._tell(error, undecided)
            return unstaged or error
        return unstaged or unkept or blocked

    def _stage(self) -> OqsUnpublished | None:
        """Returns why one is not on the disk: it keeps no other one waiting."""
        unstaged = None
        for name, (data, future) in list(self._new.items()):
            try:
                device = self.folder.stage(name, data)
            except OqsUnpublished as error:
                _fail(future, OqsUnstaged(error.folder, error.block, error.detail))
                unstaged = error
                continue
            with self._changed:
                del self._new[name]
            self._waiting[name] = _Staged(data, future, device)
        return unstaged

    def _decide(self) -> OqsUnpublished | None:
        """Of what was prepared. Returns why one is not on the disk: it keeps no other one waiting.
        If the journal cannot be asked, it is asked again later.
        """
        unkept = None
        try:
            if self._decisions:
                self._decisions.recover()
                for each in [*self._undecided]:
                    unkept = self._decide_on(each, self._decisions) or unkept
        except JournalError as error:
            logger.error("%s", words_of(error).line)
        return unkept

    def _decide_on(self, result: Undecided, decisions: Decisions) -> OqsUnpublished | None:
        is_settled = result.is_settled
        if not (result.is_on_disk or is_settled):
            try:
                decisions.keep(result)
            except OqsUnpublished as error:
                _fail(result.on_disk, error)
                return error
            _set(result.on_disk, None)
        if is_settled:
            goes_out = result.is_on_disk and decisions.decide(result)
            self._undecided.remove(result)
            if goes_out:
                self._waiting[result.staged] = _Staged(result.data, result.out)
            else:
                _set(result.out, "" if goes_out is False else result.name)
        return None

    def _publish(self) -> OqsUnpublished | None:
        """All that is staged, also by programs that are gone, or that share the folder. Returns why
        one is not there, whose name is taken: it keeps no other one waiting.
        """
        ready = [each for each in self.folder.staged() if each not in self._new]  # those are synced
        blocked = None
        for gone in self._waiting.keys() - set(ready):
            data, future, device = self._waiting[gone]
            if device in (None, self.folder.device()):
                self._of(gone).set_exception(OqsUnpublished(self.folder.path, Block.SLOW))
                continue
            del self._waiting[gone]
            with self._changed:
                self._new[gone] = (data, future)
                self._wake()
        for staged in ready:
            if staged.startswith(TEST) and not self.folder.is_for_tests:
                self.folder.discard(staged)
                self._of(staged).set_exception(OqsTestOnly(self.folder.path))
                continue
            name = self._name_now(staged)
            try:
                is_ours = self.folder.publish(staged, name, touches=self._touches)
            except OqsUnpublished as error:
                if error.block is not Block.EXISTS:
                    raise
                self._of(staged).set_exception(error)
                blocked = error
                continue
            if not is_ours:
                self._of(staged).set_exception(OqsUnpublished(self.folder.path, Block.SLOW))
                continue
            if self._touches:
                self._due.append(_Due(monotonic() + TOUCH_S, name))
            self._of(staged).set_result(name)
        return blocked

    def _name_now(self, staged: str) -> str:
        identifier, time = parts_of(staged)
        now = time_digits(self._now())
        return face_name(identifier, time if time[:8] == now[:8] else now)

    def _of(self, staged: str) -> Future[str]:
        """The future of its `put`; a new one if it was staged before, or is done: nothing waits."""
        known = self._waiting.pop(staged, None)
        return known.future if known and not known.future.done() else Future()

    def _tell(self, error: OqsUnpublished, undecided: Sequence[Undecided]) -> None:
        """All who wait for what is on the disk, or is undecided, need not wait on."""
        for each in self._waiting.values():
            _fail(each.future, error)
        for each in undecided:
            _fail(each.on_disk, error)
            if each.is_settled:
                _fail(each.out, error)

    def _log(self, error: OqsError | None) -> None:
        """Once, until it has changed."""
        said = words_of(error).line if error else None
        if said and said != self._trouble:
            logger.error("%s", said)
        self._trouble = said


def _set(future: Future[T], result: T) -> None:
    """Unless it was told of a trouble before."""
    if not future.done():
        future.set_result(result)


def _fail(future: Future[T], error: OqsUnpublished) -> None:
    if not future.done():
        future.set_exception(error)
