"""The certificate path: a card is read as it is found, without asking the host.

Each command goes on air first; what came before it travels to the host meanwhile. The commands are
those that the host would send (host/kazashi/cards/jpki.py), and it is told each: what it then asks
for is there already.
"""

import struct

from micropython import const

import wire
from hostframe import Command
from isodep import BlockError, seal
from link import HEADER
from octets import copy
from pn532 import IN_COMMUNICATE_THRU

_TYPING = const(0)  # MicroPython has no typing: what follows is compiled away there
if _TYPING:
    from collections.abc import Callable

    from isodep import IsoDep
    from link import Link
    from relay import Relay

_INF = const(11)  # index of the command in its block: behind PARAMETERS, the PCB
_BESIDE = const(13)  # octets of a sealed Command beside the command in its block
_MOST = const(64)  # octets of a command
_MORE = const(0x61)  # SW1: the rest is to be fetched, which the host does
_WRONG_LE = const(0x6C)  # SW1; SW2 is the right one
_MOST_SHORT = const(256)  # octets that Le asks for in one byte, ISO/IEC 7816-4 §5.1
_EXTENDED = const(7)  # octets of a command with extended length
_SEQUENCE = const(0x30)  # DER
_IPHONE = b"JPKIAPIOSTOKEN"
_CLOSING = b"\x80\xfc\x00\x00"  # last command: soltia48/myna-card

_SELECT = const(0)  # what the command under way is
_START = const(1)
_REST = const(2)
_LABEL = const(3)
_CLOSE = const(4)
_NOTHING = const(5)
_SELECT_AGAIN = const(6)
_SENT = const(7)  # SELECT, as soon as the card was activated


class Reading:
    """A plan for one card. `relay` takes its responses to the host."""

    def __init__(self, link: "Link", isodep: "IsoDep", relay: "Relay") -> None:
        self._link = link
        self._isodep = isodep
        self._relay = relay
        self._has_plan = False  # for the next Watch
        self.is_armed = False  # the Watch in hand has one
        self._first = Command(IN_COMMUNICATE_THRU, 1 + _MOST)  # the plan's SELECT, ready to send
        self._read = Command(IN_COMMUNICATE_THRU, 1 + _EXTENDED)  # READ, ready to send
        self._rest = Command(IN_COMMUNICATE_THRU, 1 + _EXTENDED)
        self._block = self._first  # the command under way
        self._is_sealed = False  # it is ready to send
        self._is_good = False  # the last response has data, and all of it
        self._size = 0  # octets of the command under way, in its block from _INF on
        self._step = _NOTHING
        self._offset = 0  # octets of the certificate so far
        self._length = 0  # of the certificate
        self._takes_extended = True

    def arm(self) -> bool:
        """With the request in hand. False if it makes no sense."""
        link = self._link
        size = link.size - wire.ARM_SIZE
        if not 4 <= size <= _MOST:
            return False
        b = link.buffer
        self._certificate = b[HEADER] & 0x1F
        self._label = b[HEADER + 1] & 0x1F
        self._label_size = b[HEADER + 2]
        self._is_closing = b[HEADER + 3]
        self._guess = b[HEADER + 4] << 8 | b[HEADER + 5]
        most = self._guess or wire.READ_MOST_IN_FRAME
        self._read_file(self._read, self._certificate, most, _START)
        seal(self._read, self._size, 1)
        copy(b, HEADER + wire.ARM_SIZE, self._first.buffer, _INF, size)
        seal(self._first, size, 0)
        self._has_plan = True
        return True

    def disarm(self) -> None:
        """Forget the plan, and the commands that were made of it."""
        self._has_plan = False
        self._first.forget()
        self._read.forget()
        self._rest.forget()

    def begin_watch(self) -> None:
        """A plan is for the Watch that follows it, and for no other."""
        self.is_armed = self._has_plan
        self._has_plan = False
        self._step = _NOTHING

    def first(self) -> "Command | None":
        """SELECT, if one block takes it all."""
        return self._first if self._first.end - _BESIDE <= self._isodep.room else None

    def select(self, waits: bool) -> None:
        """Send the plan's first command to the card just activated; run() goes on with it.

        `waits`: for the answer, too, which tries a higher rate. Raises as isodep does, then alone.
        """
        is_one = self.first() is not None
        self._step = _SENT if is_one and not waits else _NOTHING
        if is_one or waits:  # several blocks wait until the host knows of the card
            self._put_first_on_air()
        if waits:
            self._isodep.respond()
            if self._isodep.more:
                raise BlockError(0)  # it goes on for longer than the host may be left waiting
            self._step = _SELECT

    def run(self, tell_found: "Callable[[], None]") -> None:
        """Read the card that was just found; or, if not armed, only tell that it was.

        Raises as isodep does.
        """
        if not self.is_armed:
            tell_found()
            return
        isodep = self._isodep
        relay = self._relay
        self._offset = self._length = 0
        self._takes_extended = True
        is_told = self._step != _SELECT
        if is_told:
            if self._step != _SENT:
                self._put_first_on_air()
            self._tell_first(tell_found)
            isodep.respond()
            self._step = _SELECT
        while self._step != _NOTHING:
            relay.pass_on()
            if self._count_in():
                relay.end()  # the certificate is whole: its last part goes before all else
            self._step = self._next()
            if self._step != _NOTHING:
                self._put_on_air()
            if not is_told:
                self._tell_first(tell_found)
                is_told = True
            relay.end()  # of the command before
            if self._step != _NOTHING:
                self._announce()
                isodep.respond()
        self._size = 0
        self._announce()
        relay.end_all()

    def _put_first_on_air(self) -> None:
        self._relay.begin(0)
        self._take(self._first, self._first.end - _BESIDE)
        self._is_sealed = True
        self._put_on_air()

    def _tell_first(self, tell_found: "Callable[[], None]") -> None:
        """Tell the host of the card, and the plan's first command."""
        tell_found()
        self._link.send(wire.AHEAD, 0, 0, self._first.buffer, _INF, self._first.end - _BESIDE)

    def _take(self, block: Command, size: int) -> None:
        """The next command is the one in this block."""
        self._block = block
        self._size = size
        self._is_sealed = False

    def _put_on_air(self) -> None:
        isodep = self._isodep
        block = self._block
        start = _INF
        end = _INF + self._size
        while end - start > isodep.room:
            isodep.send(block.buffer, start, isodep.room, True)
            start += isodep.room
        if start > _INF:
            isodep.begin(block.buffer, start, end - start)
            return
        if not self._is_sealed:
            seal(block, self._size, isodep.number)
        isodep.begin_sealed(block, self._size, self._read if block is self._first else None)

    def _announce(self) -> None:
        self._link.send(wire.AHEAD, 0, 0, self._block.buffer, _INF, self._size)

    def _next(self) -> int:
        """Put the next command together from what the card said. Returns what it is.

        _count_in() was called before.
        """
        status = self._relay.status
        step = self._step
        if self._is_good and step in (_START, _REST):
            # Without a length it is no certificate, and without data the file has ended.
            return self._read_on() if self._length and self._relay.count > 2 else _NOTHING
        if step == _REST:
            return self._after_refusal(status, step)
        if step in (_SELECT, _SELECT_AGAIN) and status == wire.READ_OK:
            self._take(self._read, self._read.end - _BESIDE)
            self._is_sealed = step == _SELECT
            return _START
        if step == _SELECT and status >> 8 == wire.READ_NO_DIAGNOSIS_SW1:
            self._is_sealed = False
            return _SELECT_AGAIN  # the command in hand, once more
        if step == _START and self._guess:
            return self._after_refusal(status, step)
        if step == _START and status == wire.READ_NOT_VERIFIED:  # Android: the PIN comes first
            return self._read_file(self._rest, self._label, self._label_size, _LABEL)
        is_read = 0 < self._length <= self._offset
        if step == _LABEL and is_read and self._is_closing and self._is_iphone():
            copy(_CLOSING, 0, self._rest.buffer, _INF, len(_CLOSING))
            self._take(self._rest, len(_CLOSING))
            return _CLOSE
        return _NOTHING

    def _count_in(self) -> bool:
        """Count what came of the certificate. Return True if that was the rest of it."""
        relay = self._relay
        count = relay.count - 2
        self._is_good = relay.status in (wire.READ_OK, wire.READ_AT_END)
        if not self._is_good:
            return False
        if self._step == _REST:
            self._offset += count
            self._takes_extended = self._size == _EXTENDED and self._offset == self._length
        elif self._step == _START and relay.head[0] == _SEQUENCE and relay.head[1] == 0x82:
            self._length = (relay.head[2] << 8 | relay.head[3]) + 4
            self._offset = count
            if self._guess:
                self._takes_extended = count == self._guess
        else:
            return False
        return self._offset >= self._length

    def _after_refusal(self, status: int, step: int) -> int:
        """Cards refuse extended length, and what lies beyond a file, with any status word."""
        is_extended = self._size == _EXTENDED
        if is_extended and status >> 8 == _WRONG_LE:
            self._ask_for(self._block, status & 0xFF)
            return step
        if status >> 8 == _MORE or not (is_extended or step == _START):
            return _NOTHING
        self._takes_extended = False
        if step == _REST:
            return self._read_on()
        self._guess = 0
        return self._read_file(self._rest, self._certificate, wire.READ_MOST_IN_FRAME, _START)

    def _read_on(self) -> int:
        left = self._length - self._offset
        if left <= 0:
            return self._read_file(self._rest, self._label, self._label_size, _LABEL)
        if self._length > wire.READ_LONGEST_FILE:
            return _NOTHING
        struct.pack_into(">BBH", self._rest.buffer, _INF, 0, wire.READ_BINARY, self._offset)
        most = left if self._takes_extended else min(left, wire.READ_MOST_IN_FRAME)
        self._ask_for(self._rest, most)
        return _REST

    def _read_file(self, block: Command, identifier: int, size: int, step: int) -> int:
        where = wire.READ_BY_SHORT_IDENTIFIER | identifier
        struct.pack_into(">BBBB", block.buffer, _INF, 0, wire.READ_BINARY, where, 0)
        self._ask_for(block, size)
        return step

    def _ask_for(self, block: Command, count: int) -> None:
        """Write Le, in one byte if it can say that: the host does the same."""
        if count > _MOST_SHORT:
            struct.pack_into(">BH", block.buffer, _INF + 4, 0, count)
            size = _EXTENDED
        else:
            block.buffer[_INF + 4] = count & 0xFF
            size = 5
        self._take(block, size)

    def _is_iphone(self) -> bool:
        head = self._relay.head
        for i in range(len(_IPHONE)):
            if head[i] != _IPHONE[i]:
                return False
        return True
