"""What can go wrong with a card's applications and files, sorted by what the caller can do.

CardError                   kazashi/errors.py: ask the person
├── PinOutcomeUnknown       lost while the PIN was shown: read the tries left first
├── CodeOutcomeUnknown      the same for 照合番号B
├── NotAMyNumberCard        it has no JPKI application
├── SurfaceAbsent           it has no application for its face: a phone
├── NotGenuine              it is a copy, or its issuer is not known: see `reason`
├── MalformedResponse       its answer has no status word
├── AnswersTooShort         it gives a few bytes at a time, without an end
├── MalformedFile           a file on it is not what it should be
├── NoCertificate           it was issued without one for user authentication
├── LastTry                 one more wrong PIN blocks it: ask first
├── FewTriesLeft            few more wrong codes block it: another way
└── CardStatus              it refused a command: see `status`
    ├── PinRequired         show the PIN first
    ├── WrongPin            see `tries_left`
    ├── PinBlocked          the municipality can reset it
    ├── PinAbsent           it was issued without one
    ├── CodeRequired        show 照合番号B first
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
    """Card or reader were lost while the PIN was shown, for the reason in `__cause__`.

    It may have counted. Read the tries left before anything else; never show the PIN again unasked.
    """


class CodeOutcomeUnknown(CardError):
    """Card or reader were lost while 照合番号B was shown, for the reason in `__cause__`."""


class NotAMyNumberCard(CardError):
    """It speaks APDUs and has no JPKI application."""


class SurfaceAbsent(CardError):
    """It has none of the surface applications (券面AP): most likely a phone."""


@unique
class Doubt(Enum):
    """Why a card is not believed to be what it shows."""

    UNKNOWN_ISSUER = auto()  # no configured anchor is its issuer
    FALSE_CERTIFICATE = auto()  # the issuer's signature under its certificate is not right
    AUTHORITY = auto()  # its certificate is that of an authority: cA or keyCertSign
    UNKNOWN_EXTENSION = auto()  # its certificate has a critical extension that is not understood
    WEAK_KEY = auto()  # the key of its certificate is not RSA of 2048 bits or more
    OTHER_PURPOSE = auto()  # its certificate is for something else: keyUsage, extendedKeyUsage
    OTHER_POLICY = auto()  # its certificate names none of the configured policies
    OUTLIVES_ISSUER = auto()  # its certificate is valid when its issuer is not
    CHANGED_RECORD = auto()  # what it shows is not what was signed
    COPIED_CHIP = auto()  # the files are right, the chip is another


@dataclass(eq=False)
class NotGenuine(CardError):
    """`reason`: a `Doubt`."""

    reason: Doubt


@dataclass(eq=False)
class MalformedResponse(CardError):
    """`size`: bytes of the response."""

    size: int


class AnswersTooShort(CardError):
    """It gives a few bytes for each command, so that a file would take thousands of commands."""


@dataclass(eq=False)
class MalformedFile(CardError):
    """`name`: which file."""

    name: str


class NoCertificate(CardError):
    """It was issued without the certificate for user authentication (利用者証明用電子証明書)."""


class LastTry(CardError):
    """One try is left, and was not used."""


@dataclass(eq=False)
class FewTriesLeft(CardError):
    """`tries_left` of 照合番号B, and none was used."""

    tries_left: int


@dataclass(eq=False)
class CardStatus(CardError):
    """`status`: SW1 SW2; `instruction`: INS of the command refused."""

    status: int
    instruction: int = 0


@dataclass(eq=False)
class PinRequired(CardStatus):
    """The card, or phone, wants its PIN first."""

    status: int = _NOT_VERIFIED


@dataclass(eq=False)
class WrongPin(CardStatus):
    """`tries_left` before the PIN is blocked; None: the card counts none."""

    status: int = field(init=False)
    instruction: int = field(default=_VERIFY, init=False)
    tries_left: int | None

    def __post_init__(self) -> None:
        self.status = _wrong(self.tries_left)


@dataclass(eq=False)
class PinBlocked(CardStatus):
    """Too many wrong ones."""

    status: int = _BLOCKED
    instruction: int = _VERIFY


@dataclass(eq=False)
class PinAbsent(CardStatus):
    """The card was issued without a PIN (顔認証マイナンバーカード). Never ask for one."""

    status: int = 0x6A82
    instruction: int = _VERIFY


@dataclass(eq=False)
class CodeRequired(CardStatus):
    """The card wants 照合番号B first."""

    status: int = _NOT_VERIFIED


@dataclass(eq=False)
class WrongCode(CardStatus):
    """`tries_left` before 照合番号B is blocked; None: the card counts none."""

    status: int = field(init=False)
    instruction: int = field(default=_VERIFY, init=False)
    tries_left: int | None

    def __post_init__(self) -> None:
        self.status = _wrong(self.tries_left)


@dataclass(eq=False)
class CodeBlocked(CardStatus):
    """Too many wrong ones."""

    status: int = _BLOCKED
    instruction: int = _VERIFY


def _wrong(tries_left: int | None) -> int:
    return _WRONG if tries_left is None else _TRIES_LEFT | tries_left
