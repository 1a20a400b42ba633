"""NXP PN532: commands and answers over any bus.

Ref: PN532 User Manual, NXP UM0701-02. § below are its sections.

The chip takes one command at a time: send a frame, wait for the ACK, wait for the answer. The two
waits are two calls, so that there is time for other work while a command is on air. `Bus` below
says what a bus has; the buses are bus_*.py.
"""

from time import ticks_diff, ticks_ms

from micropython import const

from health import Health
from hostframe import (
    ACK,
    CODE,
    NACK,
    NORMAL,
    PARAMETERS,
    SYNTAX_ERROR,
    Answer,
    Command,
    begins_with,
)
from octets import copy

_TYPING = const(0)  # MicroPython has no typing: what follows is compiled away there
if _TYPING:
    from collections.abc import Callable
    from typing import Protocol

    from wait import Wait

    class Bus(Protocol):
        """The way to the chip."""

        irq: "Callable[[], int] | None"  # the input that ready() looks at

        def wake(self) -> None: ...

        def speed_up(self, chip: "Pn532") -> bool: ...

        def ready(self) -> bool: ...

        def write(self, buffer: "bytes | bytearray", start: int, end: int) -> None: ...

        def readinto(self, buffer: bytearray, expected: int) -> int: ...

        def forget(self) -> None: ...


DIAGNOSE = const(0x00)
GET_FIRMWARE_VERSION = const(0x02)
READ_REGISTER = const(0x06)
WRITE_REGISTER = const(0x08)
SET_PARAMETERS = const(0x12)
SAM_CONFIGURATION = const(0x14)
RF_CONFIGURATION = const(0x32)
IN_COMMUNICATE_THRU = const(0x42)
IN_LIST_PASSIVE_TARGET = const(0x4A)

PN532 = const(0x32)  # the IC that GetFirmwareVersion names

TIMEOUT = const(0x01)  # status: nothing came back in time, §7.1
_STATUS = const(0x3F)  # bits of a status that hold the error; above it NAD and more-data
# What a status asks for, §7.1; nfcpy pn532.py and dotnet ErrorCode.cs. All others: our mistake.
_GARBLED = b"\x01\x02\x03\x04\x05\x06\x09\x0b\x23"  # ask again
_GONE = b"\x27\x29\x2a\x2b"  # the card is lost, or another
_HOT = b"\x0d\x2d"  # field off, wait

_ACK_TIMEOUT_MS = const(30)  # the chip takes 15 at most, §6.2.3
_ANSWER_TIMEOUT_MS = const(200)  # for commands that stay off the air
_RESET_MS = const(20)
_WAKE_UPS = const(4)  # 60 ms each if nothing answers: drivers grant 100 to 200 ms after a reset
_ABORT_MS = const(1)  # silence after an abort, or the next command is lost: libnfc issue 167
_REPEATS = const(2)
_LONGEST_REPLY = const(80)  # InListPassiveTarget with an ATS
_MOST_ANSWERS = const(24)  # octets that hold most answers whole; the rest is read when it is longer

_LONGEST_WAIT = const(16)  # RFConfiguration item 2: 100 µs · 2^(16 - 1) = 3.28 s, §7.3.1
_WAIT_FOREVER = const(0)
_MARGIN_MS = const(100)  # past the chip's own time-out before it counts as silent


class ChipSilent(Exception):
    """The chip did not answer, or not understandably. args: the command's code."""


class ChipRefused(Exception):
    """The chip refused a command. args: its status."""


class RadioError(Exception):
    """Nothing usable came back over the air: ask again. args: the chip's status."""


class CardLost(RadioError):
    """There is nobody to ask again. args: the chip's status."""


class Overheated(Exception):
    """The chip is too hot, or its antenna draws too much. args: the chip's status."""


class Pn532:
    """One chip. `reply` holds its answer to the last call(), `heard` what the card last said.

    They are two, so that a setting can change while a block still waits to be passed on. `health`
    counts what had to be mended, here and above. `reset` is the RSTPD_N output, or None.
    """

    def __init__(
        self, bus: "Bus", wait: "Wait", reset: "Callable[[int], object] | None" = None
    ) -> None:
        self._bus = bus
        self._has_frame = bus.ready  # looked up here, for that allocates
        self._wait = wait
        self._reset = reset
        self._code = 0
        self._wait_us = 0  # that wait_for_card() has set; 0: unknown
        self._exponent = -1  # of the RF time-out that the chip has
        self._wait_ms = 0
        self._wait_command = Command(RF_CONFIGURATION, 4, b"\x02\x00\x0b\x00")
        self.health = Health()
        self.size = 0  # octets of the last frame
        # Octets that the next received() is likely to find: they are read in one go. If that is
        # wrong, a little time is lost. 0: nobody knows.
        self.expected = 0
        self._answer = b""  # see expect()
        self._next: "Command | None" = None
        self._sent = None  # that command, on its way
        self.reply = Answer(_LONGEST_REPLY)
        self.heard = Answer()
        self.version = bytearray(4)  # IC, version, revision, support; zeros: it is silent

    def start(self) -> None:
        """Bring the chip into a known state, whatever it was doing.

        Raises:
            ChipSilent: nothing answers, or something that is no PN532.
        """
        self._exponent = -1
        self._wait_us = 0
        for i in range(4):
            self.version[i] = 0
        if self._reset is not None:
            self._reset(0)
            self._wait.sleep_ms(_RESET_MS)
            self._reset(1)
        self._wake_up()
        reply = self.reply
        if reply.count < 4 or reply.buffer[reply.start] != PN532:
            raise ChipSilent(GET_FIRMWARE_VERSION)
        copy(reply.buffer, reply.start, self.version, 0, 4)
        # Field off: without RSTPD_N the chip may not have noticed that the board started again.
        self.call(Command(RF_CONFIGURATION, 2, b"\x01\x00"))
        self.call(Command(SET_PARAMETERS, 1, b"\x00"))  # no automatic RATS
        # Passive activation is tried twice; the default tries for ever.
        self.call(Command(RF_CONFIGURATION, 4, b"\x05\x01\x00\x01"))

    def speed_up(self) -> None:
        """Let the bus run as fast as it can. The field may be off afterwards.

        Raises:
            ChipSilent: the chip was lost over it.
        """
        while not self._bus.speed_up(self):
            self.start()

    def _wake_up(self) -> None:
        """Until it tells its version."""
        # Normal mode, no time-out, IRQ line in use: only this ends the low-battery mode. Some
        # clones know it with its first parameter alone, as libnfc sends it.
        sams = tuple(Command(SAM_CONFIGURATION, 3, b"\x01\x00\x01"[:n]) for n in (3, 1))
        version = Command(GET_FIRMWARE_VERSION, 0)
        for attempt in range(_WAKE_UPS):
            self._bus.wake()
            self.abort()
            try:
                self.call(sams[attempt & 1])
                self.call(version)
                return
            except (ChipSilent, ChipRefused):
                if attempt == _WAKE_UPS - 1:
                    raise

    def listen_by(self, irq: "Callable[[], int] | None") -> "Callable[[], int] | None":
        """Notice answers by this input from now on; None: by asking. Returns what it was so far."""
        irq, self._bus.irq = self._bus.irq, irq
        return irq

    def bus_hz(self) -> int:
        """Bits a second, if the bus itself chooses them."""
        # UartBus alone has it.
        return self._bus.hz()  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType]

    def call(
        self, command: Command, timeout_ms: int = _ANSWER_TIMEOUT_MS, expected: int = _MOST_ANSWERS
    ) -> int:
        """Send a command and wait for its answer, in `reply`. Returns the index of its data.

        `expected`: bytes that the frame of the answer is likely to have.
        """
        self.issue(command)
        self._receive(self.reply, timeout_ms, expected)
        return self.reply.start

    def issue(self, command: Command) -> None:
        """Send a command and wait for the chip to acknowledge it.

        Raises:
            ChipSilent: it does not. What goes on air is sent once; the rest, a second time first.
        """
        b = command.buffer
        self._code = code = b[CODE]
        attempts = 0
        while True:
            if self._sent is not command:
                self._bus.write(b, 0 if b[NORMAL] else NORMAL, command.end)
            self._sent = None
            if self._is_acknowledged():
                return
            self.abort()
            attempts += 1
            if code == IN_COMMUNICATE_THRU or attempts == _REPEATS:
                raise ChipSilent(code)
            self.health.retries += 1

    def expect(self, start: bytes, command: "Command | None") -> None:
        """If the next answer begins with `start` and is undamaged, `command` is sent at once.

        `start`: of the frame, with its header. The issue() of `command` that has to follow then
        only waits until the chip has it.
        """
        self._answer = start
        self._next = command

    def received(self) -> int:
        """Wait for what the card answers to an InCommunicateThru issued before.

        Returns the index of its first octet in ``heard.buffer``; ``heard.count`` is their number.

        Raises:
            RadioError: nothing came, or damaged.
            Overheated: the field has to go off.
            ChipRefused: the chip did not understand.
            ChipSilent: not even the chip's own time-out came.
        """
        heard = self.heard
        expected = self.expected or _MOST_ANSWERS
        self.expected = 0
        try:
            self._receive(heard, self._wait_ms, expected)
        except ChipSilent:
            if self._exponent == _WAIT_FOREVER:
                raise RadioError(TIMEOUT) from None
            raise
        start = heard.start
        status = heard.buffer[start] & _STATUS if heard.count else TIMEOUT
        if status:
            raise _error_of(status)
        heard.start = start = start + 1
        heard.count -= 1
        return start

    def wait_for_card(self, microseconds: int) -> None:
        """How long a card may take to begin its answer. Told to the chip only when it changes.

        The chip knows 100 µs · 2^(n - 1) up to 3.28 s; beyond, it waits for ever and is aborted.
        """
        if microseconds == self._wait_us:
            return
        exponent = 1
        while exponent <= _LONGEST_WAIT and 100 << (exponent - 1) < microseconds:
            exponent += 1
        self._wait_ms = microseconds // 1000 + _MARGIN_MS
        if exponent > _LONGEST_WAIT:
            exponent = _WAIT_FOREVER
        else:
            self._wait_ms = (100 << (exponent - 1)) // 1000 + _MARGIN_MS
        self._wait_us = 0
        if exponent != self._exponent:
            self._exponent = -1
            self._wait_command.buffer[PARAMETERS + 3] = exponent
            self._wait_command.seal(4)
            self.call(self._wait_command)
            self._exponent = exponent
        self._wait_us = microseconds

    def abort(self) -> None:
        """Make the chip give up what it is doing, and forget what it wanted to say."""
        self._sent = None
        self._bus.write(ACK, 0, len(ACK))
        self._wait.sleep_ms(_ABORT_MS)
        for _ in range(_REPEATS):
            if self._bus.ready():
                self._bus.readinto(self.reply.buffer, _MOST_ANSWERS)

    def forget(self) -> None:
        """Nothing stays of what was said, here and on the bus."""
        self.heard.forget()
        self.reply.forget()
        self._bus.forget()

    def _receive(self, answer: Answer, timeout_ms: int, expected: int) -> None:
        """Wait for the answer to the command issued; if it is as expected, send what follows.

        Raises:
            ChipSilent: it did not come, or damaged every time.
            ChipRefused: the chip did not understand the command.
        """
        # Looked up before the wait: what follows it keeps the card waiting.
        bus = self._bus
        buffer = answer.buffer
        likely = self._answer
        count = len(likely)
        following = self._next
        self._next = None
        damaged = 0
        start = ticks_ms()
        left_ms = timeout_ms
        while self._wait.until(self._has_frame, left_ms):
            size = bus.readinto(buffer, expected)
            if following and begins_with(buffer, size, likely, count):
                self._sent = following
                bus.write(following.buffer, NORMAL, following.end)
            self.size = size
            if not answer.read(size):
                damaged += 1
                if damaged > _REPEATS:
                    break
                self.health.retries += 1
                self._bus.write(NACK, 0, len(NACK))  # the chip says it again
            elif answer.code == self._code + 1:
                return
            elif answer.code == SYNTAX_ERROR:
                raise ChipRefused(SYNTAX_ERROR)
            left_ms = timeout_ms - ticks_diff(ticks_ms(), start)
        self.abort()
        raise ChipSilent(self._code)

    def _is_acknowledged(self) -> bool:
        ack = self.reply  # nobody reads the one before once the next command is out
        start = ticks_ms()
        left_ms = _ACK_TIMEOUT_MS
        while self._wait.until(self._has_frame, left_ms):
            if ack.is_ack(self._bus.readinto(ack.buffer, len(ACK))):
                return True
            left_ms = _ACK_TIMEOUT_MS - ticks_diff(ticks_ms(), start)
        return False


def _error_of(status: int) -> Exception:
    if status in _GARBLED:
        return RadioError(status)
    if status in _GONE:
        return CardLost(status)
    if status in _HOT:
        return Overheated(status)
    return ChipRefused(status)
