"""Requests in, answers and card events out.

Knows neither USB nor SPI. A handler either answers or raises; `fault_of` is the one place where an
exception becomes a fault on the wire.
"""

import gc
import struct
from time import ticks_diff, ticks_ms

from micropython import const

import wire
from field import FOUND, REFUSED
from isodep import BlockError
from link import HEADER
from pn532 import ChipRefused, ChipSilent, RadioError

FIRMWARE = b"\x00\x01\x00"  # major, minor, patch

_PRESENCE_MS = const(250)  # between two looks whether an idle card is still there
_IDLE_MS = const(20)  # to wait for the host where nothing else is to do
_LONGEST_RESPONSE = const(65538)  # octets of an APDU, with its status
_ENDLESS = const(0x12)  # a chained I-block, for the report
_NEXT_PART_MS = const(2000)  # for the host to go on with a command that it began


class Fault(Exception):
    """A request that cannot be carried out. args: a wire.FAULT, its detail."""


def fault_of(error):
    """(fault, detail) for the wire."""
    if isinstance(error, Fault):
        return error.args
    detail = error.args[0] if error.args else 0
    if isinstance(error, RadioError):
        return wire.FAULT_CARD_GONE, detail
    if isinstance(error, BlockError):
        return wire.FAULT_CARD_PROTOCOL, detail
    if isinstance(error, ChipSilent):
        return wire.FAULT_CHIP_SILENT, detail
    if isinstance(error, ChipRefused):
        return wire.FAULT_CHIP_REFUSED, detail
    return wire.FAULT_INTERNAL, 0


class App:
    """The reader. `names`: board, line feed, interpreter; `serial`: 8 octets."""

    def __init__(self, link, chip, field, isodep, names, serial):
        self._link = link
        self._chip = chip
        self._field = field
        self._isodep = isodep
        self._names = names
        self._serial = serial
        self._is_chip_ready = False
        self._technologies = 0  # to look for; 0: nobody waits for a card
        self._has_card = False
        self._refusal = 0  # reported, and still there
        self._checked = 0  # when the card was last seen
        self._number = 0  # of the request in hand; 0: none, and what fails is an event
        self._failed = 0  # number of the request that failed last: its other parts are passed over
        self._handlers = {
            wire.HELLO: self._hello,
            wire.WATCH: self._watch,
            wire.REST: self._rest,
            wire.TRANSMIT: self._transmit,
            wire.HANDSHAKE: self._handshake,
        }
        isodep.on_wait = self._report_life

    def run(self):
        while True:
            self.step()

    def step(self):
        """Answer one request, or else look after the field once."""
        if self._link.poll(0 if self._technologies else _IDLE_MS):
            self._answer()
        elif self._technologies:
            self._attempt(self._look_for_card)
        elif self._has_card:
            self._attempt(self._look_after_card)

    # --- requests ------------------------------------------------------------------------------

    def _answer(self):
        link = self._link
        if link.kind == wire.TRANSMIT and link.number == self._failed:
            return
        self._number = number = link.number
        self._failed = 0
        handler = self._handlers.get(link.kind, self._refuse)
        is_done = self._attempt(handler)
        self._number = 0
        if not is_done:
            self._failed = number
            if link.number != number:
                self._answer()  # the next request came where a part of this one was due

    def _attempt(self, work):
        """Do it; tell the host where that fails. True when it is done."""
        try:
            work()
            return True
        except Exception as error:
            self._fail(error)
            return False

    def _fail(self, error):
        """Tell the host what went wrong, and drop what can no longer be trusted."""
        fault, detail = fault_of(error)
        if fault == wire.FAULT_INTERNAL:
            self._log(type(error).__name__)  # not its text: that may hold what the host sent
        struct.pack_into(wire.FAILED_FORMAT, self._link.out, HEADER, fault, detail)
        self._link.send(wire.FAILED, self._number, wire.FAILED_SIZE)
        if fault in (wire.FAULT_CHIP_SILENT, wire.FAULT_CHIP_REFUSED):
            self._is_chip_ready = False
        if fault == wire.FAULT_COMMAND_CUT or not isinstance(error, Fault):
            self._go_dark()

    def _refuse(self):
        raise Fault(wire.FAULT_UNKNOWN_REQUEST, self._link.kind)

    def _hello(self):
        self._go_dark()  # another host: nobody's session goes on
        try:
            self._start_chip()
        except (ChipSilent, ChipRefused):
            pass  # Welcome says so: its chip is all zeros
        out = self._link.out
        struct.pack_into(
            wire.WELCOME_FORMAT,
            out,
            HEADER,
            wire.REVISION,
            wire.FINGERPRINT,
            FIRMWARE,
            self._chip.version,
            self._serial,
        )
        names = self._names
        self._link.send(wire.WELCOME, self._number, wire.WELCOME_SIZE, names, 0, len(names))

    def _watch(self):
        if self._link.size != wire.WATCH_SIZE or not self._link.buffer[HEADER] & 3:
            raise Fault(wire.FAULT_MALFORMED_REQUEST, 0)
        technologies = self._link.buffer[HEADER]
        self._dismiss()
        self._start_chip()
        self._field.renew()
        self._refusal = 0
        self._technologies = technologies
        self._done()
        gc.collect()

    def _rest(self):
        self._dismiss()
        self._go_dark()
        self._done()
        gc.collect()

    def _handshake(self):
        raise Fault(wire.FAULT_NO_SESSION, 0)

    def _transmit(self):
        if not self._has_card:
            raise Fault(wire.FAULT_NO_CARD, 0)
        self._send_command()
        self._pass_on_response()
        self._checked = ticks_ms()

    def _send_command(self):
        """Send the APDU in hand to the card in blocks, fetching its other parts as they come."""
        link = self._link
        isodep = self._isodep
        if link.size <= wire.TRANSMIT_SIZE:
            raise Fault(wire.FAULT_MALFORMED_REQUEST, 0)
        while True:
            is_last = link.buffer[HEADER]
            start = HEADER + wire.TRANSMIT_SIZE
            end = HEADER + link.size
            while start < end:
                count = min(isodep.room, end - start)
                isodep.send(link.buffer, start, count, start + count < end or not is_last)
                start += count
            if is_last:
                return
            self._await_next_part()

    def _await_next_part(self):
        link = self._link
        start = ticks_ms()
        while not link.poll(_IDLE_MS):
            if ticks_diff(ticks_ms(), start) > _NEXT_PART_MS:
                raise Fault(wire.FAULT_COMMAND_CUT, 0)
        if link.kind != wire.TRANSMIT or link.number != self._number or link.size < 2:
            raise Fault(wire.FAULT_COMMAND_CUT, 0)

    def _pass_on_response(self):
        """Send each block to the host while the card is already sending the next."""
        link = self._link
        isodep = self._isodep
        buffer = self._chip.heard.buffer
        offset = 0
        while True:
            more = isodep.more
            if more:
                isodep.acknowledge()
            struct.pack_into(wire.PART_FORMAT, link.out, HEADER, offset)
            count = isodep.count
            if offset + count > _LONGEST_RESPONSE:
                raise BlockError(_ENDLESS)
            link.send(wire.PART, self._number, wire.PART_SIZE, buffer, isodep.start, count)
            offset += count
            if not more:
                break
            isodep.receive()
        struct.pack_into(wire.END_FORMAT, link.out, HEADER, offset)
        link.send(wire.END, self._number, wire.END_SIZE)

    def _report_life(self):
        """The card keeps us waiting: let the host know that we are here."""
        struct.pack_into(wire.PART_FORMAT, self._link.out, HEADER, 0)
        self._link.send(wire.PART, self._number, wire.PART_SIZE)

    def _done(self):
        self._link.send(wire.DONE, self._number)

    # --- the field -----------------------------------------------------------------------------

    def _start_chip(self):
        if not self._is_chip_ready:
            self._chip.start()
            self._is_chip_ready = True

    def _dismiss(self):
        """The session with the card ends as the standard asks."""
        self._technologies = 0
        if self._has_card:
            self._has_card = False
            self._isodep.deselect()

    def _go_dark(self):
        """Field off: whoever was in it is forgotten, and forgets. The next Watch begins anew."""
        self._technologies = 0
        self._has_card = False
        if self._is_chip_ready:
            try:
                self._field.off()
            except (ChipSilent, ChipRefused):
                self._is_chip_ready = False

    def _look_for_card(self):
        found = self._field.search(self._technologies)
        if found == FOUND:
            self._technologies = 0  # one Watch, one card: never a second one unnoticed
            self._has_card = True
            self._checked = ticks_ms()
            self._link.out[HEADER] = self._field.technology
            answer = self._field.answer
            size = wire.CARD_FOUND_SIZE
            self._link.send(wire.CARD_FOUND, 0, size, answer, 0, self._field.count)
        elif found == REFUSED:
            if self._field.refusal != self._refusal:
                self._refusal = self._field.refusal
                self._link.out[HEADER] = self._refusal
                self._link.send(wire.CARD_REFUSED, 0, wire.CARD_REFUSED_SIZE)
        else:
            self._refusal = 0

    def _look_after_card(self):
        if ticks_diff(ticks_ms(), self._checked) < _PRESENCE_MS:
            return
        if not self._isodep.is_present():
            self._go_dark()
            self._link.send(wire.CARD_LOST, 0)
        self._checked = ticks_ms()

    def _log(self, text):
        data = text.encode()
        self._link.send(wire.LOG, 0, 0, data, 0, len(data))
