"""CCID: the card in the field as the one slot of a PC/SC reader.

Ref: CCID specification 1.1, §6.

A command goes to the card as it comes, in blocks; of a response, as much is kept as one message
takes.
"""

from time import ticks_diff, ticks_ms

from machine import idle
from micropython import const

from contactless import PSEUDO, put_atr, serve
from isodep import BlockError
from octets import copy
from pn532 import RadioError
from slot import Slot
from usb_ccid import HEAD, LONGEST

_TYPING = const(0)  # MicroPython has no typing: what follows is compiled away there
if _TYPING:
    from collections.abc import Callable

    from field import Field
    from isodep import IsoDep
    from pn532 import Pn532
    from recovery import Recovery
    from usb_ccid import UsbCcid
    from wait import Wait
    from watch import Watch

# Messages of the host; and the reader's answers.
_SET_PARAMETERS = const(0x61)
_POWER_ON = const(0x62)
_POWER_OFF = const(0x63)
_GET_SLOT_STATUS = const(0x65)
_SECURE = const(0x69)
_ESCAPE = const(0x6B)
_GET_PARAMETERS = const(0x6C)
_RESET_PARAMETERS = const(0x6D)
_TRANSFER = const(0x6F)
_ABORT = const(0x72)
_SET_RATE = const(0x73)
_DATA = const(0x80)
_SLOT_STATUS = const(0x81)
_PARAMETERS = const(0x82)
_ANSWERS = {  # by the host's message; to all others, _SLOT_STATUS
    _POWER_ON: _DATA,
    _TRANSFER: _DATA,
    _SECURE: _DATA,
    _GET_PARAMETERS: _PARAMETERS,
    _RESET_PARAMETERS: _PARAMETERS,
    _SET_PARAMETERS: _PARAMETERS,
    _ESCAPE: 0x83,
    _SET_RATE: 0x84,
}

# bStatus: the card, see slot.py, and what became of the message.
_ABSENT = const(2)
_FAILED = const(0x40)
_EXTENSION = const(0x80)

# bError: the index of what is wrong in the message, or one of table 6.2-2.
_NOT_SUPPORTED = const(0)
_LENGTH = const(1)
_SLOT = const(5)
_PARAMETER = const(7)
_LEVEL = const(8)
_HARDWARE = const(0xFB)
_MUTE = const(0xFE)
_ABORTED = const(0xFF)

# wLevelParameter, bChainParameter.
_WHOLE = const(0)
_BEGINS = const(1)
_ENDS = const(2)
_GOES_ON = const(3)
_AWAITED = const(0x10)  # of a command the next piece, of a response too

_T1 = const(1)
_T1_PARAMETERS = b"\x11\x10\x00\x4d\x00\xfe\x00"  # §6.1.7: hosts want them, this card does not
_HIGHEST_VOLTAGE = const(3)
_MOST = const(253)  # bytes of a response in a block
_LONGEST_RESPONSE = const(65538)
_ENDLESS = const(0x12)  # a chained I-block, for the report

_IN_A_ROW = const(7)  # messages, then a turn for card and link: a host may never pause
_EXTEND_MS = const(1000)  # libccid waits for three times as long
_ABORT_MS = const(2000)  # from one half of an abort to the other


class Stopped(Exception):
    """A command cannot go on, and the card has a part of it. args: bError."""


class Ccid:
    """The reader of one slot. `usb` brings its messages."""

    def __init__(
        self,
        usb: "UsbCcid",
        chip: "Pn532",
        field: "Field",
        isodep: "IsoDep",
        watch: "Watch",
        recovery: "Recovery",
        wait: "Wait",
    ) -> None:
        self._usb = usb
        self._heard = chip.heard.buffer
        self._field = field
        self._isodep = isodep
        self._wait = wait
        self._slot = slot = Slot(usb, field, isodep, watch, recovery, self._live)
        self.take, self.lose = slot.take, slot.lose
        self._responded = 0  # bytes of the response so far
        self._answered = 0  # messages in a row
        self._busy = 0  # the message that is being carried out; 0: none
        self._told = 0  # ticks, when the host heard last that this takes longer
        self._has_abort = self._is_aborted
        usb.wait = wait
        wait.on_wait = self._live

    def step(self) -> bool:
        """Answer a message, or look after the slot. Return True if there was a message."""
        usb = self._usb
        if usb.is_new:
            usb.is_new = False
            self._slot.let_go()
        if usb.poll():
            self._take()
            self._answered = self._answered + 1 & _IN_A_ROW
            if self._answered:
                return True
        self._slot.step()
        if not self._slot.is_taken():
            idle()  # until USB has something, for the link or for us
        return False

    # --- one message ---------------------------------------------------------------------------

    def _take(self) -> None:
        """Answer the message in hand."""
        usb = self._usb
        rx = usb.rx
        kind = rx[0]
        size = usb.end + usb.left - HEAD
        if usb.is_false or size > LONGEST - HEAD:
            self._refuse(_LENGTH)
        elif rx[5]:
            self._refuse(_SLOT)
        elif kind == _ABORT:
            self._abort()
        elif self._is_aborted():
            self._refuse(_ABORTED)
        elif kind == _TRANSFER:
            self._carry_out(self._transfer if size else self._fetch)
        elif kind == _SET_PARAMETERS:
            self._set_parameters(size)
        elif kind not in (
            _POWER_ON,
            _POWER_OFF,
            _GET_SLOT_STATUS,
            _GET_PARAMETERS,
            _RESET_PARAMETERS,
        ):
            self._refuse(_NOT_SUPPORTED)
        elif size:
            self._refuse(_LENGTH)
        elif kind == _POWER_ON:
            self._carry_out(self._power_on)
        elif kind == _POWER_OFF:
            self._carry_out(self._power_off)
        elif kind == _GET_SLOT_STATUS:
            self._answer(0)
        else:
            self._tell_parameters()

    def _carry_out(self, work: "Callable[[], None]") -> None:
        """Do what may take long. If it fails, the card has forgotten its session."""
        self._busy = self._usb.rx[0]
        self._told = ticks_ms()
        try:
            work()
            self._busy = 0
            self._slot.seen()
            return
        except Stopped as stop:
            error = stop.args[0]
        except (RadioError, BlockError):
            error = _MUTE
        except Exception:
            self._busy = 0
            self._slot.forget()
            self._refuse(_HARDWARE)
            raise
        self._busy = 0
        self._slot.let_go()
        self._refuse(error)

    def _answer(self, count: int, parameter: int = 0) -> None:
        kind = self._usb.rx[0]
        self._usb.reply(_ANSWERS.get(kind, _SLOT_STATUS), count, self._slot.status(), 0, parameter)

    def _refuse(self, error: int) -> None:
        usb = self._usb
        most = LONGEST
        while usb.left > 0 and most > 0 and not usb.is_false and usb.take(HEAD):
            most -= usb.end - HEAD  # it is not looked at
        kind = _ANSWERS.get(usb.rx[0], _SLOT_STATUS)
        usb.reply(kind, 0, _FAILED | self._slot.status(), error, 0)

    def _live(self) -> None:
        """Time passes: tell the host that its answer takes longer; stop if it wants none."""
        if self._busy:
            if self._usb.aborted >= 0 or self._usb.is_new:
                raise Stopped(_ABORTED)
            now = ticks_ms()
            if ticks_diff(now, self._told) >= _EXTEND_MS:
                self._told = now
                kind = _ANSWERS.get(self._busy, _SLOT_STATUS)
                self._usb.extend(kind, _EXTENSION | self._slot.status())

    def _abort(self) -> None:
        """Answer when the same was said by a class request, in whatever order: §5.3.1."""
        usb = self._usb
        number = usb.rx[6]
        if self._wait.until(self._has_abort, _ABORT_MS) and usb.aborted == number:
            usb.aborted = -1
            if self._slot.is_unsent or self._slot.is_unfetched:
                self._slot.let_go()  # the card has a part of it
            self._answer(0)
        else:
            self._refuse(_ABORTED)

    def _is_aborted(self) -> bool:
        usb = self._usb
        if usb.aborted >= 0 and ticks_diff(ticks_ms(), usb.aborted_ms) > _ABORT_MS:
            usb.aborted = -1  # the other half never came
        return usb.aborted >= 0

    def _set_parameters(self, size: int) -> None:
        if self._usb.rx[7] != _T1:
            self._refuse(_PARAMETER)
        elif size != len(_T1_PARAMETERS):
            self._refuse(_LENGTH)
        else:
            self._tell_parameters()

    def _tell_parameters(self) -> None:
        if self._slot.status() == _ABSENT:
            self._refuse(_MUTE)
            return
        copy(_T1_PARAMETERS, 0, self._usb.tx, HEAD, len(_T1_PARAMETERS))
        self._answer(len(_T1_PARAMETERS), _T1)

    def _power_off(self) -> None:
        self._slot.let_go()
        self._answer(0)

    def _power_on(self) -> None:
        if self._usb.rx[7] > _HIGHEST_VOLTAGE:
            self._refuse(_PARAMETER)
        elif not self._slot.power():
            self._refuse(_MUTE)
        else:
            self._answer(put_atr(self._field, self._usb.tx, HEAD))

    # --- a command and its response ------------------------------------------------------------

    def _transfer(self) -> None:
        """Take the command in hand, or the next piece of it, to the card."""
        usb = self._usb
        level = self._level()
        begins = level in (_WHOLE, _BEGINS)
        if not self._slot.is_powered:
            self._refuse(_MUTE)
        elif level > _GOES_ON or begins == self._slot.is_unsent or self._slot.is_unfetched:
            raise Stopped(_LEVEL)
        elif begins and usb.rx[HEAD] == PSEUDO:
            is_whole = level == _WHOLE and not usb.left
            self._answer(serve(self._field, usb.rx, usb.end if is_whole else HEAD, usb.tx))
        else:
            self._slot.is_fresh = False
            self._slot.is_unsent = level in (_BEGINS, _GOES_ON)
            self._send()
            if self._slot.is_unsent:
                self._answer(0, _AWAITED)
            else:
                self._responded = 0
                self._respond()

    def _fetch(self) -> None:
        """The host wants the next piece of the response."""
        if not self._slot.is_powered:
            self._refuse(_MUTE)
        elif self._level() != _AWAITED:
            raise Stopped(_LENGTH)
        elif not self._slot.is_unfetched:
            raise Stopped(_LEVEL)
        else:
            self._isodep.receive()
            self._respond()

    def _level(self) -> int:
        return self._usb.rx[8] | self._usb.rx[9] << 8

    def _send(self) -> None:
        """Send the command to the card in whole blocks, as its packets come."""
        usb = self._usb
        isodep = self._isodep
        rx = usb.rx
        start, end = HEAD, usb.end
        while True:
            is_last = usb.left <= 0
            while start < end and (is_last or end - start > isodep.room):
                count = min(isodep.room, end - start)
                more = self._slot.is_unsent or not is_last or start + count < end
                isodep.send(rx, start, count, more)
                start += count
            if is_last:
                return
            copy(rx, start, rx, HEAD, end - start)
            if not usb.take(HEAD + end - start):
                raise Stopped(_LENGTH)
            start, end = HEAD, usb.end

    def _respond(self) -> None:
        """Answer by as much of the response as one message takes."""
        isodep = self._isodep
        tx = self._usb.tx
        at = HEAD
        while True:
            count = isodep.count
            more = isodep.more
            if more:
                isodep.acknowledge()  # first of all: the rest is done while the next is on air
            copy(self._heard, isodep.start, tx, at, count)
            at += count
            if not more or at + _MOST > LONGEST:
                break
            isodep.receive()
        count = at - HEAD
        begins = not self._responded
        self._responded += count
        if self._responded > _LONGEST_RESPONSE:
            raise BlockError(_ENDLESS)
        self._slot.is_unfetched = more
        if more:
            self._answer(count, _BEGINS if begins else _GOES_ON)
        else:
            self._answer(count, _WHOLE if begins else _ENDS)
