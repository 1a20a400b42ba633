"""Requests, answers, parts and events over a byte pipe.

One request at a time; every wait has a limit and its own error.
"""

import logging
from collections import deque
from collections.abc import Callable
from typing import Protocol, TypeVar

from kazashi import traffic
from kazashi.errors import (
    FirmwareStopped,
    NoCard,
    ProtocolError,
    ReaderError,
    ReaderSilent,
    ReaderUnplugged,
)
from kazashi.faults import error_of
from kazashi_wire.frame import MAX_PAUSE_MS, Deframer, Frame
from kazashi_wire.messages import BY_KIND, End, Failed, Log, Part, Transmit
from kazashi_wire.schema import MalformedMessage, Message

logger = logging.getLogger(__name__)

_READ_SIZE = 4096
_LONGEST_RESPONSE = 65538  # bytes of an APDU, with its status word
_PART_SIZE = 2 * 253  # whole blocks of a card that takes 256-byte frames

# The reader answers, or says that the card needs more time, at least this often: FWI 14 is 4.95 s.
# Where it hangs, its watchdog ends that in 8.3 s, and the line with it.
ANSWER_TIMEOUT_S = 9.0
_PART_LOST = "a part of the card's answer was lost: try again"
_GRACE_S = 1.0  # for an answer that comes after the reader has told of a failure

AnyMessage = TypeVar("AnyMessage", bound=Message)


class Pipe(Protocol):
    """What the link needs of a transport.

    Each raises ReaderUnplugged when the other end is gone, and ReaderSilent when it takes nothing.
    """

    def now(self) -> float: ...  # seconds, on the clock that time limits run by
    def read(self, size: int, /) -> bytes: ...  # at least one byte, or b"" after a short time-out
    def write(self, data: bytes, /) -> object: ...
    def close(self) -> None: ...


class Link:
    """One reader's line. `timeout_s`: how long an answer, or the next part of one, may take."""

    def __init__(self, pipe: Pipe, timeout_s: float = ANSWER_TIMEOUT_S) -> None:
        self._pipe = pipe
        self._timeout_s = timeout_s
        self._deframer = Deframer()
        self._frames: deque[Frame] = deque()
        self._events: deque[Message] = deque()
        self._number = 0
        self._heard = pipe.now()
        traffic.warn()

    def now(self) -> float:
        """Seconds, on the clock that time limits run by."""
        return self._pipe.now()

    def close(self) -> None:
        self._pipe.close()

    @property
    def noise(self) -> bytearray:
        """The last bytes that came and were in no frame; whoever clears it is told of new ones."""
        return self._deframer.noise

    def request(self, message: Message, answer: type[AnyMessage]) -> AnyMessage:
        """Send a request and wait for its answer.

        Raises:
            ReaderSilent: nothing came in time.
            ReaderFault, CardError: the reader could not do it.
            ProtocolError: it answers something else.
        """
        self._next_number()
        self._send(message)
        found = self._answer()
        if not isinstance(found, answer):
            raise ProtocolError(
                f"a {type(found).__name__} came as answer to {type(message).__name__}"
            )
        return found

    def transmit(
        self, card: bytes, apdu: bytes, on_progress: Callable[[int], None] | None = None
    ) -> bytes:
        """Send a command APDU to the card with this number; gather the response. Raises as
        `request` does.

        `on_progress` is called with the bytes of the response so far.
        """
        self._next_number()
        for start in range(0, len(apdu), _PART_SIZE):
            part = apdu[start : start + _PART_SIZE]
            is_last = int(start + len(part) == len(apdu))
            self._send(Transmit(is_last=is_last, card=card, data=part), apdu)
        return self._gather(self._answer, on_progress)

    def unasked(self, wanted: type[AnyMessage]) -> AnyMessage:
        """The next event, which must be this one and comes in the time that an answer has.

        Raises as `request` does.
        """
        event = self.event(self._timeout_s)
        if event is None:
            raise ReaderSilent(self._timeout_s)
        if not isinstance(event, wanted):
            raise ProtocolError(_PART_LOST)
        return event

    def stream(self, offset: int, on_progress: Callable[[int], None] | None = None) -> bytes:
        """A response that comes unasked, `offset` bytes into the stream. As `transmit` else."""
        return self._gather(lambda: self.unasked(Message), on_progress, offset)

    def end_stream(self, size: int) -> None:
        """All responses have come, of `size` bytes together. Raises as `request` does."""
        if self.unasked(End).size != size:
            raise ProtocolError(_PART_LOST)

    def _gather(
        self,
        following: Callable[[], Message],
        on_progress: Callable[[int], None] | None,
        offset: int = 0,
    ) -> bytes:
        """The parts of a response, put together, up to its end."""
        response = bytearray()
        while True:
            message = following()
            if isinstance(message, End):
                if message.size != len(response):
                    raise ProtocolError(_PART_LOST)
                return bytes(response)
            if not isinstance(message, Part):
                raise ProtocolError(_PART_LOST)
            if message.data:
                if message.offset != offset + len(response):
                    raise ProtocolError(_PART_LOST)
                response += message.data
                if len(response) > _LONGEST_RESPONSE:
                    raise ProtocolError("the card's answer has no end: present another card")
                if on_progress:
                    on_progress(len(response))

    def event(self, timeout_s: float) -> Message | None:
        """The next event; None when none came in `timeout_s`."""
        deadline = self.now() + timeout_s
        while not self._events:
            frame = self._receive(deadline)
            if frame is None:
                return None
            self._sort(frame)  # an answer here is one that came too late: nobody waits for it
        event = self._events.popleft()
        if isinstance(event, Failed):
            raise error_of(event)
        return event

    def forget_events(self) -> None:
        """What happened before is of no interest any more."""
        self._events.clear()

    def forget(self) -> None:
        """Let go of what the reader said, but for a frame that is still on its way."""
        self.forget_events()
        self._deframer.noise.clear()

    def _next_number(self) -> None:
        self._number = self._number % 255 + 1

    def _send(self, message: Message, apdu: bytes = b"") -> None:
        traffic.log("→", self._number, message, apdu)
        try:
            self._pipe.write(Frame(message.kind, self._number, message.build()).build())
        except ReaderUnplugged:
            while data := self._read():  # its last words say why
                self._frames.extend(self._deframer.feed(data))
            raise

    def _answer(self) -> Message:
        """The next message that belongs to the request; the limit begins anew with each."""
        deadline = self.now() + self._timeout_s
        while frame := self._receive(deadline):
            message = self._sort(frame)
            if isinstance(message, Failed):
                raise self._explained(error_of(message))
            if message is not None:
                return message
            if self._failure():  # it may have cost us our answer
                deadline = min(deadline, self.now() + _GRACE_S)
            if self.now() > deadline:  # it talks, and not about this
                break
        raise self._explained(ReaderSilent(self._timeout_s))

    def _explained(self, error: ReaderError) -> ReaderError:
        """Why there is no answer, or no card any more, where the reader has said so by itself."""
        failure = self._failure()
        if failure is None or not isinstance(error, ReaderSilent | NoCard):
            return error
        self._events.remove(failure)
        return error_of(failure)

    def _failure(self) -> Failed | None:
        return next((event for event in self._events if isinstance(event, Failed)), None)

    def _sort(self, frame: Frame) -> Message | None:
        """The message in a frame where it answers the request; events are kept."""
        known = BY_KIND.get(frame.kind)
        if known is None:
            return None
        try:
            message = known.parse(frame.payload)
        except MalformedMessage as error:
            raise ProtocolError(f"{error}: update host and firmware") from error
        traffic.log("←", frame.number, message)
        if isinstance(message, Log):
            logger.warning("reader: %s", message.text.decode("utf-8", "replace"))
        elif frame.number == 0:
            self._events.append(message)
        elif frame.number == self._number:
            return message
        return None

    def _receive(self, deadline: float) -> Frame | None:
        while not self._frames:
            data = self._read()
            now = self.now()
            if data:
                self._frames.extend(self._deframer.feed(data))
                self._heard = now
            elif now - self._heard > MAX_PAUSE_MS / 1000:
                self._frames.extend(self._deframer.pause())
            if now > deadline and not self._frames:
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
        """MicroPython writes one where the frames would be when the firmware ends, then its prompt.

        Raises:
            FirmwareStopped: one of them is there.
        """
        _, traceback, text = self._deframer.noise.rpartition(b"Traceback")
        if traceback:
            lines = text.decode("ascii", "replace").split("\n")
            said = [line.strip() for line in lines[1:] if line[:1].isalpha()]
            raise FirmwareStopped(said[0] if said else "no reason given")
        if b">>> " in self._deframer.noise:
            raise FirmwareStopped("MicroPython's prompt is there instead")
