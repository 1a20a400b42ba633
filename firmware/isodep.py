"""ISO/IEC 14443-4 blocks, 256-byte frames, over the chip's raw path.

Ref: ISO/IEC 14443-4 §7; the rules named below are its block-numbering and error rules for the PCD.

The PN532's own ISO-DEP engine speaks 64-byte frames and announces nothing else, so this is the
firmware's own. A command goes out in blocks by send(); the first block of the response is then in
the chip's answer, and each acknowledge() and receive() brings the next. Between the two there is
time to pass the block on, while the card is already sending.
"""

from time import ticks_diff, ticks_ms

from micropython import const

from hostframe import PARAMETERS, Command
from octets import copy
from pn532 import (
    IN_COMMUNICATE_THRU,
    CardLost,
    ChipRefused,
    ChipSilent,
    Overheated,
    RadioError,
)
from wait import nothing

_TYPING = const(0)  # MicroPython has no typing: what follows is compiled away there
if _TYPING:
    from pn532 import Pn532

FRAME_SIZES = (16, 24, 32, 40, 48, 64, 96, 128, 256)  # by FSCI, ISO/IEC 14443-4 table 1
_OVERHEAD = const(3)  # PCB and CRC; no CID, no NAD
_MOST = const(253)  # octets of a response in a block: of 256, what _OVERHEAD leaves
# The start of the chip's frames that bring a whole chained block, with either number, and a first
# I-block with the status 90 00 alone.
_CHAINED_0 = const(b"\0\0\xff\xff\xff\x01\x01\xfe\xd5\x43\0\x12")
_CHAINED_1 = const(b"\0\0\xff\xff\xff\x01\x01\xfe\xd5\x43\0\x13")
_DONE = const(b"\0\0\xff\x06\xfa\xd5\x43\0\x02\x90\0")
_AROUND = const(14)  # octets of the chip's frame around them, PCB and its status included

_I_BLOCK = const(0x02)
_CHAINING = const(0x10)
_R_ACK = const(0xA2)
_R_NAK = const(0xB2)
_S_WTX = const(0xF2)
_S_DESELECT = const(0xC2)
_NUMBER = const(0x01)

_RETRIES = const(3)  # in a row, for one block
_SLOW_US = const(1_000_000)  # a card that may take longer is asked again once: somebody waits
_MAX_FWI = const(14)
_DEFAULT_FWI = const(4)  # for the value 15, which is reserved
_FWT_0_US = const(303)  # 4096 / fc, rounded up; doubles with each FWI
_DELTA_FWT_US = const(3625)  # 49152 / fc
_MAX_FWT_US = const(4_949_000)  # FWI 14
_DESELECT_US = const(5_200)  # 65536 / fc and a little, ISO/IEC 14443-4 §7.2
_SAME_RATES = const(0x80)  # of the rates that an ATQB offers: only the same both ways
_NO_RATES = const(0x08)  # in the same octet: reserved, and means 106 kbit/s alone
_MAX_EXTENSIONS_MS = const(30_000)  # of a response, from the first S(WTX) on


class BlockError(Exception):
    """The card sent a block that has no place here. args: its first octet."""


class IsoDep:
    """The session with one card, from ATTRIB or RATS to the end of the field."""

    def __init__(self, chip: "Pn532") -> None:
        self._chip = chip
        self._block = Command(IN_COMMUNICATE_THRU, 254)
        self._acks = _both(_R_ACK)
        self._naks = _both(_R_NAK)
        self._extension = Command(IN_COMMUNICATE_THRU, 2, bytes((_S_WTX, 0)))
        self.deselect_block = Command(IN_COMMUNICATE_THRU, 1, bytes((_S_DESELECT,)))
        self.number = 0  # of the next block
        self._fwt_us = 0
        self._is_extended = False  # the chip waits as S(WTX) asked for, not as the FWI says
        self._extended_at = None  # ticks of the first S(WTX) of this response
        self._expected = 0  # bytes that the chip's next frame is likely to have; 0: unknown
        self._sent = self._block  # the last I-block
        self._next: "Command | None" = None  # the block that follows it, if the card says 90 00
        self._left = 0  # octets of the response that are to come; 0 and less: nobody knows
        self._is_asked = False  # the last block reached the chip
        self.room = 0  # octets of an APDU that one block takes
        self.start = 0  # where the block received lies in chip.heard.buffer, without its PCB
        self.count = 0
        self.more = False  # another block follows it
        self.on_wait = nothing  # called before each further wait for the card

    def open(self, fsci: int, fwi: int) -> int:
        """A card is activated: no CID, frames as FSCI says. Returns its waiting time, µs."""
        self.room = FRAME_SIZES[min(fsci, len(FRAME_SIZES) - 1)] - _OVERHEAD
        self.number = 0
        self._is_extended = False
        # FWT and its extra time: §7.2 of part 4, §7.9.4 of part 3.
        self._fwt_us = (_FWT_0_US << (fwi if fwi <= _MAX_FWI else _DEFAULT_FWI)) + _DELTA_FWT_US
        return self._fwt_us

    def rates(self, offered: int, fastest: int) -> int:
        """The highest that an ATQB offers, up to `fastest`: from the card in b3-2, to it in b1-0.

        `offered`: rates to the card in b0 to b2, from it in b4 to b6, ISO/IEC 14443-3 §7.9.4.
        """
        if offered & _NO_RATES:
            return 0
        to_card, from_card = offered, offered >> 4
        if offered & _SAME_RATES:
            to_card = from_card = to_card & from_card
        return self._highest(from_card, fastest) << 2 | self._highest(to_card, fastest)

    def _highest(self, offered: int, rate: int) -> int:
        while rate and not offered >> (rate - 1) & 1:
            rate -= 1
        return rate

    def send(self, data: "bytes | bytearray", start: int, count: int, more: bool) -> None:
        """Send `count` octets, at most `room`, and wait for the card's answer to them.

        It is an R(ACK) where `more` of this command follows, else the first block of the response.

        Raises:
            RadioError: the card fell silent, or is not understood.
            BlockError: it breaks the protocol.
            ChipSilent: the chip did not take the block, nor the questions after it.
        """
        self.begin(data, start, count, more)
        self._await(self._is_asked, self._naks, _R_ACK if more else _I_BLOCK)

    def begin(self, data: "bytes | bytearray", start: int, count: int, more: bool = False) -> None:
        """Send as send() does, and do not wait: respond() does."""
        block = self._block
        copy(data, start, block.buffer, PARAMETERS + 1, count)
        seal(block, count, self.number, more)
        self.begin_sealed(block, count)

    def begin_sealed(self, block: Command, count: int, then: "Command | None" = None) -> None:
        """Send a block that carries `count` octets of a command; seal() was called.

        `then`: the block that follows if the card answers the first of a session by 90 00 alone.
        The chip has it at once then, and the caller has to begin it next.
        """
        asked = _asked_for(block.buffer, PARAMETERS + 1, count)
        self._sent = block
        self._next = then
        self._left = asked
        self._expected = min(asked, _MOST) + _AROUND if asked else 0
        self._extended_at = None
        self._is_asked = self._issue(block)

    def respond(self) -> None:
        """Wait for the first block of the response to the command begun. Raises as send() does."""
        self._await(self._is_asked, self._naks, _I_BLOCK)

    def acknowledge(self) -> None:
        """Ask for the next block of the response. receive() waits for it."""
        size = self._chip.size  # of the block before: a new waiting time has an answer, too
        self._is_asked = self._issue(self._acks[self.number])
        self._left = left = self._left - self.count
        self._expected = left + _AROUND if 0 < left < _MOST else size

    def receive(self) -> None:
        """Wait for the block that acknowledge() asked for. Raises as send() does."""
        self._await(self._is_asked, self._acks, _I_BLOCK)

    def is_present(self, most: int) -> bool:
        """True while the card still answers. If not, it is asked again, `most` times at most.

        The slowest are asked once: the host waits 9 s.
        """
        self._expected = 0
        most = min(most, self._retries())
        for attempt in range(1 + most if self._fwt_us < _MAX_FWT_US else 1):
            if attempt:
                self._chip.health.retries += 1
            try:
                is_asked = self._issue(self._naks[self.number])
                if is_asked and self._receive_block(_R_ACK) & ~_NUMBER == _R_ACK:
                    return True
            except (RadioError, ChipSilent):
                pass
        return False

    def deselect(self) -> None:
        """Let the card go to its halt state. It is no longer in the session."""
        try:
            self._chip.wait_for_card(_DESELECT_US)
            self._chip.issue(self.deselect_block)
            self._chip.received()
        except (RadioError, ChipSilent, ChipRefused, Overheated):
            pass  # it has left already; what else is wrong shows when the field goes off

    def forget(self) -> None:
        """Nothing of the last command stays: it may have been a PIN."""
        self._block.forget()

    def _await(self, is_sent: bool, retries: "tuple[Command, ...]", wanted: int) -> None:
        """Wait for an I-block, or an R(ACK), with our number; take it and count our number on.

        `retries` ask for a lost block again: R(NAK), or R(ACK) within a response (rules 4, 5).
        """
        kind = ~_CHAINING if wanted == _I_BLOCK else ~0  # what of a PCB tells its kind and number
        failures = 0
        while True:
            again = retries[self.number]
            error = None
            has_answered = False
            if is_sent:
                try:
                    pcb = self._receive_block(wanted)
                    more = pcb & _CHAINING != 0
                    if pcb & kind == wanted | self.number and (self.count or not more):
                        self.more = more  # a chain of empty blocks would never end
                        break
                    if pcb == _S_WTX and self.count == 1:
                        is_sent = self._extend(self._chip.heard.buffer[self.start])
                        failures = 0  # in a row
                        continue
                    if pcb == _R_ACK | (self.number ^ 1) and retries is self._naks:
                        again = self._sent  # rule 6: the card has not got it
                    has_answered = True  # silence and this may take turns
                    error = BlockError(pcb)
                except CardLost:
                    raise
                except (RadioError, ChipSilent) as lost:
                    error = lost
            failures += 1
            if failures > (2 * _RETRIES if has_answered else self._retries()):
                raise error or ChipSilent(IN_COMMUNICATE_THRU)
            self._chip.health.retries += 1
            self.on_wait()
            is_sent = self._issue(again)
        self.number ^= 1

    def _retries(self) -> int:
        return _RETRIES if self._fwt_us < _SLOW_US else 1

    def _receive_block(self, wanted: int) -> int:
        """The PCB of the block that comes; 0 for an empty one."""
        chip = self._chip
        chip.expected = self._expected
        if wanted == _I_BLOCK and not self._is_extended:  # or the chip's waiting time comes first
            if self._left > _MOST:
                likely = _CHAINED_1 if self.number else _CHAINED_0
                chip.expect(likely, self._acks[self.number ^ 1])
            elif self._next is not None:
                chip.expect(_DONE, self._next)
        start = chip.received()
        heard = chip.heard
        count = heard.count
        self.start = start + 1
        self.count = count - 1
        return heard.buffer[start] if count else 0

    def _issue(self, command: Command) -> bool:
        """Have a block sent. False if the chip may not have taken it.

        It is never given twice: the card would count it, and run its command, twice. A block lost
        here is one lost on air, and is asked for in the same way.
        """
        chip = self._chip
        try:
            if self._is_extended and command is not self._extension:
                chip.wait_for_card(self._fwt_us)
                self._is_extended = False
            chip.issue(command)
            return True
        except ChipSilent:
            return False

    def _extend(self, wtxm: int) -> bool:
        """Grant the card the time it asks for: its WTXM is sent back, once.

        What it is granted does not count, only what it takes: some ask for far more than they need.
        """
        wtxm &= 0x3F
        now = ticks_ms()
        if self._extended_at is None:
            self._extended_at = now
        if not wtxm or ticks_diff(now, self._extended_at) > _MAX_EXTENSIONS_MS:
            raise BlockError(_S_WTX)
        self.on_wait()
        self._is_extended = True
        self._chip.wait_for_card(min(self._fwt_us * wtxm, _MAX_FWT_US))
        self._extension.buffer[PARAMETERS + 1] = wtxm
        self._extension.seal(2)
        return self._issue(self._extension)


def seal(block: Command, count: int, number: int, more: bool = False) -> None:
    """Make `block` an I-block that carries the `count` octets that lie behind its PCB."""
    block.buffer[PARAMETERS] = _I_BLOCK | (_CHAINING if more else 0) | number
    block.seal(1 + count)


def ats_fields(ats: bytearray, start: int, size: int) -> "tuple[int, int, int]":
    """FSCI, FWI and SFGI of an answer to select, with §5.2.3's defaults."""
    if size < 2:
        return 2, _DEFAULT_FWI, 0
    t0 = ats[start + 1]
    tb = start + 2 + (t0 >> 4 & 1)
    if not t0 & 0x20 or tb >= start + size:
        return t0 & 0x0F, _DEFAULT_FWI, 0
    sfgi = ats[tb] & 0x0F
    return t0 & 0x0F, ats[tb] >> 4, sfgi if sfgi < 15 else 0


def _asked_for(data: "bytes | bytearray", start: int, count: int) -> int:
    """Octets of the response, its status included, that a command with Le alone asks for; else 0.

    ISO/IEC 7816-4 §5.2, cases 2S and 2E. It may be the end of a longer command: that costs time.
    """
    end = start + count
    if count == 5:
        return (data[end - 1] or 256) + 2
    if count == 7 and not data[start + 4]:
        return (data[end - 2] << 8 | data[end - 1]) + 2
    return 0


def _both(pcb: int) -> "tuple[Command, ...]":
    """A control block with either number, ready to send."""
    return tuple(Command(IN_COMMUNICATE_THRU, 1, bytes((pcb | number,))) for number in (0, 1))
