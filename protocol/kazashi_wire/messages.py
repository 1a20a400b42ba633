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
REVISION = 7


@unique
class Technology(IntEnum):
    """How a card speaks."""

    TYPE_A = 1  # ISO/IEC 14443 Type A: most phones
    TYPE_B = 2  # ISO/IEC 14443 Type B: the My Number Card
    APPLE_ECP = 4  # in a request only: Apple's polling frame, which wakes the Wallet; for TYPE_A


@unique
class BitRate(IntEnum):
    """Bit rate in one direction: 106 kbit/s × 2**value."""

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
    CARD_GONE = 4  # it left or stopped answering in an exchange; `detail`: the chip's status byte
    CARD_PROTOCOL = 5  # the card broke ISO/IEC 14443-4; `detail` is the block's first byte
    CHIP_SILENT = 6  # the PN532 does not answer; `detail` is the command
    CHIP_REFUSED = 7  # the PN532 refused; `detail` is its status byte
    COMMAND_CUT = 8  # the host did not send all parts of a command
    NO_SESSION = 9  # this firmware has no authenticated session
    INTERNAL = 10  # an error in the firmware; a `Log` event says which
    CHIP_RESTARTED = 11  # the PN532 stopped answering and was reset: present the card again
    COOL_DOWN = 12  # the PN532 is too hot, or its antenna draws too much; `detail`: its status byte
    CARD_GARBLED = 13  # every answer arrives damaged; `detail` is the chip's status byte
    CARD_IN_USE = 14  # a PC/SC program uses the card


@unique
class ResetCause(IntEnum):
    """Why the board started. Numbers are on the wire: never reuse one."""

    POWER_ON = 1  # it was plugged in, or its RUN pin was pulled
    WATCHDOG = 2  # the firmware hung
    RECOVERY = 3  # the firmware restarted itself: a reset did not bring the PN532 back
    REQUEST = 4  # on request: `Maintain`, BOOTSEL, or at MicroPython's prompt


@unique
class Examination(IntEnum):
    """What `Examine` tests; the comments give the content of `Examined`. Never reuse a number."""

    # 1 if the IRQ line is used; 1 if RSTPD_N is; UTF-8, one line each: bus, the machine that the
    # firmware is for, the machine that it runs on.
    BOARD = 1
    CHIP = 2  # the answer to GetFirmwareVersion, from a PN532 or another chip
    LINE = 3  # 1: the bytes sent came back (Diagnose 00)
    ROM = 4  # 0: good (Diagnose 01)
    RAM = 5  # 0: good (Diagnose 02)
    ANTENNA = 6  # answer to Diagnose 07, then Andet_Control; bit 7: draws too little; 6: too much
    FIELD = 7  # CIU_TxControl with the field on, then with it off; bits 1 and 0: the drivers are on
    IRQ = 8  # level of the line when idle, while an answer waits, and after it was read
    RESET = 9  # 1: the chip answers although RSTPD_N is held low
    # Numbers of longest frames sent, returned whole, repeated; bits per second (Int32ub).
    SPEED = 10


@unique
class Signal(IntEnum):
    """Signals to people, by LED and buzzer. Numbers are on the wire: never reuse one.

    The first three last until the next signal; the others are shown once.
    """

    READY = 1  # lay a card down
    CARD_FOUND = 2  # leave it there
    READING = 3  # leave it there
    DONE = 4  # take it away
    FAILED = 5  # call the staff
    TRY_AGAIN = 6  # lay it down again


# --- requests, host → reader -------------------------------------------------------------------


class Hello(Message, kind=0x01):
    """Open the conversation. Answer: `Welcome`. These two layouts never change."""

    revision: int = wire(Int16ub)
    fingerprint: bytes = wire(Bytes(4))  # of all layouts


class Watch(Message, kind=0x02):
    """Switch the field on and look for one card. Answer: `Done`, then events.

    The search ends when a card is found. When that card is lost, the field goes off until the next
    Watch, so no other card is ever taken for it. The card's session also ends `lease_s` after the
    last `Transmit` or `Keep` with its number: a verified PIN does not outlive its host. So does a
    search, `lease_s` after the last `Keep`, with `CardLost`: the field is for others then.
    """

    fastest: int = wire(Int8ub)  # highest `BitRate` to try with Type B, if the card offers it
    period_ms: int = wire(Int16ub)  # from the start of one search to the next, at least
    lease_s: int = wire(Int8ub)  # 1 to 255
    order: bytes = wire(GreedyBytes)  # the order of a search: one to eight `Technology` bytes


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
    """Ask for counters and state of the reader. Answer: `Health`."""


class Arm(Message, kind=0x07):
    """Read the next card found without being asked: see `Ahead`. Answer: `Done`.

    The reader selects the application, then reads the certificate and the token's label; only the
    label if the certificate requires a PIN. `Rest` and `Hello` disarm.
    """

    certificate: int = wire(Int8ub)  # short identifier of its file, DER
    label: int = wire(Int8ub)  # short identifier of the file that tells cards from phones
    label_size: int = wire(Int8ub)
    is_closing: int = wire(Int8ub)  # 1: tell an iPhone that this was the last command
    guess: int = wire(Int16ub)  # bytes of the certificate for the first READ; 0: unknown
    select: bytes = wire(GreedyBytes)  # the command APDU that selects the application


class Maintain(Message, kind=0x08):
    """Restart, and stay at MicroPython's prompt. Answer: `Done`, then the line ends.

    This layout never changes, so a reader of any release can be updated to any other.
    """


class Examine(Message, kind=0x09):
    """Run one self test. Answer: `Examined`. This ends the card's session.

    The reader only reports what it finds; the host judges it.
    """

    examination: int = wire(Int8ub)  # an `Examination`


class Show(Message, kind=0x0A):
    """Show people the result. Answer: `Done`.

    The reader shows a `Watch`, a card and faults by itself; only the host knows the result.
    """

    signal: int = wire(Int8ub)  # a `Signal`: DONE, FAILED or TRY_AGAIN


class Keep(Message, kind=0x0B):
    """Renew the search, or the card's session, by `lease_s` of its `Watch`. Answer: `Done`.

    Once a card is found, only its number counts: with any other the answer is NO_CARD.
    """

    card: bytes = wire(Bytes(4))  # of `CardFound`; during the search, zeros


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
    mac: bytes = wire(GreedyBytes)  # MAC of the stream in an authenticated session; else empty


class HandshakeReply(Message, kind=0x45):
    """The reader's step of an authenticated session. Reserved."""

    step: int = wire(Int8ub)
    data: bytes = wire(GreedyBytes)


class Health(Message, kind=0x46):
    """Counters of recovery. They begin at 0 when the board starts."""

    reset_cause: int = wire(Int8ub)  # a `ResetCause`
    reboots: int = wire(Int16ub)  # since power-on, for any cause
    uptime_s: int = wire(Int32ub)
    heap_used: int = wire(Int32ub)  # bytes, after a collection
    heap_free: int = wire(Int32ub)
    retries: int = wire(Int32ub)  # a block of the card or a frame of the chip was requested again
    repolls: int = wire(Int32ub)  # a card was lost while it was activated, and searched for again
    field_offs: int = wire(Int32ub)  # the field was switched off to start afresh
    chip_resets: int = wire(Int32ub)  # the PN532 did not answer, or refused, and was reset


class Rested(Message, kind=0x47):
    """The field is off. The result of the last `Watch`, in case an event was lost."""

    searches: int = wire(Int32ub)  # completed searches; 0: the reader did not search
    has_found: int = wire(Int8ub)  # 1: a card was found


class Examined(Message, kind=0x49):
    """The result of a self test."""

    fault: int = wire(Int8ub)  # the `Fault` of the chip that ended it; 0: completed
    seen: bytes = wire(GreedyBytes)  # see `Examination`; empty after a fault


class Failed(Message, kind=0x4F):
    """The request failed or was not completed. Number 0: the search has ended."""

    fault: int = wire(Int8ub)  # a `Fault`
    detail: int = wire(Int8ub)  # see `Fault`; else 0


# --- events, reader → host ---------------------------------------------------------------------


class CardFound(Message, kind=0x81):
    """A card entered the field and is ready for APDUs."""

    technology: int = wire(Int8ub)  # a `Technology`
    to_card: int = wire(Int8ub)  # a `BitRate`
    from_card: int = wire(Int8ub)  # a `BitRate`
    card: bytes = wire(Bytes(4))  # a new random number: every request to this card must carry it
    answer: bytes = wire(GreedyBytes)
    # Type B: ATQB, 12 bytes, ISO/IEC 14443-3 §7.9; PUPI zeroed, since it never leaves the reader.
    # Type A: ATQA (2), SAK (1), ATS (ISO/IEC 14443-4 §5.2); the UID never leaves the reader.


class CardLost(Message, kind=0x82):
    """The card left the field while no request to it was running."""


class CardRefused(Message, kind=0x83):
    """Something is in the field that cannot be used."""

    refusal: int = wire(Int8ub)  # a `Refusal`


class Ahead(Message, kind=0x85):
    """A command that an armed reader sends to the card. `Part`s and an `End` (number 0) follow.

    Offsets of the parts continue from one response to the next, so a response after a loss is not
    taken for the lost one. After the last response, an `End` gives the sum of all bytes.
    """

    command: bytes = wire(GreedyBytes)  # APDU; empty: there is nothing more to read


class Log(Message, kind=0x84):
    """A line of the firmware's log, for engineers."""

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
    """Everything that both sides must agree on, one item a line."""
    lines = [f"frame {frame.SYNC.hex()} {frame.HEADER_SIZE} {frame.CRC_SIZE} {frame.MAX_PAYLOAD}"]
    lines += [f"{m.kind:02x} {m.__name__} {m.format} {m.field_names()}" for m in MESSAGES]
    lines += [f"{e.__name__}.{member.name} {member.value}" for e in ENUMS for member in e]
    return "\n".join(lines)


FINGERPRINT = crc32(layouts().encode()).to_bytes(4, "big")
