"""What can go wrong, sorted by what the caller can do about it.

    ReaderError                 base; catch it to catch everything below
    ├── LinkError               the cable: reconnect, then retry
    │   ├── NoReader            none is attached, or not there
    │   ├── ReaderBusy          another program has it, or we may not
    │   ├── SeveralReaders      say which
    │   ├── ReaderUnplugged     it went away
    │   ├── ReaderSilent        it is there and does not answer
    │   └── FirmwareStopped     its program ended: see `said`
    ├── ProtocolError           host and firmware disagree: update one of them
    │   └── VersionMismatch     says which
    ├── ReaderFault             the firmware reported a fault: see `fault`
    └── CardError               the card: ask the person
        ├── NoCard              none came in time, or it is not there any more
        ├── CardGone            it left during the exchange: present it again
        ├── CardProtocolBroken  it answers nonsense
        ├── CardUnusable        it is a tag
        ├── SeveralCards        present one alone
        ├── NotAMyNumberCard    it has no JPKI application
        ├── MalformedResponse   its answer has no status word
        ├── MalformedFile       a file on it is not what it should be
        ├── LastTry             one more wrong PIN blocks it: ask first
        └── CardStatus          it refused a command: see `status`
            ├── PinRequired     show the PIN first
            ├── WrongPin        see `tries_left`
            └── PinBlocked      the municipality can reset it

Misuse is ValueError. Each text is one line that tells a person what to do next.
"""

from kazashi_wire.messages import Fault


class ReaderError(Exception):
    """Base of everything that the reader, its cable or a card can do to a program."""


class LinkError(ReaderError):
    """The cable: reconnect, then retry."""


class NoReader(LinkError):
    """`where` is the URL asked for; empty: any."""

    def __init__(self, where: str = "", reason: str = "") -> None:
        self.where = where
        place = f"no reader at {where}" if where else "no reader is attached"
        because = f" ({reason})" if reason else ""
        super().__init__(f"{place}{because}: plug one in, or try --reader sim:")


class ReaderBusy(LinkError):
    """The port at `where` is there, and not for us."""

    def __init__(self, where: str, reason: str) -> None:
        self.where = where
        super().__init__(
            f"the reader at {where} cannot be opened ({reason}): "
            "close the program that uses it, or ask for the right to use the port"
        )


class SeveralReaders(LinkError):
    """`urls` are the readers to choose from."""

    def __init__(self, urls: list[str]) -> None:
        self.urls = urls
        super().__init__(f"several readers are attached, choose with --reader: {', '.join(urls)}")


class ReaderUnplugged(LinkError):
    """The line to the reader ended."""

    def __init__(self) -> None:
        super().__init__("the reader was unplugged or restarted: check its cable, then try again")


class ReaderSilent(LinkError):
    """`waited_s`: how long nothing came."""

    def __init__(self, waited_s: float) -> None:
        self.waited_s = waited_s
        super().__init__(
            f"the reader has not answered for {waited_s:g} s: unplug it, plug it in, try again"
        )


class FirmwareStopped(LinkError):
    """`said`: what came instead of an answer, in one line."""

    def __init__(self, said: str) -> None:
        self.said = said
        super().__init__(f"the reader's firmware stopped ({said}): put it on the board again")


class ProtocolError(ReaderError):
    """Host and firmware disagree: update one of them."""


class VersionMismatch(ProtocolError):
    """`ours` and `theirs` are the revisions of the wire."""

    def __init__(self, ours: int, theirs: int) -> None:
        self.ours, self.theirs = ours, theirs
        if ours > theirs:
            advice = "update the reader's firmware"
        elif ours < theirs:
            advice = "update this host's kazashi"
        else:
            advice = "same revision, other layouts: install host and firmware from one release"
        super().__init__(f"reader speaks wire revision {theirs}, this host {ours}: {advice}")


_FAULTS = {
    Fault.UNKNOWN_REQUEST: "does not know the request: update its firmware",
    Fault.MALFORMED_REQUEST: "did not understand the request: update host and firmware",
    Fault.CHIP_SILENT: "gets no answer from its PN532: check the module's wiring and power",
    Fault.CHIP_REFUSED: "had a command refused by its PN532: report it, with the code",
    Fault.COMMAND_CUT: "got only the beginning of a command: try again",
    Fault.NO_SESSION: "has no authenticated session in this firmware",
    Fault.INTERNAL: "met an error in its firmware: try again, and report it",
}


class ReaderFault(ReaderError):
    """`fault` says what; `detail` is explained there."""

    def __init__(self, fault: Fault, detail: int = 0) -> None:
        self.fault, self.detail = fault, detail
        super().__init__(f"the reader {_FAULTS[fault]} (fault {int(fault)}, code {detail:02X})")


class CardError(ReaderError):
    """The card: ask the person to present it again, or another."""


class NoCard(CardError):
    """`waited_s`: how long the reader looked; None where a card was used that is not there."""

    def __init__(self, waited_s: float | None = None) -> None:
        self.waited_s = waited_s
        seen = "no card is on the reader" if waited_s is None else f"no card in {waited_s:g} s"
        super().__init__(f"{seen}: lay it flat on the reader, out of its case")


class CardGone(CardError):
    """`status`: the chip's status byte."""

    def __init__(self, status: int = 0) -> None:
        self.status = status
        super().__init__("the card was taken away too early: lay it down again and leave it there")


class CardProtocolBroken(CardError):
    """`block`: first byte of the block that has no place."""

    def __init__(self, block: int = 0) -> None:
        self.block = block
        super().__init__(f"the card answers out of order (block {block:02X}): lay it down again")


class CardUnusable(CardError):
    """A tag without ISO/IEC 14443-4."""

    def __init__(self) -> None:
        super().__init__("this is a tag, not a My Number Card: present the My Number Card")


class SeveralCards(CardError):
    """Their answers collided."""

    def __init__(self) -> None:
        super().__init__("several cards are on the reader: present the My Number Card alone")


class NotAMyNumberCard(CardError):
    """It speaks APDUs and has no JPKI application."""

    def __init__(self) -> None:
        super().__init__("this is not a My Number Card (no JPKI): present the My Number Card")


class MalformedResponse(CardError):
    """`size`: bytes of the response."""

    def __init__(self, size: int) -> None:
        self.size = size
        super().__init__(f"the card's answer of {size} bytes has no status: lay it down again")


class MalformedFile(CardError):
    """`name`: which file."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"the {name} on this card is not readable: ask for another way to check in"
        )


class LastTry(CardError):
    """One try is left, and was not used."""

    def __init__(self) -> None:
        super().__init__("only one try is left, a wrong PIN would block it: ask before going on")


class CardStatus(CardError):
    """`status`: SW1 SW2; `instruction`: INS of the command refused."""

    def __init__(self, status: int, instruction: int = 0, text: str = "") -> None:
        self.status, self.instruction = status, instruction
        super().__init__(text or f"the card refused command {instruction:02X}: status {status:04X}")


class PinRequired(CardStatus):
    """The card, or phone, wants its PIN first."""

    def __init__(self, status: int = 0x6982, instruction: int = 0) -> None:
        super().__init__(status, instruction, "this needs the 4-digit PIN first: enter it")


class WrongPin(CardStatus):
    """`tries_left` before the PIN is blocked."""

    def __init__(self, tries_left: int) -> None:
        self.tries_left = tries_left
        super().__init__(0x63C0 | tries_left, 0x20, f"wrong PIN: {tries_left} tries left")


class PinBlocked(CardStatus):
    """Too many wrong ones."""

    def __init__(self) -> None:
        super().__init__(
            0x6984,
            0x20,
            "the PIN is blocked: use face or visual check; the municipality can reset it",
        )
