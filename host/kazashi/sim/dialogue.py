"""The chip's talk with its host: an ACK, then an answer, each when it is due.

Ref: NXP UM0701-02 §6.2.1. What can go wrong with it stands in faults.py.
"""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from enum import Enum, auto

from .hostframe import ACK, NACK, Received
from .radio import Clock

Misbehaviour = Callable[["Dialogue", bytes], None]  # what the chip does with a command instead


class Stuck(Enum):
    """The chip hears and says nothing any more."""

    UNTIL_RESET = auto()  # RSTPD_N, or power, frees it
    FOR_EVER = auto()


class Dialogue(ABC):
    """Frames in and out. `host_bytes` is what any bus delivers; `head` and `pop` what it fetches.

    `disturb` is asked at each command, with the number of those before it: see faults.py.
    """

    def __init__(self, clock: Clock, ack_s: float) -> None:
        self._clock = clock
        self._ack_s = ack_s
        self.stuck: Stuck | None = None
        self.is_held = False
        self.commands = 0  # so far, those included that went wrong
        self.disturb: Callable[[int, bytes], Misbehaviour | None] = lambda _index, _command: None
        self.forget()

    def forget(self) -> None:
        """Power, or reset: nothing was heard, nothing is to be said."""
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
        """When the command in hand is answered, in the clock's time; now, where there is none."""
        return self._outgoing[-1][0] if self._outgoing else self._clock.now()

    # --- what a command does, and what a misbehaviour may do in its place ------------------------

    @abstractmethod
    def carry_out(self, command: bytes) -> tuple[bytes, float] | None:
        """Do it. Returns the frame to say and the seconds it took; None: it never ends."""

    @abstractmethod
    def reset(self) -> None:
        """RSTPD_N, or power."""

    @abstractmethod
    def listens_to(self, command: bytes) -> bool:
        """Whether the chip takes this command as it is now."""

    @abstractmethod
    def on_host_ack(self) -> None:
        """The host has ended what was going on."""

    @abstractmethod
    def on_silence(self) -> None:
        """The host has fetched everything."""

    def acknowledge(self) -> None:
        self.say(ACK, self._ack_s)

    def answer(self, command: bytes) -> None:
        """Carry it out, and say what came of it when it is done."""
        done = self.carry_out(command)
        if done:
            frame, took_s = done
            self.conclude(frame, self._ack_s + took_s)

    def conclude(self, frame: bytes, after_s: float) -> None:
        """Say what came of a command; a NACK has it said again."""
        self._last_answer = frame
        self.say(frame, after_s)

    def say(self, frame: bytes, after_s: float) -> None:
        self._outgoing.append((self._clock.now() + after_s, frame))

    def damage(self, change: Callable[[bytes], bytes]) -> None:
        """Change what is said next and last; what is said again is as it should be."""
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
