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
    │   └── ReaderHot           let it cool down for some seconds
    ├── NotFlashed              the board did not take its firmware: see `reason`
    │   └── WrongBoard          it is another one
    └── CardError               the card: ask the person
        ├── NoCard              none came in time, or it is not there any more
        ├── CardGone            it left during the exchange: present it again
        ├── CardGarbled         its answers come damaged: lay it down otherwise
        ├── CardProtocolBroken  it answers nonsense
        ├── CardTooSlow         it took longer than it may: present it again, or another
        ├── ReadInterrupted     the reader mended itself: present it again
        ├── PinOutcomeUnknown   lost while the PIN was shown: read the tries left first
        ├── CodeOutcomeUnknown  the same for 照合番号B
        ├── CardUnusable        it is a tag
        ├── SeveralCards        present one alone
        ├── NotAMyNumberCard    it has no JPKI application
        ├── SurfaceAbsent       it has no application for its face: a phone
        ├── NotGenuine          it is a copy, or nobody vouches for it: see `reason`
        ├── MalformedResponse   its answer has no status word
        ├── AnswersTooShort     it gives a few bytes at a time, without an end
        ├── MalformedFile       a file on it is not what it should be
        ├── NoCertificate       it was issued without one for user authentication
        ├── PhotoUnusable       its photo shows no face: reception/face/matching.py
        ├── WrongToken          a phone for a card, or the reverse: in reception/
        ├── LastTry             one more wrong PIN blocks it: ask first
        ├── FewTriesLeft        few more wrong codes block it: another way
        └── CardStatus          it refused a command: see `status`
            ├── PinRequired     show the PIN first
            ├── WrongPin        see `tries_left`
            ├── PinBlocked      the municipality can reset it
            ├── PinAbsent       it was issued without one
            ├── CodeRequired    show 照合番号B first
            ├── WrongCode       see `tries_left`
            └── CodeBlocked     the municipality can reset it

`Cancelled` stands apart: the program itself ended a wait. Misuse is ValueError. Each text is one
line that tells a person what to do next; `on_screen` says it to the patient, in plain Japanese.
"""

from enum import Enum, auto, unique

from kazashi_wire.messages import Fault


class Cancelled(Exception):
    """The `cancel` of a wait was set. Reader and card can still be used.

    `was_sent`: the command was on its way to the card, and may have taken effect.
    """

    def __init__(self, *, was_sent: bool = False) -> None:
        self.was_sent = was_sent
        super().__init__("the wait was cancelled")


class ReaderError(Exception):
    """Base of everything that the reader, its cable or a card can do to a program."""

    on_screen: str = "カードリーダーが使えません。係の者をお呼びください。"


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
        super().__init__(
            f"the reader's firmware stopped ({said}): "
            "put it on the board again, kazashi flash BOARD"
        )


class ProtocolError(ReaderError):
    """Host and firmware disagree: update one of them."""


class VersionMismatch(ProtocolError):
    """`ours` and `theirs` are the revisions of the wire."""

    def __init__(self, ours: int, theirs: int) -> None:
        self.ours, self.theirs = ours, theirs
        if ours > theirs:
            advice = "update the reader's firmware, kazashi flash BOARD"
        elif ours < theirs:
            advice = "update this host's kazashi"
        else:
            advice = "same revision, other layouts: install host and firmware from one release"
        super().__init__(f"reader speaks wire revision {theirs}, this host {ours}: {advice}")


_FAULTS = {
    Fault.UNKNOWN_REQUEST: "does not know the request: update its firmware, kazashi flash BOARD",
    Fault.MALFORMED_REQUEST: "did not understand the request: update host and firmware",
    Fault.CHIP_SILENT: "gets no answer from its PN532: check the module's wiring and power",
    Fault.CHIP_REFUSED: "had a command refused by its PN532: report it, with the code",
    Fault.COMMAND_CUT: "got only the beginning of a command: try again",
    Fault.NO_SESSION: "has no authenticated session in this firmware",
    Fault.INTERNAL: "met an error in its firmware: try again, and report it",
    Fault.COOL_DOWN: "is too hot, its field is off: take all cards away, wait for ten seconds",
}


class ReaderFault(ReaderError):
    """`fault` says what; `detail` is explained there."""

    def __init__(self, fault: Fault, detail: int = 0) -> None:
        self.fault, self.detail = fault, detail
        super().__init__(f"the reader {_FAULTS[fault]} (fault {int(fault)}, code {detail:02X})")


class ReaderHot(ReaderFault):
    """The PN532 is too hot, or its antenna draws too much. `detail` is its status byte."""

    on_screen = "しばらくお待ちください。カードを取り、十秒ほど待って、もう一度置いてください。"


class NotFlashed(ReaderError):
    """The firmware was not put on the board. `reason` and `advice`: why, and what to do."""

    def __init__(self, reason: str, advice: str) -> None:
        self.reason, self.advice = reason, advice
        super().__init__(f"not flashed, {reason}: {advice}")


class WrongBoard(NotFlashed):
    """`asked` and `found`: what MicroPython calls them."""

    def __init__(self, asked: str, found: str) -> None:
        self.asked, self.found = asked, found
        super().__init__(
            f"this is a {found}, not a {asked}",
            "name the board that is attached, or attach the board that you named",
        )


class MicroPythonTooOld(NotFlashed):
    """`found` and `needed`: versions, such as 1.23."""

    def __init__(self, found: str, needed: str) -> None:
        self.found, self.needed = found, needed
        super().__init__(
            f"its MicroPython is {found}",
            f"put {needed} or newer on it: micropython.org/download",
        )


class CardError(ReaderError):
    """The card: ask the person to present it again, or another."""

    on_screen = "もう一度、カードを置き直してください。"


class NoCard(CardError):
    """`waited_s`: how long the reader looked; None where a card was used that is not there."""

    on_screen = "カードが読み取れません。ケースから出し、平らに置いてください。"

    def __init__(self, waited_s: float | None = None) -> None:
        self.waited_s = waited_s
        seen = "no card is on the reader" if waited_s is None else f"no card in {waited_s:g} s"
        super().__init__(f"{seen}: lay it flat on the reader, out of its case")


class CardGone(CardError):
    """`status`: the chip's status byte."""

    on_screen = "読み取りの途中でカードが離れました。もう一度置き、そのままお待ちください。"

    def __init__(self, status: int = 0) -> None:
        self.status = status
        super().__init__("the card was taken away too early: lay it down again and leave it there")


class CardGarbled(CardError):
    """Its answers come, and are damaged each time. `status`: the chip's status byte."""

    on_screen = "カードをうまく読み取れません。ケースから出し、平らに置き直してください。"

    def __init__(self, status: int = 0) -> None:
        self.status = status
        super().__init__(
            f"the card's answers are garbled (code {status:02X}): "
            "lay it flat on the reader, out of its case, away from metal and other cards"
        )


class CardProtocolBroken(CardError):
    """`block`: first byte of the block that has no place."""

    def __init__(self, block: int = 0) -> None:
        self.block = block
        super().__init__(f"the card answers out of order (block {block:02X}): lay it down again")


class CardTooSlow(CardError):
    """Its answers, or one of them, took longer than `Limits` allow. `waited_s`: for the last."""

    def __init__(self, waited_s: float) -> None:
        self.waited_s = waited_s
        super().__init__(
            f"the card is too slow ({waited_s:.1f} s for the last command): "
            "lay it down again, or present another"
        )


class ReadInterrupted(CardError):
    """The PN532 fell silent in the middle; the reader has reset it and works again."""

    def __init__(self) -> None:
        super().__init__("the reader had to restart its PN532: lay the card down again")


class PinOutcomeUnknown(CardError):
    """Card or reader were lost while the PIN was shown, for the reason in `__cause__`.

    It may have counted. Read the tries left before anything else; never show the PIN again unasked.
    """

    on_screen = "暗証番号を確認できませんでした。カードをもう一度置いてください。"

    def __init__(self) -> None:
        super().__init__(
            "lost while the PIN was checked, it may have counted as a try: "
            "lay the card down again and read how many tries are left"
        )


class CodeOutcomeUnknown(CardError):
    """Card or reader were lost while 照合番号B was shown, for the reason in `__cause__`."""

    on_screen = "カードの券面を確認できませんでした。カードをもう一度置いてください。"

    def __init__(self) -> None:
        super().__init__(
            "lost while the code of the card's face (照合番号B) was checked, it may have counted "
            "as a try: lay the card down again and read how many tries are left"
        )


class CardUnusable(CardError):
    """A tag without ISO/IEC 14443-4."""

    on_screen = "このカードは使えません。マイナンバーカードを置いてください。"

    def __init__(self) -> None:
        super().__init__("this is a tag, not a My Number Card: present the My Number Card")


class SeveralCards(CardError):
    """Their answers collided."""

    on_screen = "カードが二枚以上あります。マイナンバーカードだけを置いてください。"

    def __init__(self) -> None:
        super().__init__("several cards are on the reader: present the My Number Card alone")


class NotAMyNumberCard(CardError):
    """It speaks APDUs and has no JPKI application."""

    on_screen = "マイナンバーカードではありません。マイナンバーカードを置いてください。"

    def __init__(self) -> None:
        super().__init__("this is not a My Number Card (no JPKI): present the My Number Card")


class SurfaceAbsent(CardError):
    """It has none of the surface applications (券面AP): most likely a phone."""

    on_screen = "この方法は、マイナンバーカードだけで使えます。カードを置いてください。"

    def __init__(self) -> None:
        super().__init__(
            "this tells nothing of a card's face, it may be a phone: "
            "present the My Number Card itself, or use the PIN"
        )


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


_DOUBTS = {
    Doubt.UNKNOWN_ISSUER: "its issuer is none of the configured trust anchors",
    Doubt.FALSE_CERTIFICATE: "its certificate was not signed by its issuer",
    Doubt.AUTHORITY: "its certificate is an authority's, not a person's",
    Doubt.UNKNOWN_EXTENSION: "its certificate has a critical extension that is not understood",
    Doubt.WEAK_KEY: "the key of its certificate is not RSA of 2048 bits or more",
    Doubt.OTHER_POLICY: "its certificate was issued under none of the configured policies",
    Doubt.OTHER_PURPOSE: "its certificate is not for signatures of a person",
    Doubt.OUTLIVES_ISSUER: "its issuer was not valid all the time that its certificate is",
    Doubt.CHANGED_RECORD: "what it shows is not what its issuer signed",
    Doubt.COPIED_CHIP: "its chip does not have the key that belongs to what it shows",
}


class NotGenuine(CardError):
    """`reason`: a `Doubt`."""

    on_screen = "このカードは確認できません。係の者をお呼びください。"

    def __init__(self, reason: Doubt) -> None:
        self.reason = reason
        super().__init__(
            f"this card is not proved to be genuine, {_DOUBTS[reason]}: "
            "check the person and the card by eye, and the reader's trust anchors"
        )


class MalformedResponse(CardError):
    """`size`: bytes of the response."""

    def __init__(self, size: int) -> None:
        self.size = size
        super().__init__(f"the card's answer of {size} bytes has no status: lay it down again")


class AnswersTooShort(CardError):
    """It gives a few bytes for each command, so that a file would take thousands of commands."""

    on_screen = "このカードは読み取れません。係の者をお呼びください。"

    def __init__(self) -> None:
        super().__init__(
            "the card answers in too many short pieces: lay it down again, or present another"
        )


class MalformedFile(CardError):
    """`name`: which file."""

    on_screen = "このカードは読み取れません。係の者をお呼びください。"

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"the {name} on this card is not readable: ask for another way to check in"
        )


class NoCertificate(CardError):
    """It was issued without the certificate for user authentication (利用者証明用電子証明書)."""

    on_screen = (
        "このカードには、利用者証明用電子証明書が入っていません。"
        "お住まいの市区町村の窓口で発行を受けてください。今日は係の者をお呼びください。"
    )

    def __init__(self) -> None:
        super().__init__(
            "this card has no certificate for user authentication, the municipality can issue it: "
            "ask for another way to check in"
        )


class LastTry(CardError):
    """One try is left, and was not used."""

    on_screen = "暗証番号は、あと一回まちがえると使えなくなります。続けるかどうかお選びください。"

    def __init__(self) -> None:
        super().__init__("only one try is left, a wrong PIN would block it: ask before going on")


class FewTriesLeft(CardError):
    """`tries_left` of 照合番号B, and none was used."""

    def __init__(self, tries_left: int) -> None:
        self.tries_left = tries_left
        self.on_screen = (
            f"カードの券面の番号は、あと{tries_left}回まちがえると使えなくなるため、確認しません。"
            "ほかの方法をお選びください。"
        )
        super().__init__(
            f"the code of the card's face (照合番号B) has {tries_left} tries left, wrong ones "
            "would block it: use the PIN or visual check"
        )


class CardStatus(CardError):
    """`status`: SW1 SW2; `instruction`: INS of the command refused."""

    on_screen = "このカードでは手続きできません。係の者をお呼びください。"

    def __init__(self, status: int, instruction: int = 0, text: str = "") -> None:
        self.status, self.instruction = status, instruction
        super().__init__(text or f"the card refused command {instruction:02X}: status {status:04X}")


class PinRequired(CardStatus):
    """The card, or phone, wants its PIN first."""

    on_screen = "先に、四けたの暗証番号を入力してください。"

    def __init__(self, status: int = 0x6982, instruction: int = 0) -> None:
        super().__init__(status, instruction, "this needs the 4-digit PIN first: enter it")


class WrongPin(CardStatus):
    """`tries_left` before the PIN is blocked; None: the card counts none."""

    def __init__(self, tries_left: int | None) -> None:
        self.tries_left = tries_left
        self.on_screen = "暗証番号がちがいます。"
        if tries_left is None:
            super().__init__(0x6300, 0x20, "wrong PIN: enter it again")
            return
        self.on_screen += f"あと{tries_left}回入力できます。"
        super().__init__(0x63C0 | tries_left, 0x20, f"wrong PIN: {tries_left} tries left")


class PinBlocked(CardStatus):
    """Too many wrong ones."""

    on_screen = "暗証番号が使えなくなっています。ほかの方法をお選びください。"

    def __init__(self) -> None:
        super().__init__(
            0x6984,
            0x20,
            "the PIN is blocked: choose another way; the municipality can reset it",
        )


class PinAbsent(CardStatus):
    """The card was issued without a PIN (顔認証マイナンバーカード). Never ask for one."""

    on_screen = "暗証番号のないカードです。ほかの方法をお選びください。"

    def __init__(self, status: int = 0x6A82) -> None:
        super().__init__(status, 0x20, "this card has no PIN: choose another way")


class CodeRequired(CardStatus):
    """The card wants 照合番号B first."""

    on_screen = "カードの券面の番号を、先に入力してください。"

    def __init__(self, status: int = 0x6982, instruction: int = 0) -> None:
        super().__init__(
            status,
            instruction,
            "this needs the code of the card's face (照合番号B) first: enter it",
        )


class WrongCode(CardStatus):
    """`tries_left` before 照合番号B is blocked; None: the card counts none."""

    def __init__(self, tries_left: int | None) -> None:
        self.tries_left = tries_left
        self.on_screen = "カードの券面の番号がちがいます。"
        seen, status = "wrong code of the card's face (照合番号B)", 0x6300
        if tries_left is not None:
            self.on_screen += f"あと{tries_left}回まちがえると使えなくなります。"
            seen, status = f"{seen}, {tries_left} tries left", 0x63C0 | tries_left
        advice = "compare birth, expiry and security code with the card"
        super().__init__(status, 0x20, f"{seen}: {advice}")


class CodeBlocked(CardStatus):
    """Too many wrong ones."""

    on_screen = "カードの券面の番号が使えなくなっています。ほかの方法をお選びください。"

    def __init__(self) -> None:
        super().__init__(
            0x6984,
            0x20,
            "the code of the card's face (照合番号B) is blocked: use the PIN or visual check; "
            "the municipality can reset it",
        )
