"""What can go wrong with reader and line, sorted by what the caller can do about it.

    KazashiError                    base of this package's errors; misuse is ValueError
    ├── Mistyped                    reception/typed.py
    ├── NotWritten                  a file: make space, or name another
    ├── ReceptionError              reception/errors.py
    └── ReaderError                 reader, line or card
        ├── NotInstalled            a program or a package is missing: see `how`
        ├── LinkError               the cable: reconnect, then retry
        │   ├── NoReader            none is attached
        │   │   ├── ReaderNotFound  there is none at `where`
        │   │   ├── ImageBroken     sim/emulation/errors.py
        │   │   └── ImageUnavailable    sim/emulation/errors.py
        │   ├── ReaderBusy          another program has it, or this one has no right to it
        │   ├── SeveralReaders      choose one of `urls`
        │   ├── ReaderUnplugged     it went away
        │   ├── ReaderSilent        it is there and does not answer
        │   └── FirmwareStopped     its program ended: see `said`
        │       └── NoFirmware      MicroPython's prompt answers instead
        ├── ProtocolError           host and firmware disagree
        │   ├── VersionMismatch     update the one that is `outdated`
        │   ├── UnexpectedAnswer    to another request
        │   ├── MalformedAnswer     no message of this revision
        │   ├── UnknownValue        it says something that this revision does not know
        │   ├── PartLost            of a response: try again
        │   ├── TooManyMessages     more than were asked for
        │   ├── EndlessReading      it reads a card by itself and does not end
        │   ├── EventLost           a card was found, and the message about it did not come
        │   └── EndlessResponse     the card's answer has no end
        ├── ReaderFault             the firmware reported a fault: see `fault`
        │   └── ReaderHot           let it cool down for some seconds
        ├── NotFlashed              flashing/errors.py
        └── CardError               the card: ask the person
            ├── NoCard              none came in time, or it is not there any more
            ├── CardGone            it left during the exchange: present it again
            ├── CardGarbled         its answers come damaged: lay it down otherwise
            ├── CardProtocolBroken  it breaks the rules of ISO/IEC 14443-4
            ├── CardTooSlow         it took longer than it may: present it again, or another
            ├── ReadInterrupted     the reader restarted its chip: present the card again
            ├── CardUnusable        it is a tag
            ├── SeveralCards        present one alone
            └── …                   cards/errors.py, reception/failures.py, reception/face/

`Cancelled` stands apart: the program itself ended a wait. Errors carry data, no prose: what to
tell people is in `kazashi.words`.
"""

from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum, auto, unique

from kazashi_wire.messages import Fault


@dataclass(eq=False)
class Cancelled(Exception):
    """The `cancel` of a wait was set. Reader and card can still be used.

    `was_sent`: the command was on its way to the card, and may have taken effect.
    """

    was_sent: bool = False


class KazashiError(Exception):
    """Base of every error that this package raises, but ValueError for misuse.

    `str` shows its fields, for logs; `kazashi.words.words_of` is for people.
    """

    def __str__(self) -> str:
        names = [each.name for each in fields(self)] if is_dataclass(self) else []
        return ", ".join(f"{name}={getattr(self, name)!r}" for name in names)


@dataclass(eq=False)
class NotWritten(KazashiError):
    """The file at `where` could not be written. `reason`: in the system's words."""

    where: str
    reason: str


class ReaderError(KazashiError):
    """Base of everything that the reader, its cable or a card can do to a program."""


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
    """None is attached."""


@dataclass(eq=False)
class ReaderNotFound(NoReader):
    """There is none at `where`, the URL asked for. `reason`: in the system's words."""

    where: str
    reason: str


@dataclass(eq=False)
class ReaderBusy(LinkError):
    """The port at `where` is there and cannot be used. `reason`: in the system's words."""

    where: str
    reason: str


@dataclass(eq=False)
class SeveralReaders(LinkError):
    """`urls` are the readers to choose from."""

    urls: list[str]


class ReaderUnplugged(LinkError):
    """The line to the reader ended."""


@dataclass(eq=False)
class ReaderSilent(LinkError):
    """`waited_s`: how long nothing came."""

    waited_s: float


@dataclass(eq=False)
class FirmwareStopped(LinkError):
    """`said`: what came instead of an answer, in one line."""

    said: str


@dataclass(eq=False)
class NoFirmware(FirmwareStopped):
    """MicroPython's prompt answers, and no firmware."""

    said: str = ">>> "


class ProtocolError(ReaderError):
    """Host and firmware disagree."""


@unique
class Side(Enum):
    """Which of the two is outdated."""

    READER = auto()
    HOST = auto()
    NEITHER = auto()  # the same revision with other layouts: one of them is a private build


@dataclass(eq=False)
class VersionMismatch(ProtocolError):
    """`ours` and `theirs` are the revisions of the wire."""

    ours: int
    theirs: int
    outdated: Side = field(init=False)

    def __post_init__(self) -> None:
        sides = {True: Side.READER, False: Side.HOST}
        same = self.ours == self.theirs
        self.outdated = Side.NEITHER if same else sides[self.ours > self.theirs]


@dataclass(eq=False)
class UnexpectedAnswer(ProtocolError):
    """`got` and `asked` are names of messages."""

    got: str
    asked: str


@dataclass(eq=False)
class MalformedAnswer(ProtocolError):
    """`reason`: what does not fit, for engineers."""

    reason: str


@dataclass(eq=False)
class UnknownValue(ProtocolError):
    """`value` of a field `name` is not in this revision of the wire."""

    name: str
    value: int


class PartLost(ProtocolError):
    """A part of a response is missing, or another message came in its place."""


class TooManyMessages(ProtocolError):
    """The reader sends more messages than were asked for."""


class EndlessReading(ProtocolError):
    """The reader reads a card by itself and does not end."""


class EventLost(ProtocolError):
    """The reader found a card, and the message about it did not come."""


class EndlessResponse(ProtocolError):
    """The card's response is longer than any response may be."""


@dataclass(eq=False)
class ReaderFault(ReaderError):
    """`fault` says what; `detail` is explained there."""

    fault: Fault
    detail: int = 0


class ReaderHot(ReaderFault):
    """The PN532 is too hot, or its antenna draws too much. `detail` is its status byte."""


class CardError(ReaderError):
    """The card: ask the person to present it again, or another."""


@dataclass(eq=False)
class NoCard(CardError):
    """`waited_s`: how long the reader looked; None if a card was used that is not there."""

    waited_s: float | None = None


@dataclass(eq=False)
class CardGone(CardError):
    """`status`: the chip's status byte."""

    status: int = 0


@dataclass(eq=False)
class CardGarbled(CardError):
    """Its answers come, and are damaged each time. `status`: the chip's status byte."""

    status: int = 0


@dataclass(eq=False)
class CardProtocolBroken(CardError):
    """`block`: first byte of the block that has no place."""

    block: int = 0


@dataclass(eq=False)
class CardTooSlow(CardError):
    """Its answers, or one of them, took longer than `Limits` allow. `waited_s`: for the last."""

    waited_s: float


class ReadInterrupted(CardError):
    """The PN532 fell silent in the middle; the reader has reset it and works again."""


class CardUnusable(CardError):
    """A tag without ISO/IEC 14443-4."""


class SeveralCards(CardError):
    """Their answers collided."""
