"""Errors of reader and line, sorted by what the caller can do about it.

    KazashiError                    base of this package's errors; misuse is ValueError
    ├── Mistyped                    reception/typed.py
    ├── NotWritten                  a file: make space, or name another
    ├── ReceptionError              reception/errors.py
    └── ReaderError                 reader, line or card
        ├── NotInstalled            a program or a package is missing: see `how`
        ├── LinkError               the cable: reconnect, then retry
        │   ├── NoReader            no reader is attached
        │   │   ├── ReaderNotFound  no reader is at `where`
        │   │   ├── PcscMissing     the PC/SC service does not run
        │   │   ├── PcscEmpty       the PC/SC service has no reader
        │   │   ├── PcscNotFound    it has others: see `urls`
        │   │   ├── ImageBroken     sim/emulation/errors.py
        │   │   └── ImageUnavailable    sim/emulation/errors.py
        │   ├── ReaderBusy          another program has it open
        │   │   └── ReaderHeld      the program is known: see `program`
        │   ├── ReaderForbidden     permission is missing: `kazashi list --udev`
        │   ├── SeveralReaders      choose one of `urls`
        │   ├── ReaderUnplugged     it was pulled out, or restarted
        │   ├── PcscForbidden       this user may not use the PC/SC service
        │   ├── PcscFailed          the PC/SC service reported a `code` that is not known here
        │   ├── ReaderSilent        the reader does not answer
        │   └── FirmwareStopped     the firmware ended: see `said`
        │       └── NoFirmware      MicroPython's prompt answers instead
        ├── ProtocolError           host and firmware disagree
        │   ├── VersionMismatch     update the one that is `outdated`
        │   ├── UnexpectedAnswer    an answer to another request
        │   ├── MalformedAnswer     no valid message of this revision
        │   ├── UnknownValue        a value that this revision does not know
        │   ├── PartLost            a part of a response was lost: try again
        │   ├── TooManyMessages     more messages than requested
        │   ├── EndlessReading      an armed reader does not stop reading a card
        │   ├── EventLost           a card was found, and the event about it was lost
        │   └── EndlessResponse     the card's answer has no end
        ├── ReaderFault             the firmware reported a fault: see `fault`
        │   └── ReaderHot           let it cool down for some seconds
        ├── BoardNeeded             a PC/SC reader cannot do `what`
        ├── NotFlashed              flashing/errors.py
        ├── UsbIdTaken              usb/ids.py
        ├── LibccidListUnchanged    pcsc/errors.py
        └── CardError               the card: ask the person
            ├── NoCard              no card came in time, or it is no longer there
            ├── CardGone            it left during the exchange: present it again
            ├── CardGarbled         its answers arrive damaged: place it differently
            ├── CardProtocolBroken  it breaks the rules of ISO/IEC 14443-4
            ├── CardTooSlow         it took longer than allowed: present it again, or another
            ├── ReadInterrupted     the reader restarted its chip: present the card again
            ├── CardReset           it was reset, its PINs are not verified: present it again
            ├── CardInUse           another program has it: close that program
            ├── CardUnusable        it is a tag
            ├── SeveralCards        present only one
            └── …                   cards/errors.py, reception/failures.py, reception/face/

`Cancelled` is not one of them: the program itself ended a wait. Errors carry data, not prose; the
texts for people are in `kazashi.words`.
"""

from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum, auto, unique

from kazashi_wire.messages import Fault


@dataclass(eq=False)
class Cancelled(Exception):
    """The `cancel` of a wait was set. Reader and card can still be used.

    `was_sent`: the command was already on its way to the card, and may have taken effect.
    """

    was_sent: bool = False


class KazashiError(Exception):
    """Base of every error that this package raises, except ValueError for misuse.

    `str` shows its fields, for logs; `kazashi.words.words_of` is for people.
    """

    def __str__(self) -> str:
        names = [each.name for each in fields(self)] if is_dataclass(self) else []
        return ", ".join(f"{name}={getattr(self, name)!r}" for name in names)


@dataclass(eq=False)
class NotWritten(KazashiError):
    """The file at `where` could not be written. `reason`: the system's message."""

    where: str
    reason: str


class ReaderError(KazashiError):
    """Base of every error of the reader, its cable or a card."""


@dataclass(eq=False)
class NotInstalled(ReaderError):
    """`what` is missing on this computer; `how`: the command that installs it."""

    what: str
    how: str


def not_installed(error: ImportError, extra: str) -> NotInstalled:
    """A package of the optional dependencies `extra` is missing."""
    return NotInstalled(error.name or str(error), f'pip install "kazashi[{extra}]"')


class LinkError(ReaderError):
    """The cable: reconnect, then retry."""


class NoReader(LinkError):
    """No reader is attached."""


@dataclass(eq=False)
class ReaderNotFound(NoReader):
    """No reader is at `where`, the URL asked for. `reason`: the system's message."""

    where: str
    reason: str


class PcscMissing(NoReader):
    """The PC/SC service of this computer does not run, or has ended."""


class PcscEmpty(NoReader):
    """The PC/SC service knows of no reader."""


@dataclass(eq=False)
class PcscNotFound(NoReader):
    """No PC/SC reader fits `where`, the URL asked for. `urls`: of those that are there."""

    where: str
    urls: list[str]


@dataclass(eq=False)
class ReaderBusy(LinkError):
    """Another program uses the port at `where`. `reason`: the system's message."""

    where: str
    reason: str


@dataclass(eq=False)
class ReaderHeld(ReaderBusy):
    """`program`, the process `pid`, uses the port."""

    program: str
    pid: int


@dataclass(eq=False)
class ReaderForbidden(LinkError):
    """This user may not use the port at `where`. `reason`: the system's message."""

    where: str
    reason: str


@dataclass(eq=False)
class SeveralReaders(LinkError):
    """`urls` are the readers to choose from."""

    urls: list[str]


class ReaderUnplugged(LinkError):
    """The line to the reader ended."""


class PcscForbidden(LinkError):
    """This user may not use the PC/SC service, or its readers."""


@dataclass(eq=False)
class PcscFailed(LinkError):
    """The PC/SC service reported an error. `code`: its number, hex."""

    code: str


@dataclass(eq=False)
class ReaderSilent(LinkError):
    """The reader does not answer. `waited_s`: how long nothing came."""

    waited_s: float


@dataclass(eq=False)
class FirmwareStopped(LinkError):
    """The firmware ended. `said`: what came instead of an answer, in one line."""

    said: str


@dataclass(eq=False)
class NoFirmware(FirmwareStopped):
    """MicroPython's prompt answers instead of the firmware."""

    said: str = ">>> "


class ProtocolError(ReaderError):
    """Host and firmware disagree."""


@unique
class Side(Enum):
    """Which side of the wire is outdated."""

    READER = auto()
    HOST = auto()
    NEITHER = auto()  # the same revision with other layouts: one of them is a private build


@dataclass(eq=False)
class VersionMismatch(ProtocolError):
    """Host and firmware speak different revisions of the wire, `ours` and `theirs`."""

    ours: int
    theirs: int
    outdated: Side = field(init=False)

    def __post_init__(self) -> None:
        sides = {True: Side.READER, False: Side.HOST}
        same = self.ours == self.theirs
        self.outdated = Side.NEITHER if same else sides[self.ours > self.theirs]


@dataclass(eq=False)
class UnexpectedAnswer(ProtocolError):
    """The answer belongs to another request. `got` and `asked` are names of messages."""

    got: str
    asked: str


@dataclass(eq=False)
class MalformedAnswer(ProtocolError):
    """The bytes are no valid message. `reason`: what does not fit, for engineers."""

    reason: str


@dataclass(eq=False)
class UnknownValue(ProtocolError):
    """This revision of the wire does not know `value` in the field `name`."""

    name: str
    value: int


class PartLost(ProtocolError):
    """A part of a response is missing, or another message came in its place."""


class TooManyMessages(ProtocolError):
    """The reader sends more messages than requested."""


class EndlessReading(ProtocolError):
    """An armed reader does not stop reading a card."""


class EventLost(ProtocolError):
    """The reader found a card, and the event about it was lost."""


class EndlessResponse(ProtocolError):
    """The card's response is longer than any response may be."""


@dataclass(eq=False)
class ReaderFault(ReaderError):
    """The firmware reported `fault`; `detail` is explained at `Fault`."""

    fault: Fault
    detail: int = 0


class ReaderHot(ReaderFault):
    """The PN532 is too hot, or its antenna draws too much. `detail` is its status byte."""


@dataclass(eq=False)
class BoardNeeded(ReaderError):
    """A PC/SC reader cannot do `what`: the request or option of a Reader; a board of ours can."""

    what: str


class CardError(ReaderError):
    """The card: ask the person to present it again, or another."""


@dataclass(eq=False)
class NoCard(CardError):
    """No card is there. `waited_s`: how long the reader searched; None if it was not a search."""

    waited_s: float | None = None


@dataclass(eq=False)
class CardGone(CardError):
    """The card left during the exchange. `status`: the chip's status byte."""

    status: int = 0


@dataclass(eq=False)
class CardGarbled(CardError):
    """Every answer of the card arrives damaged. `status`: the chip's status byte."""

    status: int = 0


@dataclass(eq=False)
class CardProtocolBroken(CardError):
    """The card breaks ISO/IEC 14443-4. `block`: first byte of the block that is not allowed."""

    block: int = 0


@dataclass(eq=False)
class CardTooSlow(CardError):
    """The card's answers took longer than `Limits` allow. `waited_s`: for the last one."""

    waited_s: float


class ReadInterrupted(CardError):
    """The PN532 stopped answering in an exchange; the reader has reset it and works again."""


class CardReset(CardError):
    """The card was reset underneath its session: it has forgotten its verified PINs."""


class CardInUse(CardError):
    """Another program keeps the card, by PC/SC."""


class CardUnusable(CardError):
    """The card is a tag without ISO/IEC 14443-4."""


class SeveralCards(CardError):
    """Several cards are in the field: their answers collided."""
