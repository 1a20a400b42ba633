"""VERIFY: a PIN or a code is shown to the card once, after it has said how many tries are left.

Ref: OpenSC card-jpki.c; soltia48/myna-card. Never again by itself: after an error in it, the number
of tries left must be read before anything else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from kazashi.cards.apdu import Channel, Command, Response, send
from kazashi.cards.errors import (
    CardStatus,
    CodeBlocked,
    CodeOutcomeUnknown,
    FewTriesLeft,
    LastTry,
    PinAbsent,
    PinBlocked,
    PinOutcomeUnknown,
    WrongCode,
    WrongPin,
)
from kazashi.errors import Cancelled, CardError, NoCard, ReaderError

_VERIFY = 0x20
_BLOCKED = (0x6983, 0x6984, 0x63C0)
_NO_LIMIT = 0x6300  # wrong, and no number of tries follows: soltia48/myna-card
_ABSENT = (0x6A82, 0x6A88)  # no such file, no such reference data
_FEW_TRIES = 3


@dataclass(frozen=True)
class _Reference:
    """A value that the application selected behind `channel` compares with what it is shown."""

    channel: Channel
    sfi: int

    tries: ClassVar[int]
    wrong: ClassVar[Callable[[int | None], CardError]]
    blocked: ClassVar[Callable[[], CardError]]
    outcome_unknown: ClassVar[Callable[[], CardError]]

    def tries_left(self) -> int | None:
        """How many tries are left; None: without limit. Costs none."""
        ask = Command(0x00, _VERIFY, 0x00, 0x80 | self.sfi)
        status = Response.parse(self.channel.transmit(ask.build())).status
        if status in _BLOCKED:
            raise self.blocked()
        if status == 0x9000:
            return self.tries  # it was verified just now, which resets the counter
        if status == _NO_LIMIT:
            return None
        if status >> 4 == 0x63C:
            return status & 0x0F
        raise CardStatus(status, _VERIFY)

    def _show(self, value: str) -> None:
        command = Command(0x00, _VERIFY, 0x00, 0x80 | self.sfi, value.encode("ascii"))
        try:
            send(self.channel, command)
        except CardStatus as refused:
            if refused.status in _BLOCKED:
                raise self.blocked() from None
            if refused.status == _NO_LIMIT:
                raise self.wrong(None) from None
            if refused.status >> 4 == 0x63C:
                raise self.wrong(refused.status & 0x0F) from None
            raise
        except NoCard:
            raise  # it was not sent
        except Cancelled as error:
            if not error.was_sent:
                raise
            raise self.outcome_unknown() from error
        except ReaderError as error:
            raise self.outcome_unknown() from error


class Pin(_Reference):
    """The 4-digit PIN."""

    tries = 3
    wrong = WrongPin
    blocked = PinBlocked
    outcome_unknown = PinOutcomeUnknown

    def tries_left(self) -> int | None:
        """How many tries are left; None: without limit. Costs none.

        Raises:
            PinBlocked: none.
            PinAbsent: the card was issued without this PIN.
        """
        try:
            return super().tries_left()
        except CardStatus as refused:
            if refused.status in _ABSENT:
                raise PinAbsent(refused.status) from None
            raise

    def verify(self, pin: str, *, with_last_try: bool = False) -> None:
        """Show the PIN to the card, once, after asking how many tries are left.

        Raises:
            ValueError: it is not four digits.
            LastTry: only one is left, and `with_last_try` does not say that the holder agrees.
            WrongPin: it is wrong; `tries_left` says how many tries are left, None: no limit.
            PinBlocked: none is left.
            PinAbsent: the card was issued without this PIN.
            PinOutcomeUnknown: card or reader were lost; read the tries left before all else.
        """
        if len(pin) != 4 or not (pin.isascii() and pin.isdigit()):
            raise ValueError("the PIN has four digits")
        if self.tries_left() == 1 and not with_last_try:
            raise LastTry
        self._show(pin)


class CodeB(_Reference):
    """照合番号B: birth (YYMMDD, year of the Japanese era), the card's year of expiry, and the four
    digits of its security code.
    """

    tries = 10  # what MHLW's "locks after ten failures" fits; no source for the card itself
    wrong = WrongCode
    blocked = CodeBlocked
    outcome_unknown = CodeOutcomeUnknown

    def verify(self, code: str) -> None:
        """Show the code to the card, once, after asking how many tries are left.

        Raises:
            ValueError: it is not fourteen digits.
            FewTriesLeft: three or fewer: it is not shown, as the holder may need them elsewhere.
            WrongCode: it is wrong; `tries_left` says how many tries are left, None: no limit.
            CodeBlocked: none is left.
            CodeOutcomeUnknown: card or reader were lost; read the tries left before all else.
        """
        if len(code) != 14 or not (code.isascii() and code.isdigit()):
            raise ValueError("the code has fourteen digits")
        left = self.tries_left()
        if left is not None and left <= _FEW_TRIES:
            raise FewTriesLeft(left)
        self._show(code)
