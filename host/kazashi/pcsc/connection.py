"""One reader of the PC/SC service, and the card in it. Every call may block: see worker.py.

A card is held exclusively: no other program can use what its holder has verified. It is powered off
when it is released; if this program dies, the service does that.
"""

from contextlib import suppress
from time import monotonic

from kazashi.errors import CardGarbled, CardGone, NoCard, ReaderError, ReaderUnplugged
from kazashi.pcsc import scard as pcsc
from kazashi.pcsc.scard import NOT_TAKEN, NOT_TRANSMITTED, Code, Scard, check, error_of
from kazashi_wire.reading import READ_BINARY

WRONG_LENGTH = b"\x67\x00"
_STATUS_SIZE = 2
_GONE_S = 0.7  # after a failed command, until the service sees an empty reader: vpcd needs 0.4 s
_LOOK_S = 0.05


def readers(scard: Scard) -> list[str]:
    """The names of all readers of the service.

    Raises:
        PcscMissing: the service does not run.
    """
    context = _established(scard)
    try:
        return _listed(scard, context)
    finally:
        scard.SCardReleaseContext(context)


class Connection:
    """The reader `name`, until close()."""

    def __init__(self, scard: Scard, name: str) -> None:
        self._scard = scard
        self.name = name
        self._context = _established(scard)
        self._state = 0  # as PC/SC told last; 0: nothing yet
        self._card: int | None = None
        self._takes_long = True  # READ of extended length; False after it refused one
        self.atr = b""  # of the card that was seen last

    @property
    def has_card(self) -> bool:
        """Whether a card is held."""
        return self._card is not None

    def is_present(self, seconds: float) -> bool:
        """Whether a card is in the reader, after waiting for a change at most `seconds`.

        Raises:
            ReaderUnplugged, PcscMissing: reader or service are gone.
        """
        states = [(self.name, self._state)]
        code, told = self._scard.SCardGetStatusChange(self._context, int(seconds * 1000), states)
        if code & 0xFFFFFFFF != Code.TIMEOUT:
            check(code)
            _, state, atr = told[0]
            if state & pcsc.STATE_NO_READER:
                raise ReaderUnplugged
            self._state = state & ~pcsc.STATE_CHANGED
            self.atr = bytes(atr)
        return bool(self._state & pcsc.STATE_PRESENT)

    def take(self) -> None:
        """Hold the card, reset: it has forgotten what any program has verified.

        Raises:
            CardInUse: another program has it.
            CardGone, CardUnusable: it has left, or does not speak.
        """
        exclusive, protocol = pcsc.SHARE_EXCLUSIVE, pcsc.PROTOCOL_T1
        code, card, _ = self._scard.SCardConnect(self._context, self.name, exclusive, protocol)
        check(code)
        self._card = card
        code, _ = self._scard.SCardReconnect(card, exclusive, protocol, pcsc.RESET_CARD)
        if code != Code.OK:
            self.release()
            raise error_of(code)

    def transmit(self, apdu: bytes) -> bytes:
        """Send a command, get the response. After an error no card is held.

        A READ of extended length that the reader does not take is answered as by a card that does
        not: the session reads in short pieces then.

        Raises:
            NoCard, CardGone: it has left.
            CardReset: it was reset, or its power was off, in between.
            CardGarbled: the command failed, and it is still there.
        """
        if self._card is None:
            raise NoCard
        is_long = _is_long_read(apdu)
        if is_long and not self._takes_long:
            return WRONG_LENGTH
        code, response = self._scard.SCardTransmit(self._card, pcsc.PROTOCOL_T1, list(apdu))
        if code == Code.OK and len(response) >= _STATUS_SIZE:
            return bytes(response)
        error = self._failure(code)
        if is_long and isinstance(error, CardGarbled):
            self._takes_long = False
            return WRONG_LENGTH
        with suppress(ReaderError):
            self.release()
        raise error

    def release(self) -> None:
        """Power the card off, and let other programs have the reader."""
        card, self._card = self._card, None
        if card is not None:
            self._scard.SCardDisconnect(card, pcsc.UNPOWER_CARD)  # it fails if the card has left

    def close(self) -> None:
        self.release()
        self._scard.SCardReleaseContext(self._context)

    def _failure(self, code: int) -> ReaderError:
        """Why a command failed."""
        code &= 0xFFFFFFFF
        if code in NOT_TAKEN:
            return CardGarbled()
        if code not in (*NOT_TRANSMITTED, Code.OK):  # OK: an empty response, by vpcd
            return error_of(code)
        until = monotonic() + _GONE_S
        try:
            while self.is_present(_LOOK_S):
                if monotonic() > until:
                    return CardGarbled()
        except ReaderError as error:
            return error
        return CardGone()


def _established(scard: Scard) -> int:
    code, context = scard.SCardEstablishContext(pcsc.SCOPE_USER)
    check(code)
    return context


def _listed(scard: Scard, context: int) -> list[str]:
    code, names = scard.SCardListReaders(context, [])
    if code & 0xFFFFFFFF == Code.NO_READERS:
        return []
    check(code)
    return list(names)


def _is_long_read(apdu: bytes) -> bool:
    """READ BINARY with an expected length of three bytes."""
    return len(apdu) == 7 and apdu[1] == READ_BINARY and not apdu[4]
