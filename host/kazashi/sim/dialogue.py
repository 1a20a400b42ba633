"""The chip's dialogue with its host: an ACK, then an answer, each when it is due.

Ref: NXP UM0701-02 §6.2.1. Its possible faults are in faults.py.
"""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from enum import Enum, auto

from .hostframe import ACK, NACK, Received
from .radio import Clock

Misbehaviour = Callable[["Dialogue", bytes], None]  # done instead of the command


class Stuck(Enum):
    """The chip no longer receives or sends."""

    UNTIL_RESET = auto()  # RSTPD_N, or power, frees it
    FOR_EVER = auto()


class Dialogue(ABC):
    """Frames in and out. A bus delivers with `host_bytes`, and fetches with `head` and `pop`.

    `disturb` is called at each command, with the number of earlier ones: see faults.py.
    """

    def __init__(self, clock: Clock, ack_s: float) -> None:
        self._clock = clock
        self._ack_s = ack_s
        self.stuck: Stuck | None = None
        self.is_held = False
        self.commands = 0  # so far, failed ones included
        self.disturb: Callable[[int, bytes], Misbehaviour | None] = lambda _index, _command: None
        self.forget()

    def forget(self) -> None:
        """After power-up or reset: drop all input and output."""
        if self.stuck is Stuck.UNTIL_RESET:
            self.stuck = None
        self._received = Received()
        self._outgoing: deque[tuple[float, bytes]] = deque()
        self._last_answer = b""

    def host_bytes(self, data: bytes) -> None:
        """Bytes from the host, over any bus, in any pieces."""
        if self.stuck or self.is_held:
            return
        self._received.add(data)
        while frame := self._received.next():
            self._on_frame(frame)

    def head(self) -> bytes | None:
        """The frame that is ready to be fetched; the IRQ line is low while there is one."""
        if self._outgoing and self._outgoing[0][0] <= self._clock.now():
            return self._outgoing[0][1]
        return None

    def pop(self) -> bytes:
        """The host has fetched `head`."""
        frame = self._outgoing.popleft()[1]
        if not self._outgoing:
            self.on_silence()
        return frame

    def due_s(self) -> float | None:
        """When `head` will be there, in the clock's time; None: nothing is to come."""
        return self._outgoing[0][0] if self._outgoing else None

    def works_until_s(self) -> float:
        """When the current command is answered, in the clock's time; now if there is none."""
        return self._outgoing[-1][0] if self._outgoing else self._clock.now()

    # --- effects of a command, and of a misbehaviour in its place --------------------------------

    @abstractmethod
    def carry_out(self, command: bytes) -> tuple[bytes, float] | None:
        """Do it. Return the frame to send and the seconds it took; None if it never ends."""

    @abstractmethod
    def reset(self) -> None:
        """RSTPD_N, or power."""

    @abstractmethod
    def listens_to(self, command: bytes) -> bool:
        """Whether the chip accepts this command in its present state."""

    @abstractmethod
    def on_host_ack(self) -> None:
        """The host has ended the current command."""

    @abstractmethod
    def on_silence(self) -> None:
        """The host has fetched everything."""

    def acknowledge(self) -> None:
        self.say(ACK, self._ack_s)

    def answer(self, command: bytes) -> None:
        """Carry it out, and send the result when it is done."""
        done = self.carry_out(command)
        if done:
            frame, took_s = done
            self.conclude(frame, self._ack_s + took_s)

    def conclude(self, frame: bytes, after_s: float) -> None:
        """Send the result of a command; after a NACK, send it again."""
        self._last_answer = frame
        self.say(frame, after_s)

    def say(self, frame: bytes, after_s: float) -> None:
        self._outgoing.append((self._clock.now() + after_s, frame))

    def damage(self, change: Callable[[bytes], bytes]) -> None:
        """Change the last frame to be sent; its repetition is correct."""
        if self._outgoing:
            due, frame = self._outgoing.pop()
            self._outgoing.append((due, change(frame)))

    def _on_frame(self, frame: bytes) -> None:
        if frame == ACK:
            self._outgoing.clear()
            self.on_host_ack()
        elif frame == NACK:
            if self._last_answer:
                self.say(self._last_answer, self._ack_s)
        elif self.listens_to(frame):
            self._execute(frame)

    def _execute(self, command: bytes) -> None:
        self._outgoing.clear()  # a new command ends the one before
        misbehave = self.disturb(self.commands, command)
        self.commands += 1
        if misbehave:
            misbehave(self, command)
        else:
            self.acknowledge()
            self.answer(command)
