"""What happened, in order, for browsers and programs that follow by server-sent events.

Events are numbered over all desks. A follower that was away names the last one that it has seen,
and gets all after it. If some of them are gone, it gets the latest of each desk: each event is a
whole Screen, so that is all that it needs. A patient's screen never gets more: what was before may
be of the patient before.
"""

import json
import secrets
from asyncio import AbstractEventLoop, Queue, QueueFull
from collections import deque
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from threading import Lock

KEPT = 1_000  # events, for followers that come back
_MOST_WAITING = 500  # events that a follower has not taken yet: it is too slow


@dataclass(frozen=True)
class Event:
    """`run`: of the service; `number`: counted from 1 in it."""

    run: str
    number: int
    kind: str
    desk: str
    data: Mapping[str, object]

    @cached_property
    def encoded(self) -> bytes:
        """As server-sent event; `id` is what `Last-Event-ID` names."""
        data = json.dumps(self.data, ensure_ascii=False, separators=(",", ":"))
        return f"id: {self.run}.{self.number}\nevent: {self.kind}\ndata: {data}\n\n".encode()


class StreamEnded(Exception):
    """The service ends, or the follower did not take its events: it may come back."""


class Follower:
    """A queue of events for one connection, in the thread of its event loop."""

    def __init__(
        self, loop: AbstractEventLoop, desk: str | None = None, *, sees_past: bool = True
    ) -> None:
        """`desk`: events of this one alone. `sees_past`: it may get more than the latest."""
        self._loop, self._desk = loop, desk
        self.sees_past = sees_past
        self._queue = Queue[Event | None](_MOST_WAITING)

    async def next(self) -> Event:
        """Raises StreamEnded."""
        event = await self._queue.get()
        if event is None:
            raise StreamEnded
        return event

    def wants(self, event: Event) -> bool:
        return self._desk in (None, event.desk)

    def put(self, event: Event) -> None:
        """From any thread."""
        if self.wants(event):
            self._call(self._put, event)

    def end(self) -> None:
        """From any thread: what waits is dropped."""
        self._call(self._end)

    def _call(self, run: Callable[..., None], *arguments: object) -> None:
        with suppress(RuntimeError):  # its loop is closed
            self._loop.call_soon_threadsafe(run, *arguments)

    def _put(self, event: Event) -> None:
        try:
            self._queue.put_nowait(event)
        except QueueFull:
            self._end()

    def _end(self) -> None:
        while not self._queue.empty():
            self._queue.get_nowait()
        self._queue.put_nowait(None)


class Events:
    """All events, from any thread."""

    def __init__(self) -> None:
        self._run = secrets.token_hex(4)
        self._lock = Lock()
        self._kept = deque[Event](maxlen=KEPT)
        self._latest: dict[str, Event] = {}  # by desk
        self._followers = set[Follower]()
        self._last = 0
        self._is_ended = False

    @property
    def count(self) -> int:
        """Followers at this moment."""
        return len(self._followers)

    def publish(self, kind: str, desk: str, data: Mapping[str, object]) -> None:
        with self._lock:
            self._last += 1
            event = Event(self._run, self._last, kind, desk, data)
            self._kept.append(event)
            self._latest[desk] = event
            for follower in self._followers:
                follower.put(event)

    def end(self) -> None:
        """End all streams, and each that would begin."""
        with self._lock:
            self._is_ended = True
            for follower in self._followers:
                follower.end()

    @contextmanager
    def followed(self, follower: Follower, after: str | None) -> Generator[list[Event]]:
        """What is to be sent first; `follower` gets all later events.

        `after`: id of the last event that it has seen, if it has seen one.
        """
        with self._lock:
            missed = [event for event in self._since(after) if follower.wants(event)]
            self._followers.add(follower)
            if self._is_ended:
                follower.end()
        try:
            yield missed if follower.sees_past else missed[-1:]
        finally:
            with self._lock:
                self._followers.discard(follower)

    def _since(self, after: str | None) -> list[Event]:
        run, _, number = (after or "").partition(".")
        oldest = self._kept[0].number if self._kept else 1
        is_known = run == self._run and number.isascii() and number.isdigit()
        if is_known and oldest - 1 <= int(number) <= self._last:
            return [event for event in self._kept if event.number > int(number)]
        return sorted(self._latest.values(), key=lambda event: event.number)
