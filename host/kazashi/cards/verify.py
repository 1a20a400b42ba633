"""VERIFY: ask the card how many tries are left, then send a PIN or a code to it, once.

Ref: OpenSC card-jpki.c; soltia48/myna-card.

VERIFY is never repeated automatically: after an error in it, read the number of tries left before
anything else. An answer is good for one VERIFY: only this session can change the number meanwhile.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
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
_NO_LIMIT = 0x6300  # wrong, without a number of tries: soltia48/myna-card
_ABSENT = (0x6A82, 0x6A88)  # no such file, no such reference data
_FEW_TRIES = 3


@dataclass
class _Reference:
    """A PIN or code of the application that is selected on the card behind `channel`."""

    channel: Channel
    sfi: int
    _left: int | None = field(default=None, init=False)  # as the card said last
    _is_left_known: bool = field(default=False, init=False)  # nothing was shown to it since

    tries: ClassVar[int]
    wrong: ClassVar[Callable[[int | None], CardError]]
    blocked: ClassVar[Callable[[], CardError]]
    outcome_unknown: ClassVar[Callable[[], CardError]]

    def tries_left(self) -> int | None:
        """How many tries are left; None: without limit. Asking uses no try."""
        self._is_left_known = False
        self._left = self._ask()
        self._is_left_known = True
        return self._left

    def _ask(self) -> int | None:
        ask = Command(0x00, _VERIFY, 0x00, 0x80 | self.sfi)
        status = Response.parse(self.channel.transmit(ask.build())).status
        if status in _BLOCKED:
            raise self.blocked()
        if status == 0x9000:
            return self.tries  # already verified, which resets the counter
        if status == _NO_LIMIT:
            return None
        if status >> 4 == 0x63C:
            return status & 0x0F
        raise CardStatus(status, _VERIFY)

    def _known_left(self) -> int | None:
        """How many tries are left. The card is asked, unless it was since a value was shown."""
        return self._left if self._is_left_known else self.tries_left()

    def _show(self, value: str) -> None:
        self.channel.require()  # what it raises is no unknown outcome: nothing was sent
        self._is_left_known = False
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
        """How many tries are left; None: without limit. Asking uses no try.

        Raises:
            PinBlocked: no try is left.
            PinAbsent: the card was issued without this PIN.
        """
        try:
            return super().tries_left()
        except CardStatus as refused:
            if refused.status in _ABSENT:
                raise PinAbsent(refused.status) from None
            raise

    def verify(self, pin: str, *, with_last_try: bool = False) -> None:
        """Send the PIN to the card, once. How many tries are left is asked before, if it was not.

        `with_last_try`: the holder agrees to use the last try.

        Raises:
            ValueError: `pin` is not four digits.
            LastTry: only one try is left, and `with_last_try` is False.
            WrongPin: `tries_left` is how many tries are left, None: without limit.
            PinBlocked: no try is left.
            PinAbsent: the card was issued without this PIN.
            PinOutcomeUnknown: card or reader was lost; read the tries left before all else.
        """
        if len(pin) != 4 or not (pin.isascii() and pin.isdigit()):
            raise ValueError("the PIN has four digits")
        if self._known_left() == 1 and not with_last_try:
            raise LastTry
        self._show(pin)


class CodeB(_Reference):
    """照合番号B: birth (YYMMDD, year of the Japanese era), the card's year of expiry, and the four
    digits of its security code.
    """

    tries = 10  # from MHLW's "locks after ten failures"; there is no source for the card itself
    wrong = WrongCode
    blocked = CodeBlocked
    outcome_unknown = CodeOutcomeUnknown

    def verify(self, code: str) -> None:
        """Send the code to the card, once. How many tries are left is asked before, if it was not.

        Raises:
            ValueError: `code` is not fourteen digits.
            FewTriesLeft: three or fewer. It is not sent: the holder may need the tries elsewhere.
            WrongCode: `tries_left` is how many tries are left, None: without limit.
            CodeBlocked: no try is left.
            CodeOutcomeUnknown: card or reader was lost; read the tries left before all else.
        """
        if len(code) != 14 or not (code.isascii() and code.isdigit()):
            raise ValueError("the code has fourteen digits")
        left = self._known_left()
        if left is not None and left <= _FEW_TRIES:
            raise FewTriesLeft(left)
        self._show(code)
