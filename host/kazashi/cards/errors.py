"""Errors of a card's applications and files, sorted by what the caller can do.

CardError                   kazashi/errors.py: ask the person
├── PinOutcomeUnknown       lost while the PIN was sent: read the tries left first
├── CodeOutcomeUnknown      the same for 照合番号B
├── NotAMyNumberCard        the card has no JPKI application
├── SurfaceAbsent           the card has no surface application: probably a phone
├── NotGenuine              a copy, or an unknown issuer: see `reason`
├── MalformedResponse       the response has no status word
├── AnswersTooShort         each response has only a few bytes of a long file
├── MalformedFile           a file does not have the expected content
├── NoCertificate           issued without a certificate for user authentication
├── LastTry                 one more wrong PIN blocks it: ask the holder first
├── FewTriesLeft            few more wrong codes block it: use another way
└── CardStatus              the card refused a command: see `status`
    ├── PinRequired         verify the PIN first
    ├── WrongPin            see `tries_left`
    ├── PinBlocked          the municipality can reset it
    ├── PinAbsent           the card was issued without a PIN
    ├── CodeRequired        verify 照合番号B first
    ├── WrongCode           see `tries_left`
    └── CodeBlocked         the municipality can reset it
"""

from dataclasses import dataclass, field
from enum import Enum, auto, unique

from kazashi.errors import CardError

_VERIFY = 0x20  # INS
_NOT_VERIFIED = 0x6982
_BLOCKED = 0x6984
_WRONG = 0x6300
_TRIES_LEFT = 0x63C0  # 63Cx, ISO/IEC 7816-4 §5.6


class PinOutcomeUnknown(CardError):
    """Card or reader was lost while the PIN was sent; `__cause__` has the reason.

    The try may have counted. Read the tries left before anything else; never send the PIN again
    without asking the holder.
    """


class CodeOutcomeUnknown(CardError):
    """Card or reader was lost while 照合番号B was sent; `__cause__` has the reason."""


class NotAMyNumberCard(CardError):
    """The card answers APDUs, but has no JPKI application."""


class SurfaceAbsent(CardError):
    """The card has no surface application (券面AP): it is probably a phone."""


@unique
class Doubt(Enum):
    """Why a card is not accepted as genuine."""

    UNKNOWN_ISSUER = auto()  # no configured anchor is its issuer
    FALSE_CERTIFICATE = auto()  # the issuer's signature on its certificate is invalid
    AUTHORITY = auto()  # its certificate belongs to an authority: cA or keyCertSign
    UNKNOWN_EXTENSION = auto()  # its certificate has an unknown critical extension
    WEAK_KEY = auto()  # the key of its certificate is not RSA of 2048 bits or more
    OTHER_PURPOSE = auto()  # its certificate is for another use: keyUsage, extendedKeyUsage
    OTHER_POLICY = auto()  # its certificate names none of the configured policies
    OUTLIVES_ISSUER = auto()  # its certificate is valid at a time when its issuer's is not
    CHANGED_RECORD = auto()  # its data differs from what the issuer signed
    COPIED_CHIP = auto()  # the files are genuine, but copied to another chip


@dataclass(eq=False)
class NotGenuine(CardError):
    """`reason`: a `Doubt`."""

    reason: Doubt


@dataclass(eq=False)
class MalformedResponse(CardError):
    """`size`: bytes of the response."""

    size: int


class AnswersTooShort(CardError):
    """Each response has so few bytes that one file would take thousands of commands."""


@dataclass(eq=False)
class MalformedFile(CardError):
    """`name`: which file."""

    name: str


class NoCertificate(CardError):
    """The card has no certificate for user authentication (利用者証明用電子証明書)."""


class LastTry(CardError):
    """Only one PIN try is left. It was not used."""


@dataclass(eq=False)
class FewTriesLeft(CardError):
    """Only `tries_left` tries of 照合番号B are left. None was used."""

    tries_left: int


@dataclass(eq=False)
class CardStatus(CardError):
    """The card refused a command. `status`: SW1 SW2; `instruction`: INS of the command."""

    status: int
    instruction: int = 0


@dataclass(eq=False)
class PinRequired(CardStatus):
    """The card or phone requires its PIN first."""

    status: int = _NOT_VERIFIED


@dataclass(eq=False)
class WrongPin(CardStatus):
    """The PIN was wrong. `tries_left` before it is blocked; None: without limit."""

    status: int = field(init=False)
    instruction: int = field(default=_VERIFY, init=False)
    tries_left: int | None

    def __post_init__(self) -> None:
        self.status = _wrong(self.tries_left)


@dataclass(eq=False)
class PinBlocked(CardStatus):
    """The PIN is blocked after too many wrong tries."""

    status: int = _BLOCKED
    instruction: int = _VERIFY


@dataclass(eq=False)
class PinAbsent(CardStatus):
    """The card was issued without a PIN (顔認証マイナンバーカード). Never ask for one."""

    status: int = 0x6A82
    instruction: int = _VERIFY


@dataclass(eq=False)
class CodeRequired(CardStatus):
    """The card requires 照合番号B first."""

    status: int = _NOT_VERIFIED


@dataclass(eq=False)
class WrongCode(CardStatus):
    """照合番号B was wrong. `tries_left` before it is blocked; None: without limit."""

    status: int = field(init=False)
    instruction: int = field(default=_VERIFY, init=False)
    tries_left: int | None

    def __post_init__(self) -> None:
        self.status = _wrong(self.tries_left)


@dataclass(eq=False)
class CodeBlocked(CardStatus):
    """照合番号B is blocked after too many wrong tries."""

    status: int = _BLOCKED
    instruction: int = _VERIFY


def _wrong(tries_left: int | None) -> int:
    return _WRONG if tries_left is None else _TRIES_LEFT | tries_left
