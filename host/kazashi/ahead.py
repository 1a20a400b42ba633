"""Responses that a reader reads from a card by itself, as soon as it finds it."""

from collections import deque
from dataclasses import dataclass, replace
from typing import Self

from kazashi.errors import CardTooSlow, EndlessReading, EndlessResponse
from kazashi.gathering import Gathering
from kazashi.limits import Wait
from kazashi.link import Link, Progress
from kazashi_wire.messages import Ahead, Arm
from kazashi_wire.reading import BY_SHORT_IDENTIFIER, LONGEST_FILE, MOST_SHORT, READ_BINARY

_SELECT, _OK = b"\xa4", b"\x90\x00"
_SEQUENCE = b"\x30\x82"  # DER: the length follows in two bytes
_MOST_LENGTHS = 20


class Lengths:
    """Bytes of the last certificates that a reader has read ahead.

    They are no secret, and are forgotten with their `Reader`: no file is kept for a guess.
    """

    def __init__(self) -> None:
        self._last = deque[int](maxlen=_MOST_LENGTHS)

    def add(self, start: bytes) -> None:
        """Take the length of the certificate that begins so, if one does."""
        length = int.from_bytes(start[2:4], "big") + 4
        if start.startswith(_SEQUENCE) and length <= LONGEST_FILE:
            self._last.append(length)

    @property
    def guess(self) -> int:
        """The shortest, since what is read beyond a certificate takes time; 0: none.

        A guess that is right saves 1.5 ms, and one that is a little too low costs up to 1.6 ms, for
        a block more: there is none unless at least half of the last cards were of that length.
        """
        shortest = min(self._last, default=0)
        return shortest if 2 * self._last.count(shortest) >= len(self._last) else 0


@dataclass(frozen=True)
class Plan:
    """Files that a reader reads from the next card by itself: a certificate, a token's label."""

    select: bytes  # the command APDU that selects the application
    certificate: int  # short identifier of its file
    label: int  # short identifier of the file with the token's label
    label_size: int
    is_closing: bool = False  # tell an iPhone that this was the last command
    guess: int | None = None  # bytes to ask for at once; None: as the reader's last cards had

    def guessing(self, lengths: Lengths) -> Self:
        """This plan, with a guess: its own, or the one that these lengths give."""
        guess = lengths.guess if self.guess is None else self.guess
        return replace(self, guess=guess if guess > MOST_SHORT else 0)  # no use in a short READ

    def is_start(self, command: bytes) -> bool:
        """True if `command` reads the certificate's file from its beginning."""
        return command[:4] == bytes((0, READ_BINARY, BY_SHORT_IDENTIFIER | self.certificate, 0))

    def request(self) -> Arm:
        """The request that arms a reader with this plan."""
        return Arm(
            certificate=self.certificate,
            label=self.label,
            label_size=self.label_size,
            is_closing=int(self.is_closing),
            guess=self.guess or 0,
            select=self.select,
        )


class ReadAhead:
    """Commands that an armed reader sends by itself, and their responses as they arrive.

    A wait that was cancelled, or ended in the middle of a response, can be started again.
    """

    def __init__(self, link: Link, plan: Plan, lengths: Lengths) -> None:
        self.guess = plan.guess or 0
        self._link = link
        self._plan = plan
        self._lengths = lengths  # called with each certificate
        self._is_over = False
        self._commands = 0
        self._so_far = 0  # bytes of all responses
        self._command = b""  # its response is arriving
        self._gathering: Gathering | None = None  # collects that response
        self._kept: dict[bytes, bytes] = {}  # responses not used yet, by command

    def response(
        self, apdu: bytes, wait: Wait, on_progress: Progress | None = None
    ) -> bytes | None:
        """The response if the reader has sent `apdu`; None if it has finished without sending it.

        Raises as Link.transmit does.
        """
        while not self._is_over and apdu not in self._kept:
            self._take_next(apdu, wait, on_progress)
            if apdu not in self._kept:
                wait.check_time(self._link.now())
        return self._kept.pop(apdu, None)

    def outdate(self, apdu: bytes) -> None:
        """Drop kept responses that `apdu` makes invalid. Another SELECT leaves that application,
        and after a PIN the card may answer a command that it refused.
        """
        is_select = apdu[1:2] == _SELECT
        for command, response in list(self._kept.items()):
            if is_select or response[-2:] != _OK:
                del self._kept[command]

    def finish(self, wait: Wait) -> bool:
        """Wait until the reader is done. Return False if it is not when `wait` is over."""
        try:
            while not self._is_over:
                self._take_next(b"", wait, None)
                if not self._is_over:
                    wait.check_time(self._link.now())
        except CardTooSlow:
            return False
        return True

    def _take_next(self, wanted: bytes, wait: Wait, on_progress: Progress | None) -> None:
        """Receive the next command and its response, the rest of a response, or the end."""
        if self._gathering is None:
            command = self._link.unasked(Ahead, wait).command
            self._commands += bool(command)
            limits = self._link.limits
            if self._commands > limits.armed_commands:
                raise EndlessReading
            left = limits.armed_bytes - self._so_far
            self._command, self._gathering = command, Gathering(self._so_far, left)
        if self._command:
            progress = on_progress if self._command == wanted else None
            try:
                self._link.stream(self._gathering, wait, progress)
            except EndlessResponse:
                raise EndlessReading from None
            self._kept[self._command] = bytes(self._gathering.data)
            if self._plan.is_start(self._command):
                self._lengths.add(self._kept[self._command])
            self._so_far += len(self._gathering.data)
            self._gathering = None
        else:
            self._link.end_stream(self._so_far, wait)
            self._is_over = True
