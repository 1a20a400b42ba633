"""CCID: the card in the field as the one slot of a PC/SC reader.

Ref: CCID specification 1.1, §6; PC/SC 2.01 part 3, §3.1.3.2 (ATR) and §3.2.2.1 (GET DATA).

A command goes to the card as it comes, in blocks; of a response, as much is kept as one message
takes. The slot has the field whenever no Watch of the serial link does. While a program has
powered its card, the link is told that the card is in use; and while the link has the field, the
slot is empty.
"""

from time import ticks_diff, ticks_ms

from machine import idle
from micropython import const

import wire
from field import FOUND
from isodep import BlockError
from octets import copy
from pn532 import RadioError
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

# bStatus: the card, and what became of the message.
_ACTIVE = const(0)
_INACTIVE = const(1)
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
_PSEUDO = const(0xFF)  # class of commands to the reader
_GET_DATA = const(0xCA)
_HISTORICAL = const(0x0100)
_MOST_HISTORICAL = const(15)
_MOST = const(253)  # octets of a response in a block
_LONGEST_RESPONSE = const(65538)
_ENDLESS = const(0x12)  # a chained I-block, for the report

_ORDER = bytes((wire.TECHNOLOGY_TYPE_B, wire.TECHNOLOGY_TYPE_A))
_ACTIVATIONS = const(3)
_LOOK_MS = const(150)  # twice a card's waiting time, 0.41 s at FWI 10, and this: 1 s
_AFTER_FAILURE_MS = const(2000)  # while the chip is being mended
_UNFINISHED_MS = const(10_000)  # for the host to go on with a command or a response
_EXTEND_MS = const(1000)  # libccid waits for three times as long
_ABORT_MS = const(2000)  # from one half of an abort to the other


class Stopped(Exception):
    """A command cannot go on, and the card has a part of it. args: bError."""


class Ccid:
    """The slot. `usb` brings messages; `watch` knows whether the link has the field."""

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
        self._watch = watch
        self._recovery = recovery
        self._wait = wait
        self._has_field = False
        self._is_there = False  # a card was, at the last look
        self._has_card = False  # it is activated
        self._is_fresh = False  # and has heard no command since
        self.is_on = False  # a program has powered it
        self._is_unsent = False  # a command goes on
        self._is_unfetched = False  # a response does
        self._responded = 0  # octets of it so far
        self._looked = ticks_ms()  # at the card, or at the empty field
        self._pause_ms = _LOOK_MS
        self._busy = 0  # the message that is being carried out; 0: none
        self._told = 0  # ticks, when the host heard last that this takes longer
        self._has_abort = self._is_aborted
        usb.wait = wait
        wait.on_beat = self._live

    def step(self) -> bool:
        """Answer a message, or look after the slot. Return True if there was a message."""
        usb = self._usb
        if usb.is_new:
            usb.is_new = False
            if self._has_card:
                self._let_go()
        if usb.poll():
            self._take()
            return True
        if self._is_due():
            self._pause_ms = _AFTER_FAILURE_MS
            self._looked = ticks_ms()
            self._look()
            self._looked = ticks_ms()
            self._pause_ms = _LOOK_MS
        return False

    def rest(self) -> None:
        """Nothing is to do until USB has something."""
        idle()

    def release(self) -> None:
        """The link has the field, or it is dark: for PC/SC, the card is gone."""
        self._has_field = self._is_there = False
        self._forget()
        self._usb.tell(False)

    def _is_due(self) -> bool:
        if not self._usb.is_open or self._watch.has_field() or self._recovery.is_hot:
            return False
        goes_on = self._is_unsent or self._is_unfetched
        pause_ms = _UNFINISHED_MS if goes_on else self._pause_ms
        return ticks_diff(ticks_ms(), self._looked) >= pause_ms

    def _look(self) -> None:
        """See whether a card has come, or left."""
        if not self._has_card:
            self._activate()
        elif self._is_unsent or self._is_unfetched:
            self._let_go()  # its host does not go on
        elif not self._isodep.is_present(1):
            self._let_go()
            self._is_there = False
        self._usb.tell(self._is_there)

    def _activate(self) -> None:
        field = self._field
        if not self._has_field:
            self._recovery.start_chip()
            field.reading = None
            field.begin(wire.BIT_RATE_KBIT_106, _ORDER, 0, len(_ORDER))
            self._isodep.on_wait = self._live
            self._has_field = True
        self._is_there = self._has_card = self._is_fresh = field.search() == FOUND

    def _let_go(self) -> None:
        """Switch the field off: the card forgets the PIN that it was shown."""
        self._forget()
        self._recovery.switch_field_off()
        self._field.renew()

    def _forget(self) -> None:
        self._has_card = self._is_fresh = self.is_on = False
        self._is_unsent = self._is_unfetched = False
        self._usb.forget()
        self._watch.forget()

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
            self._looked = ticks_ms()
            return
        except Stopped as stop:
            error = stop.args[0]
        except (RadioError, BlockError):
            error = _MUTE
        except Exception:
            self._busy = 0
            self._forget()
            self._refuse(_HARDWARE)
            raise
        self._busy = 0
        self._let_go()
        self._refuse(error)

    def _answer(self, count: int, parameter: int = 0) -> None:
        kind = self._usb.rx[0]
        self._usb.reply(_ANSWERS.get(kind, _SLOT_STATUS), count, self._status(), 0, parameter)

    def _refuse(self, error: int) -> None:
        usb = self._usb
        most = LONGEST
        while usb.left > 0 and most > 0 and not usb.is_false and usb.take(HEAD):
            most -= usb.end - HEAD  # it is not looked at
        kind = _ANSWERS.get(usb.rx[0], _SLOT_STATUS)
        usb.reply(kind, 0, _FAILED | self._status(), error, 0)

    def _status(self) -> int:
        return _ACTIVE if self.is_on else _INACTIVE if self._is_there else _ABSENT

    def _live(self) -> None:
        """Time passes: tell the host that its answer takes longer; stop if it wants none."""
        if self._busy:
            if self._usb.aborted >= 0:
                raise Stopped(_ABORTED)
            now = ticks_ms()
            if ticks_diff(now, self._told) >= _EXTEND_MS:
                self._told = now
                kind = _ANSWERS.get(self._busy, _SLOT_STATUS)
                self._usb.extend(kind, _EXTENSION | self._status())

    def _abort(self) -> None:
        """Answer when the same was said by a class request, in whatever order: §5.3.1."""
        usb = self._usb
        number = usb.rx[6]
        if self._wait.until(self._has_abort, _ABORT_MS) and usb.aborted == number:
            usb.aborted = -1
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
        if not self._is_there:
            self._refuse(_MUTE)
            return
        copy(_T1_PARAMETERS, 0, self._usb.tx, HEAD, len(_T1_PARAMETERS))
        self._answer(len(_T1_PARAMETERS), _T1)

    def _power_off(self) -> None:
        if self._has_card:
            self._let_go()
        self._answer(0)

    def _power_on(self) -> None:
        if self._usb.rx[7] > _HIGHEST_VOLTAGE:
            self._refuse(_PARAMETER)
            return
        if not self._watch.has_field():
            if self._has_card and not self._is_fresh:
                self._let_go()
            attempts = 0
            while not self._has_card and attempts < _ACTIVATIONS:
                attempts += 1
                self._activate()
        if not self._has_card:
            self._refuse(_MUTE)
            return
        self.is_on = True
        self._answer(self._put_atr())

    # --- a command and its response ------------------------------------------------------------

    def _transfer(self) -> None:
        """Take the command in hand, or the next piece of it, to the card."""
        usb = self._usb
        level = self._level()
        begins = level in (_WHOLE, _BEGINS)
        if not self.is_on:
            self._refuse(_MUTE)
        elif level > _GOES_ON or begins == self._is_unsent or self._is_unfetched:
            raise Stopped(_LEVEL)
        elif begins and usb.rx[HEAD] == _PSEUDO:
            self._serve(level)
        else:
            self._is_fresh = False
            self._is_unsent = level in (_BEGINS, _GOES_ON)
            self._send()
            if self._is_unsent:
                self._answer(0, _AWAITED)
            else:
                self._responded = 0
                self._respond()

    def _fetch(self) -> None:
        """The host wants the next piece of the response."""
        if not self.is_on:
            self._refuse(_MUTE)
        elif self._level() != _AWAITED:
            raise Stopped(_LENGTH)
        elif not self._is_unfetched:
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
                more = self._is_unsent or not is_last or start + count < end
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
        self._is_unfetched = more
        if more:
            self._answer(count, _BEGINS if begins else _GOES_ON)
        else:
            self._answer(count, _WHOLE if begins else _ENDS)

    # --- what the reader answers itself --------------------------------------------------------

    def _serve(self, level: int) -> None:
        """Answer a command to the reader. Its number, the PUPI, is not told: FF CA 00 00."""
        usb = self._usb
        rx, tx = usb.rx, usb.tx
        start, count = self._historical()
        le = rx[HEAD + 4]
        if level != _WHOLE or usb.left or usb.end != HEAD + 5 or rx[HEAD + 1] != _GET_DATA:
            count, status = 0, 0x6D00
        elif rx[HEAD + 2] << 8 | rx[HEAD + 3] != _HISTORICAL or not count:
            count, status = 0, 0x6A81
        elif le and le != count:
            count, status = 0, 0x6C00 | count
        else:
            status = 0x9000
        copy(self._field.answer, start, tx, HEAD, count)
        tx[HEAD + count] = status >> 8
        tx[HEAD + count + 1] = status & 0xFF
        self._answer(count + 2)

    def _historical(self) -> "tuple[int, int]":
        """Where the historical octets of a Type A card's ATS lie in `field.answer`; how many."""
        field = self._field
        if field.technology != wire.TECHNOLOGY_TYPE_A or field.count < 5:
            return 0, 0
        t0 = field.answer[4]
        start = 5 + (t0 >> 4 & 1) + (t0 >> 5 & 1) + (t0 >> 6 & 1)
        return start, max(0, min(_MOST_HISTORICAL, min(field.answer[3] + 3, field.count) - start))

    def _put_atr(self) -> int:
        """The ATR of a card without contacts, in `tx`. Returns its size."""
        tx = self._usb.tx
        start, count = self._historical()
        if self._field.technology == wire.TECHNOLOGY_TYPE_B:
            start, count = 5, 7  # of the ATQB: application data, protocol info
        copy(self._field.answer, start, tx, HEAD + 4, count)
        if self._field.technology == wire.TECHNOLOGY_TYPE_B:
            tx[HEAD + 11] = 0  # MBLI: unknown
            count = 8
        tx[HEAD] = 0x3B
        tx[HEAD + 1] = 0x80 | count
        tx[HEAD + 2] = 0x80
        tx[HEAD + 3] = check = 0x01
        for i in range(HEAD + 1, HEAD + 3):
            check ^= tx[i]
        for i in range(HEAD + 4, HEAD + 4 + count):
            check ^= tx[i]
        tx[HEAD + 4 + count] = check
        return count + 5
