"""Command and response APDUs of any length.

Ref: ISO/IEC 7816-4 §5.1 to §5.3.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Protocol, Self

from kazashi.cards.errors import AnswersTooShort, CardStatus, MalformedResponse
from kazashi.limits import Limits

_SHORT_NC = 255
_SHORT_NE = 256
_EXTENDED_NC = 65535
_EXTENDED_NE = 65536
_MOST_PIECES = 512  # of one response: twice what the longest needs with 256 bytes in each


class Channel(Protocol):
    """The card that a session uses. `card.Card` is one.

    A subclass has no time limits unless it overrides `limits` and `within`.
    """

    @property
    def limits(self) -> Limits:
        """Time limits of responses and files; sessions pass them to `within`."""
        return Limits()

    @property
    def guess(self) -> int:
        """Bytes of a certificate to ask for at once, as the reader has done; 0: unknown."""
        return 0

    def require(self) -> None:
        """Raise the error of the next command if the card is known to be over. Sends nothing."""

    def transmit(
        self, apdu: bytes, on_progress: Callable[[int], None] | None = None
    ) -> bytes: ...  # response with status word; on_progress: its bytes so far

    def within(self, seconds: float, /) -> AbstractContextManager[None]:
        """Limit all commands in this block to `seconds` together."""
        del seconds
        return nullcontext()


@dataclass(frozen=True)
class Command:
    """A command APDU. `ne`: expected response bytes; 0 for none, 256 or 65536 for all."""

    cla: int
    ins: int
    p1: int = 0
    p2: int = 0
    data: bytes = field(default=b"", repr=False)  # it may be a PIN
    ne: int = 0

    def build(self) -> bytes:
        """The APDU as bytes; extended if the lengths need it.

        Raises:
            ValueError: a length does not fit into an extended APDU.
        """
        nc = len(self.data)
        if nc > _EXTENDED_NC or not 0 <= self.ne <= _EXTENDED_NE:
            raise ValueError(f"no APDU has {nc} bytes of data and {self.ne} of response")
        head = bytes((self.cla, self.ins, self.p1, self.p2))
        if nc > _SHORT_NC or self.ne > _SHORT_NE:
            lc = b"\x00" + nc.to_bytes(2, "big") if nc else b""
            le = (self.ne & 0xFFFF).to_bytes(2, "big") if self.ne else b""
            return head + lc + self.data + (le if lc or not le else b"\x00" + le)
        lc = bytes((nc,)) if nc else b""
        return head + lc + self.data + (bytes((self.ne & 0xFF,)) if self.ne else b"")


@dataclass(frozen=True)
class Response:
    """A response APDU."""

    data: bytes = field(repr=False)
    status: int  # SW1 SW2

    @classmethod
    def parse(cls, apdu: bytes) -> Self:
        """Split `apdu` into data and status word.

        Raises:
            MalformedResponse: there is no status word.
        """
        if len(apdu) < 2:
            raise MalformedResponse(len(apdu))
        return cls(apdu[:-2], int.from_bytes(apdu[-2:], "big"))


def send(
    channel: Channel,
    command: Command,
    *,
    accept: tuple[int, ...] = (0x9000,),
    on_progress: Callable[[int], None] | None = None,
) -> Response:
    """Send one command; fetch the rest of its response if the card answers 61xx or 6Cxx.

    Raises:
        CardStatus: the card answers with a status word that is not in `accept`.
        AnswersTooShort: the response comes in too many pieces.
        CardTooSlow: the whole response takes longer than `Limits.response_s`.
    """
    with channel.within(channel.limits.response_s):
        response = _whole(channel, command, on_progress)
    if response.status not in accept:
        raise CardStatus(response.status, command.ins)
    return response


def _whole(
    channel: Channel, command: Command, on_progress: Callable[[int], None] | None
) -> Response:
    response = Response.parse(channel.transmit(command.build(), on_progress))
    if response.status >> 8 == 0x6C and command.ne:  # wrong Le; SW2 is the right one
        again = Command(
            command.cla, command.ins, command.p1, command.p2, command.data, _ne(response.status)
        )
        response = Response.parse(channel.transmit(again.build(), on_progress))
    data = bytearray(response.data)
    pieces = 0
    while response.status >> 8 == 0x61:  # more is waiting
        if pieces == _MOST_PIECES:
            raise AnswersTooShort
        pieces += 1
        get_response = Command(0x00, 0xC0, ne=_ne(response.status))
        response = Response.parse(channel.transmit(get_response.build()))
        data += response.data
        if not response.data or len(data) > _EXTENDED_NE:
            break  # it announces more without end
    return Response(bytes(data), response.status)


def _ne(status: int) -> int:
    return status & 0xFF or _SHORT_NE
