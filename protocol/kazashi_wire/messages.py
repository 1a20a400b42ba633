"""Every message between host and reader: the file to read first.

The host asks, each request with a number from 1 to 255; the reader gives one answer with the same
number, or a stream: `Part`, `Part`, … `End`. `Failed` may take the place of an answer, or end a
stream. Events come unasked and have number 0. firmware/wire.py is generated from here.
"""

from binascii import crc32
from enum import IntEnum, unique

from construct import Bytes, GreedyBytes, Int8ub, Int16ub, Int32ub

from . import frame
from .schema import Message, wire

# Increment when any layout below changes; the side with the lower number is outdated.
REVISION = 5


@unique
class Technology(IntEnum):
    """How a card speaks."""

    TYPE_A = 1  # ISO/IEC 14443 Type A: most phones
    TYPE_B = 2  # ISO/IEC 14443 Type B: the My Number Card
    APPLE_ECP = 4  # in a request only: Apple's polling frame, which wakes the Wallet; for TYPE_A


@unique
class BitRate(IntEnum):
    """Of a direction, on air: 106 kbit/s, doubled so often."""

    KBIT_106 = 0
    KBIT_212 = 1
    KBIT_424 = 2


@unique
class Refusal(IntEnum):
    """Why something in the field cannot be used. Numbers are on the wire: never reuse one."""

    NOT_ISO_DEP = 1  # a tag without ISO/IEC 14443-4
    SEVERAL_CARDS = 2  # answers collided: the PN532 has no Type B anticollision


@unique
class Fault(IntEnum):
    """Why the reader answered `Failed`. Numbers are on the wire: never reuse one."""

    UNKNOWN_REQUEST = 1
    MALFORMED_REQUEST = 2
    NO_CARD = 3  # nothing in the field: present a card
    CARD_GONE = 4  # it left, or fell silent, in an exchange; `detail` is the chip's status byte
    CARD_PROTOCOL = 5  # the card broke ISO/IEC 14443-4; `detail` is the block's first byte
    CHIP_SILENT = 6  # the PN532 does not answer; `detail` is the command
    CHIP_REFUSED = 7  # the PN532 refused; `detail` is its status byte
    COMMAND_CUT = 8  # the host stopped in the middle of a command
    NO_SESSION = 9  # this firmware has no authenticated session
    INTERNAL = 10  # an error in the firmware; a `Log` event says which
    CHIP_RESTARTED = 11  # the PN532 fell silent and was reset: present the card again
    COOL_DOWN = 12  # the PN532 is too hot, or its antenna draws too much; `detail`: its status byte
    CARD_GARBLED = 13  # its answers come, damaged each time; `detail` is the chip's status byte


@unique
class ResetCause(IntEnum):
    """Why the board started. Numbers are on the wire: never reuse one."""

    POWER_ON = 1  # it was plugged in, or its RUN pin was pulled
    WATCHDOG = 2  # the firmware hung
    RECOVERY = 3  # the firmware restarted itself: the PN532 stayed silent
    REQUEST = 4  # somebody asked for it: `Maintain`, BOOTSEL, or at MicroPython's prompt


@unique
class Examination(IntEnum):
    """What `Examine` looks at; behind it what `Examined` brings. Numbers are never reused."""

    # 1: the IRQ line is used; 1: RSTPD_N is; UTF-8, a line each: bus, the machine that the
    # firmware is for, the one that it runs on.
    BOARD = 1
    CHIP = 2  # what GetFirmwareVersion says, be it a PN532 or not
    LINE = 3  # 1: what was sent came back (Diagnose 00)
    ROM = 4  # 0: good (Diagnose 01)
    RAM = 5  # 0: good (Diagnose 02)
    ANTENNA = 6  # what Diagnose 07 says, then Andet_Control; bit 7: draws too little; 6: too much
    FIELD = 7  # CIU_TxControl with the field on, then with it off; bits 1 and 0: the drivers are on
    IRQ = 8  # the line when nothing is said, while an answer waits, and when that is read
    RESET = 9  # 1: the chip answers although RSTPD_N is held low
    # Longest frames sent, those that came back whole, those said again; bits a second (Int32ub).
    SPEED = 10


@unique
class Signal(IntEnum):
    """What the reader shows people, with LED and buzzer. Numbers are on the wire: never reuse one.

    The first three last; the others are shown once.
    """

    READY = 1  # lay a card down
    CARD_FOUND = 2  # leave it there
    READING = 3  # leave it there
    DONE = 4  # take it away
    FAILED = 5  # call somebody
    TRY_AGAIN = 6  # lay it down again


# --- requests, host → reader -------------------------------------------------------------------


class Hello(Message, kind=0x01):
    """Who is there? Answer: `Welcome`. These two layouts never change."""

    revision: int = wire(Int16ub)
    fingerprint: bytes = wire(Bytes(4))  # of all layouts


class Watch(Message, kind=0x02):
    """Switch the field on and look for one card. Answer: `Done`, then events.

    It ends when a card is found. When that is lost, the field goes off until the next Watch, so
    that no other card is ever taken for it. A card also ends `lease_s` after the last `Transmit` or
    `Keep` with its number: a PIN that was verified does not outlive its host.
    """

    fastest: int = wire(Int8ub)  # a `BitRate`: up to which Type B is tried, if the card offers it
    period_ms: int = wire(Int16ub)  # from one search to the next, if a search is over sooner
    lease_s: int = wire(Int8ub)  # 1 to 255
    order: bytes = wire(GreedyBytes)  # of a search: a `Technology` each, one to eight


class Rest(Message, kind=0x03):
    """Switch the field off: the card forgets every PIN. Answer: `Rested`."""


class Transmit(Message, kind=0x04):
    """A command APDU, in one part or several with the same number. Answer: `Part`s and an `End`."""

    is_last: int = wire(Int8ub)  # 0: more parts of this command follow
    card: bytes = wire(Bytes(4))  # of `CardFound`; with any other number the answer is NO_CARD
    data: bytes = wire(GreedyBytes)


class Handshake(Message, kind=0x05):
    """A step of an authenticated session. Reserved: today's firmware answers NO_SESSION."""

    step: int = wire(Int8ub)
    data: bytes = wire(GreedyBytes)


class AskHealth(Message, kind=0x06):
    """How are you? Answer: `Health`."""


class Arm(Message, kind=0x07):
    """Read the next card found without being asked: see `Ahead`. Answer: `Done`.

    The application is selected, then come the certificate and the token's label; where the
    certificate wants a PIN first, the label alone. `Rest` and `Hello` disarm.
    """

    certificate: int = wire(Int8ub)  # short identifier of its file, DER
    label: int = wire(Int8ub)  # short identifier of the file that tells cards from phones
    label_size: int = wire(Int8ub)
    is_closing: int = wire(Int8ub)  # 1: tell an iPhone that this was the last command
    select: bytes = wire(GreedyBytes)  # the command APDU that selects the application


class Maintain(Message, kind=0x08):
    """Start again, and stay at MicroPython's prompt. Answer: `Done`, then the line ends.

    This layout never changes: it is how a reader of any release is brought to take another.
    """


class Examine(Message, kind=0x09):
    """Look at one thing that a tap needs. Answer: `Examined`. The card and its session are over.

    The reader does not judge what it sees: the host does.
    """

    examination: int = wire(Int8ub)  # an `Examination`


class Show(Message, kind=0x0A):
    """Show people how it went. Answer: `Done`.

    The reader by itself shows a `Watch`, a card, and faults; only the host knows what is done.
    """

    signal: int = wire(Int8ub)  # a `Signal`: DONE, FAILED or TRY_AGAIN


class Keep(Message, kind=0x0B):
    """Let the card live for another `lease_s` of its `Watch`. Answer: `Done`."""

    card: bytes = wire(Bytes(4))  # of `CardFound`; with any other number the answer is NO_CARD


# --- answers, reader → host --------------------------------------------------------------------


class Welcome(Message, kind=0x41):
    """The reader's side of `Hello`. These two layouts never change."""

    revision: int = wire(Int16ub)
    fingerprint: bytes = wire(Bytes(4))  # of all layouts
    firmware: bytes = wire(Bytes(3))  # major, minor, patch
    chip: bytes = wire(Bytes(4))  # IC, version, revision, support; zeros: the chip does not answer
    serial: bytes = wire(Bytes(8))  # of the board
    names: bytes = wire(GreedyBytes)  # UTF-8: board, line feed, interpreter


class Done(Message, kind=0x42):
    """The request is carried out."""


class Part(Message, kind=0x43):
    """The next bytes of an answer. An empty one: the card asked for more time."""

    offset: int = wire(Int32ub)  # bytes before these, of all that came under this number
    data: bytes = wire(GreedyBytes)


class End(Message, kind=0x44):
    """The answer is whole."""

    size: int = wire(Int32ub)  # bytes of all parts
    mac: bytes = wire(GreedyBytes)  # of the stream, in an authenticated session; else empty


class HandshakeReply(Message, kind=0x45):
    """The reader's step of an authenticated session. Reserved."""

    step: int = wire(Int8ub)
    data: bytes = wire(GreedyBytes)


class Health(Message, kind=0x46):
    """What went wrong and was mended. Counters begin at 0 when the board starts."""

    reset_cause: int = wire(Int8ub)  # a `ResetCause`
    reboots: int = wire(Int16ub)  # since power-on, whatever their cause
    uptime_s: int = wire(Int32ub)
    heap_used: int = wire(Int32ub)  # bytes, after a collection
    heap_free: int = wire(Int32ub)
    retries: int = wire(Int32ub)  # a block of the card, or a frame of the chip, was asked for again
    repolls: int = wire(Int32ub)  # a card was lost while it was woken, and looked for again
    field_offs: int = wire(Int32ub)  # the field was switched off to begin anew
    chip_resets: int = wire(Int32ub)  # the PN532 was silent, or refused, and was reset


class Rested(Message, kind=0x47):
    """The field is off. What came of the last `Watch`, in case an event was lost."""

    searches: int = wire(Int32ub)  # that came to an end; 0: the reader did not look
    has_found: int = wire(Int8ub)  # 1: a card


class Examined(Message, kind=0x49):
    """What was seen."""

    fault: int = wire(Int8ub)  # a `Fault` of the chip that ended it; 0: it came to its end
    seen: bytes = wire(GreedyBytes)  # see `Examination`; empty after a fault


class Failed(Message, kind=0x4F):
    """The request was not carried out, or not to its end. Number 0: the search has ended."""

    fault: int = wire(Int8ub)  # a `Fault`
    detail: int = wire(Int8ub)  # see there; else 0


# --- events, reader → host ---------------------------------------------------------------------


class CardFound(Message, kind=0x81):
    """A card entered the field and is ready for APDUs."""

    technology: int = wire(Int8ub)  # a `Technology`
    to_card: int = wire(Int8ub)  # a `BitRate`
    from_card: int = wire(Int8ub)  # a `BitRate`
    card: bytes = wire(Bytes(4))  # fresh and random: only who knows it may use this card
    answer: bytes = wire(GreedyBytes)
    # Type B: ATQB, 12 bytes, ISO/IEC 14443-3 §7.9; its PUPI is zeroed, it never leaves the reader.
    # Type A: ATQA (2), SAK (1), ATS (ISO/IEC 14443-4 §5.2); the UID never leaves the reader.


class CardLost(Message, kind=0x82):
    """The card left the field while nothing was asked of it."""


class CardRefused(Message, kind=0x83):
    """Something is in the field that cannot be used."""

    refusal: int = wire(Int8ub)  # a `Refusal`


class Ahead(Message, kind=0x85):
    """An armed reader sends this to the card. `Part`s and an `End` with number 0 follow.

    The offsets of the parts go on from one response to the next: no response that comes after a
    loss is taken for the one that was lost. After the last, an `End` gives the bytes of all.
    """

    command: bytes = wire(GreedyBytes)  # APDU; empty: there is nothing more to read


class Log(Message, kind=0x84):
    """A line from the firmware for whoever keeps it running."""

    text: bytes = wire(GreedyBytes)  # UTF-8


MESSAGES: tuple[type[Message], ...] = (
    *(Hello, Watch, Rest, Transmit, Handshake, AskHealth, Arm, Maintain, Examine, Show, Keep),
    *(Welcome, Done, Part, End, HandshakeReply, Health, Rested, Examined, Failed),
    *(CardFound, CardLost, CardRefused, Log, Ahead),
)
ENUMS: tuple[type[IntEnum], ...] = (
    *(Technology, BitRate, Refusal, Fault, ResetCause),
    *(Examination, Signal),
)
BY_KIND = {message.kind: message for message in MESSAGES}


def layouts() -> str:
    """All that both sides must agree on, one thing a line."""
    lines = [f"frame {frame.SYNC.hex()} {frame.HEADER_SIZE} {frame.CRC_SIZE} {frame.MAX_PAYLOAD}"]
    lines += [f"{m.kind:02x} {m.__name__} {m.format} {m.field_names()}" for m in MESSAGES]
    lines += [f"{e.__name__}.{member.name} {member.value}" for e in ENUMS for member in e]
    return "\n".join(lines)


FINGERPRINT = crc32(layouts().encode()).to_bytes(4, "big")
