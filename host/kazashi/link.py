"""Requests, answers, parts and events over a byte pipe.

One request at a time. Every wait has a limit, whatever the reader sends, and its own error.
Only one thread at a time may use a link: nothing here is locked.
"""

from collections import deque
from collections.abc import Callable
from threading import Event
from typing import Protocol, TypeVar

from kazashi import traffic
from kazashi.errors import (
    FirmwareStopped,
    MalformedAnswer,
    NoCard,
    NoFirmware,
    PartLost,
    ReaderError,
    ReaderSilent,
    ReaderUnplugged,
    TooManyMessages,
    UnexpectedAnswer,
    VersionMismatch,
)
from kazashi.faults import error_of
from kazashi.firmware_log import FirmwareLog
from kazashi.gathering import Gathering
from kazashi.limits import Limits, Wait
from kazashi.reports import ReaderInfo
from kazashi_wire.frame import MAX_PAUSE_MS, Deframer, Frame
from kazashi_wire.messages import (
    BY_KIND,
    FINGERPRINT,
    REVISION,
    AskHealth,
    End,
    Failed,
    Hello,
    Log,
    Transmit,
    Welcome,
)
from kazashi_wire.schema import MalformedMessage, Message

_READ_SIZE = 4096
_LAST_READS = 64  # reads of messages that a reader sent before it left
_MOST_EVENTS = 8192  # waiting: 64 kB of armed responses in the smallest blocks are 5,500
_PART_SIZE = 2 * 253  # whole blocks of a card that takes 256-byte frames
_SILENT_S = 10.0  # a slow card may keep the reader from fetching for seconds
_GRACE_S = 1.0  # for an answer that follows the report of a failure

AnyMessage = TypeVar("AnyMessage", bound=Message)
Progress = Callable[[int], None]  # bytes of the response so far


class Pipe(Protocol):
    """The methods of a transport that the link needs.

    Each raises ReaderUnplugged if the other end is gone.
    """

    def now(self) -> float: ...  # seconds, on the clock of time limits
    def read(self, size: int, /) -> bytes: ...  # at least one byte, or b"" after 50 ms at most
    def write(self, data: bytes, /) -> int: ...  # bytes taken; 0 if none were within 50 ms
    def close(self) -> None: ...


def flush(pipe: Pipe, unsent: bytearray, wait: Wait, silent_s: float) -> None:
    """Send `unsent`. Bytes that were not taken when this ends stay in it.

    Raises:
        ReaderSilent: `wait` is over, or the reader has taken nothing for `silent_s`.
        Cancelled: `wait` was cancelled.
    """
    taken_at = pipe.now()
    while unsent:
        count = pipe.write(bytes(unsent))
        del unsent[:count]
        now = pipe.now()
        if count:
            taken_at = now
        if unsent:
            wait.check_cancel()
            if now > min(wait.until, taken_at + silent_s):
                raise ReaderSilent(round(now - taken_at, 1))


def send(pipe: Pipe, data: bytes, limit_s: float = _SILENT_S, cancel: Event | None = None) -> None:
    """Send all of `data`.

    Raises:
        ReaderSilent: it is not taken within `limit_s`.
        Cancelled: `cancel` was set.
    """
    now = pipe.now()
    flush(pipe, bytearray(data), Wait(now, now + limit_s, cancel), limit_s)


class Link:
    """One reader's line."""

    def __init__(self, pipe: Pipe, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._pipe = pipe
        self._deframer = Deframer()
        self._frames: deque[Frame] = deque()
        self._events: deque[Message] = deque()
        self._unsent = bytearray()  # rest of frames whose start was sent: it goes first
        self._number = 0
        self._heard = pipe.now()
        self._firmware_log = FirmwareLog(self.limits.log_lines, self._heard)
        traffic.warn()

    def now(self) -> float:
        """Seconds, on the clock of time limits."""
        return self._pipe.now()

    def close(self) -> None:
        self._firmware_log.end()
        self._unsent.clear()
        self._pipe.close()

    @property
    def noise(self) -> bytearray:
        """The last bytes received outside any frame; clear it to see only later ones."""
        return self._deframer.noise

    def wait(self, seconds: float, cancel: Event | None = None) -> Wait:
        """A wait that starts now."""
        now = self.now()
        return Wait(now, now + seconds, cancel)

    def request(
        self, message: Message, answer: type[AnyMessage], wait: Wait | None = None
    ) -> AnyMessage:
        """Send a request and wait for its answer until `wait` ends; default `Limits.answer_s`.

        Raises:
            ReaderSilent: nothing came in time.
            ReaderFault, CardError: the request failed.
            ProtocolError: the answer is of another kind.
            Cancelled: `wait` was cancelled. The answer is ignored when it comes.
        """
        wait = wait or self.wait(self.limits.answer_s)
        self.tell(message, wait)
        found = self._answer(wait)
        if not isinstance(found, answer):
            raise UnexpectedAnswer(type(found).__name__, type(message).__name__)
        return found

    def greet(self, wait: Wait) -> ReaderInfo:
        """Ask the reader who it is, before anything else.

        Raises:
            VersionMismatch: firmware and host speak different revisions of the wire.
        """
        welcome = self.request(Hello(revision=REVISION, fingerprint=FINGERPRINT), Welcome, wait)
        if welcome.fingerprint != FINGERPRINT:
            raise VersionMismatch(REVISION, welcome.revision)
        return ReaderInfo.of(welcome)

    def tell(self, message: Message, wait: Wait) -> None:
        """Send a request without waiting for its answer."""
        wait.check_cancel(was_sent=False)
        self._next_number()
        self._add(message)
        self._send(wait)

    def transmit(
        self, card: bytes, apdu: bytes, wait: Wait, on_progress: Progress | None = None
    ) -> bytes:
        """Send a command APDU to the card with this number; gather the response. Raises as
        `request` does, and CardTooSlow if it is incomplete when `wait` is over.

        A command must be sent to its end, or the reader would switch its field off: if this ends
        in the middle, the rest goes before the next request.
        """
        wait.check_cancel(was_sent=False)
        self._next_number()
        for start in range(0, len(apdu), _PART_SIZE):
            part = apdu[start : start + _PART_SIZE]
            is_last = int(start + len(part) == len(apdu))
            self._add(Transmit(is_last=is_last, card=card, data=part), apdu)
        try:
            self._send(wait)
        except ReaderSilent:
            wait.check_time(self.now())
            raise
        gathering = Gathering()
        self._gather(gathering, lambda: self._next_answer(wait), wait, on_progress)
        return bytes(gathering.data)

    def unasked(self, wanted: type[AnyMessage], wait: Wait) -> AnyMessage:
        """The next event. It must be of this type, and come within the limit of an answer.

        Raises as `transmit` does.
        """
        event = self.event(self.wait(self.limits.answer_s, wait.cancel).not_after(wait.until))
        if event is None:
            wait.check_time(self.now())
            raise ReaderSilent(self.limits.answer_s)
        if not isinstance(event, wanted):
            raise PartLost
        return event

    def stream(self, gathering: Gathering, wait: Wait, on_progress: Progress | None = None) -> None:
        """Gather a response that comes unasked, or continue it. Raises as `transmit` does."""
        self._gather(gathering, lambda: self.unasked(Message, wait), wait, on_progress)

    def end_stream(self, size: int, wait: Wait) -> None:
        """Check that all responses came, `size` bytes in total. Raises as `transmit` does."""
        if self.unasked(End, wait).size != size:
            raise PartLost

    def event(self, wait: Wait) -> Message | None:
        """The next event; None if none came in time.

        Raises:
            ReaderFault, CardError: the event is a failure.
            Cancelled: `wait` was cancelled.
        """
        while not self._events:
            frame = self._receive(wait)
            if frame is None:
                return None
            self._sort(frame)  # an answer here came too late: ignore it
            if not self._events and self.now() > wait.until:
                return None
        event = self._events.popleft()
        if isinstance(event, Failed):
            raise error_of(event)
        return event

    def settle(self, wait: Wait) -> None:
        """Wait until the reader has finished its current work. An event ends the wait early.

        Raises:
            ReaderSilent: it did not finish in time.
        """
        self.tell(AskHealth(), wait)  # answered between two steps of its work
        while not self._events:
            frame = self._receive(wait)
            if frame is not None and self._sort(frame) is not None:
                return
            if frame is None or self.now() > wait.until:
                raise self._explained(ReaderSilent(wait.seconds))

    def forget_events(self) -> None:
        """Drop all events received so far."""
        self._events.clear()

    def forget(self) -> None:
        """Drop all that was received, except a frame that is still arriving."""
        self.forget_events()
        self._deframer.noise.clear()

    def _gather(
        self,
        gathering: Gathering,
        following: Callable[[], Message],
        wait: Wait,
        on_progress: Progress | None,
    ) -> None:
        size = len(gathering.data)
        while not gathering.add(following()):
            if on_progress and len(gathering.data) > size:
                size = len(gathering.data)
                on_progress(size)
            wait.check_time(self.now())

    def _next_number(self) -> None:
        self._number = self._number % 255 + 1

    def _add(self, message: Message, apdu: bytes = b"") -> None:
        """Add a request to the unsent bytes."""
        traffic.log("→", self._number, message, apdu)
        self._unsent += Frame(message.kind, self._number, message.build()).build()

    def _send(self, wait: Wait) -> None:
        try:
            flush(self._pipe, self._unsent, wait, self.limits.answer_s)
        except ReaderUnplugged:
            for _ in range(_LAST_READS):  # its last messages tell the reason
                if not (data := self._read()):
                    break
                self._frames.extend(self._deframer.feed(data))
            raise

    def _next_answer(self, wait: Wait) -> Message:
        """The next message of a response. The limit of an answer starts again with each."""
        try:
            return self._answer(self.wait(self.limits.answer_s, wait.cancel).not_after(wait.until))
        except ReaderSilent:
            wait.check_time(self.now())
            raise

    def _answer(self, wait: Wait) -> Message:
        """The next message that belongs to the request."""
        while frame := self._receive(wait):
            message = self._sort(frame)
            if isinstance(message, Failed):
                raise self._explained(error_of(message))
            if message is not None:
                return message
            if self._events and isinstance(self._events[-1], Failed):  # the answer may never come
                wait = wait.not_after(self.now() + _GRACE_S)
            if self.now() > wait.until:  # only unrelated messages came
                break
        raise self._explained(ReaderSilent(wait.seconds))

    def _explained(self, error: ReaderError) -> ReaderError:
        """The reader's own reason for no answer or no card, if it has sent one; else `error`."""
        failure = self._failure()
        if failure is None or not isinstance(error, ReaderSilent | NoCard):
            return error
        self._events.remove(failure)
        return error_of(failure)

    def _failure(self) -> Failed | None:
        return next((event for event in self._events if isinstance(event, Failed)), None)

    def _sort(self, frame: Frame) -> Message | None:
        """The message in a frame if it answers the request. Events are queued."""
        known = BY_KIND.get(frame.kind)
        if known is None:
            return None
        try:
            message = known.parse(frame.payload)
        except MalformedMessage as error:
            raise MalformedAnswer(str(error)) from error
        traffic.log("←", frame.number, message)
        if isinstance(message, Log):
            self._firmware_log.add(message.text, self.now())
        elif frame.number == 0:
            if len(self._events) >= _MOST_EVENTS:
                raise TooManyMessages
            self._events.append(message)
        elif frame.number == self._number:
            return message
        return None

    def _receive(self, wait: Wait) -> Frame | None:
        while not self._frames:
            wait.check_cancel()
            data = self._read()
            now = self.now()
            if data:
                self._frames.extend(self._deframer.feed(data))
                self._heard = now
            elif now - self._heard > MAX_PAUSE_MS / 1000:
                self._frames.extend(self._deframer.pause())
            self._firmware_log.turn(now)
            if now > wait.until and not self._frames:
                self._look_for_traceback()
                return None
        return self._frames.popleft()

    def _read(self) -> bytes:
        try:
            return self._pipe.read(_READ_SIZE)
        except ReaderUnplugged:
            self._look_for_traceback()
            raise

    def _look_for_traceback(self) -> None:
        """Find the traceback or prompt that MicroPython writes when the firmware ends.

        Raises:
            FirmwareStopped: one of them was received.
        """
        _, traceback, text = self._deframer.noise.rpartition(b"Traceback")
        if traceback:
            lines = text.decode("ascii", "replace").split("\n")
            said = [line.strip() for line in lines[1:] if line[:1].isalpha()]
            raise FirmwareStopped(said[0] if said else "Traceback")
        if b">>> " in self._deframer.noise:
            raise NoFirmware
