"""A card or phone on the reader, ready for APDUs."""

from collections.abc import Callable

from kazashi.ahead import ReadAhead
from kazashi.errors import NoCard, ProtocolError, ReaderError
from kazashi.link import Link
from kazashi_wire.messages import BitRate, CardFound, Technology


class Card:
    """A card or phone on the reader, ready for APDUs. Over for good when it leaves, when the field
    goes off, or when the next card is waited for.

    `ahead`: the reader is reading it by a Plan. What that brings answers the same commands here.
    """

    def __init__(self, link: Link, found: CardFound, ahead: ReadAhead | None = None) -> None:
        self._link = link
        self._ahead = ahead
        self._is_over = False
        try:
            self.technology = Technology(found.technology)
            self.to_card = BitRate(found.to_card)
            self.from_card = BitRate(found.from_card)
        except ValueError as error:
            raise ProtocolError(f"{error}: update this host") from None
        self.answer = found.answer  # see CardFound
        self._number = found.card

    @property
    def atqb(self) -> bytes | None:
        """ATQB of a Type B card, 12 bytes with the PUPI zeroed; None for Type A."""
        return self.answer if self.technology is Technology.TYPE_B else None

    @property
    def is_over(self) -> bool:
        """It is not the card on the reader any more, as far as is known."""
        return self._is_over

    def finish_ahead(self) -> None:
        """Wait until the reader has read what it was to read of this card by itself."""
        if self._ahead:
            self._ahead.finish()

    def end(self) -> None:
        """Never use it again: whatever lies on the reader from now on may be another card.

        What was read of it ahead, and not asked for, is let go.
        """
        self._is_over = True
        self._ahead = None

    def transmit(self, apdu: bytes, on_progress: Callable[[int], None] | None = None) -> bytes:
        """Send a command APDU of any length, get the response APDU with its status word.

        `on_progress` is called with the bytes of the response so far.

        Raises:
            NoCard, CardGone: it has left.
            CardProtocolBroken: it answers out of order.
            LinkError: the reader has left. After VERIFY, whether it counted is then unknown.
        """
        if not apdu:
            raise ValueError("an APDU has 4 bytes at least")
        if self._is_over:
            raise NoCard
        try:
            response = self._ahead.response(apdu, on_progress) if self._ahead else None
            if self._ahead and not response:
                self._ahead.outdate(apdu)
            return response or self._link.transmit(self._number, apdu, on_progress)
        except ReaderError:
            self.end()  # the reader has switched its field off, or nobody knows
            raise
