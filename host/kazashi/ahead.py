"""What a reader reads of a card by itself, as it finds it."""

from collections.abc import Callable
from dataclasses import dataclass

from kazashi.link import Link
from kazashi_wire.messages import Ahead, Arm

_SELECT, _OK = b"\xa4", b"\x90\x00"


@dataclass(frozen=True)
class Plan:
    """What a reader reads of the next card without being asked: a certificate, a token's label."""

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
    """What an armed reader does by itself: commands, and their responses as they come."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._is_over = False
        self._so_far = 0  # bytes of all responses
        self._kept: dict[bytes, bytes] = {}  # responses to commands that nobody has given yet

    def response(self, apdu: bytes, on_progress: Callable[[int], None] | None) -> bytes | None:
        """The response where the reader has sent `apdu`; None where it has not, and is done."""
        while not self._is_over and apdu not in self._kept:
            self._take_next(apdu, on_progress)
        return self._kept.pop(apdu, None)

    def outdate(self, apdu: bytes) -> None:
        """`apdu` goes to the card after what was read. Another SELECT leaves that application, and
        a PIN may turn a refusal into an answer.
        """
        is_select = apdu[1:2] == _SELECT
        for command, response in list(self._kept.items()):
            if is_select or response[-2:] != _OK:
                del self._kept[command]

    def finish(self) -> None:
        """Wait until the reader is done."""
        while not self._is_over:
            self._take_next(b"", None)

    def _take_next(self, wanted: bytes, on_progress: Callable[[int], None] | None) -> None:
        command = self._link.unasked(Ahead).command
        self._is_over = not command
        if command:
            progress = on_progress if command == wanted else None
            self._kept[command] = response = self._link.stream(self._so_far, progress)
            self._so_far += len(response)
        else:
            self._link.end_stream(self._so_far)
