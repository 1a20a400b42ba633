"""Responses that a reader reads from a card by itself, as soon as it finds it."""

from dataclasses import dataclass

from kazashi.errors import CardTooSlow, EndlessReading, EndlessResponse
from kazashi.gathering import Gathering
from kazashi.limits import Wait
from kazashi.link import Link, Progress
from kazashi_wire.messages import Ahead, Arm

_SELECT, _OK = b"\xa4", b"\x90\x00"


@dataclass(frozen=True)
class Plan:
    """Files that a reader reads from the next card by itself: a certificate, a token's label."""

    select: bytes  # the command APDU that selects the application
    certificate: int  # short identifier of its file
    label: int  # short identifier of the file with the token's label
    label_size: int
    is_closing: bool = False  # tell an iPhone that this was the last command

    def request(self) -> Arm:
        """The request that arms a reader with this plan."""
        return Arm(
            certificate=self.certificate,
            label=self.label,
            label_size=self.label_size,
            is_closing=int(self.is_closing),
            select=self.select,
        )


class ReadAhead:
    """Commands that an armed reader sends by itself, and their responses as they arrive.

    A wait that was cancelled, or ended in the middle of a response, can be started again.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
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
            self._so_far += len(self._gathering.data)
            self._gathering = None
        else:
            self._link.end_stream(self._so_far, wait)
            self._is_over = True
