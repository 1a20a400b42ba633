"""Requests in, answers and card events out.

Knows neither USB nor SPI. A handler either answers or raises; what it raises becomes a fault on the
wire, and recovery climbs as far as it must.
"""

import gc
import struct
from os import urandom
from time import ticks_diff, ticks_ms

from micropython import const

import wire
from faults import Fault, fault_of, signal_of
from field import FOUND, REFUSED
from link import HEADER
from pn532 import ChipRefused, ChipSilent, Overheated
from reading import Reading
from relay import Relay, is_for
from wait import REQUEST, SEARCH, START

FIRMWARE = b"\x00\x01\x00"  # major, minor, patch

_PRESENCE_MS = const(250)  # between two looks whether an idle card is still there
_IDLE_MS = const(10)  # to wait for the host where nothing else is to do
_CHIP_RESETS = const(3)  # in a row, each for a search that came to no end
_COOL_DOWN_MS = const(5000)  # [assumed: no source says how long the chip takes]
_CARD_SIZE = const(4)  # bytes of a card's number
_LAST_WORDS_MS = const(50)  # before a restart, for what is still on its way to the host
_STEPS_TO_TIDY = const(64)  # without a card: some seconds


class App:
    """The reader."""

    def __init__(self, link, chip, field, isodep, device, signals, wait):
        self._link = link
        self._wait = wait
        self._relay = Relay(link, chip, isodep)
        self._reading = Reading(link, isodep, self._relay)
        self._chip = chip
        self._field = field
        self._isodep = isodep
        self._device = device
        self._signals = signals
        self._is_chip_ready = False
        self._has_chip_answered = False  # since the board started
        self._chip_resets = 0  # in a row
        self._hot_since = None  # ticks; None: it is cool
        self._hot_status = 0  # what the chip said
        self._card = bytes(_CARD_SIZE)  # random number of the card found
        self._lease_ms = 0  # that a card outlives its host's last request for it
        self._kept = 0  # ticks, when its host last asked for it
        self._steps = 0  # since the last collection
        self._is_looking = False  # somebody waits for a card
        self._period_ms = 0  # from one search to the next
        self._searched = 0  # ticks, when the last one began
        self._searches = 0  # that came to an end, for the last Watch
        self._has_found = False  # what it looked for
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
            wire.ASK_HEALTH: self._report_health,
            wire.ARM: self._arm,
            wire.MAINTAIN: self._maintain,
            wire.EXAMINE: self._examine,
            wire.SHOW: self._show,
            wire.KEEP: self._keep,
        }

    def run(self):
        self._attempt(self.begin)
        step = self.step
        while True:
            self._attempt(step)

    def begin(self):
        """The board has started: nobody's card stays in the field."""
        self._wait.begin(START)
        self._go_dark()

    def step(self):
        """Answer one request, or else look after the field once."""
        self._device.turn()
        self._wait.begin(REQUEST)
        self._cool_down()
        is_due = self._is_search_due()
        if self._link.poll(0 if is_due else _IDLE_MS):
            self._answer()
        elif is_due:
            self._wait.begin(SEARCH)
            self._searched = ticks_ms()
            self._attempt(self._look_for_card)
            self._tidy()
        elif self._has_card:
            self._wait.begin(SEARCH)
            self._attempt(self._look_after_card)
        else:
            self._tidy()

    def _tidy(self):
        """Collect garbage while no card is there, so that it never happens during a read."""
        self._steps += 1
        if self._steps >= _STEPS_TO_TIDY and not self._has_card:
            self._steps = 0
            gc.collect()

    # --- requests ------------------------------------------------------------------------------

    def _answer(self):
        link = self._link
        if link.kind == wire.TRANSMIT and link.number == self._failed:
            return
        self._number = number = link.number
        kind = link.kind
        self._failed = 0
        is_done = self._attempt(self._handlers.get(kind) or self._refuse)
        self._number = 0
        if not is_done:
            self._failed = number
            if link.number != number or link.kind != kind:
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
        if isinstance(error, (ChipSilent, ChipRefused)) and self._is_chip_ready:
            if self._reset_chip() and fault == wire.FAULT_CHIP_SILENT:
                fault = wire.FAULT_CHIP_RESTARTED
        elif isinstance(error, Overheated):
            self._hot_since, self._hot_status = ticks_ms(), detail
        elif fault == wire.FAULT_INTERNAL:
            gc.collect()  # it may have been for want of memory
            self._log(type(error).__name__)  # not its text: that may hold what the host sent
        if fault == wire.FAULT_COMMAND_CUT or not isinstance(error, Fault):
            self._chip.health.field_offs += 1
            self._go_dark()
        struct.pack_into(wire.FAILED_FORMAT, self._link.out, HEADER, fault, detail)
        self._link.send(wire.FAILED, self._number, wire.FAILED_SIZE)
        if signal := signal_of(fault):
            self._signals.show(signal)
        if fault == wire.FAULT_CHIP_SILENT and not self._is_chip_ready and self._has_chip_answered:
            self._wait.sleep_ms(_LAST_WORDS_MS)
            self._device.restart()  # once: after it, the chip answers first

    def _reset_chip(self):
        """True when it answers again. Its field is off then."""
        if self._has_chip_answered:
            self._chip.health.chip_resets += 1
        self._is_chip_ready = False
        try:
            self._start_chip()
        except (ChipSilent, ChipRefused):
            pass
        return self._is_chip_ready

    def _refuse(self):
        raise Fault(wire.FAULT_UNKNOWN_REQUEST, self._link.kind)

    def _hello(self):
        # Another host: nobody's session goes on. Where the chip does not even start, Welcome says
        # so: its chip is all zeros.
        self._reading.disarm()
        self._go_dark()
        out = self._link.out
        struct.pack_into(
            wire.WELCOME_FORMAT,
            out,
            HEADER,
            wire.REVISION,
            wire.FINGERPRINT,
            FIRMWARE,
            self._chip.version,
            self._device.serial,
        )
        names = self._device.names
        self._link.send(wire.WELCOME, self._number, wire.WELCOME_SIZE, names, 0, len(names))

    def _watch(self):
        self._reading.begin_watch()
        if self._hot_since is not None:
            raise Fault(wire.FAULT_COOL_DOWN, self._hot_status)
        link = self._link
        count = link.size - wire.WATCH_SIZE
        if count <= 0:
            raise Fault(wire.FAULT_MALFORMED_REQUEST, 0)
        watch = struct.unpack_from(wire.WATCH_FORMAT, link.buffer, HEADER)
        fastest, self._period_ms, lease_s = watch
        self._lease_ms = lease_s * 1000
        is_known = fastest <= wire.BIT_RATE_KBIT_424 and lease_s > 0
        start = HEADER + wire.WATCH_SIZE
        if not (is_known and self._field.begin(fastest, link.buffer, start, count)):
            raise Fault(wire.FAULT_MALFORMED_REQUEST, 0)
        self._dismiss()
        self._start_chip()
        self._refusal = 0
        self._chip_resets = 0
        self._searches = 0
        self._has_found = False
        self._is_looking = True
        self._signals.show(wire.SIGNAL_READY)
        self._done()
        gc.collect()

    def _rest(self):
        self._reading.disarm()
        self._dismiss()
        self._go_dark()
        if not self._is_chip_ready:
            raise Fault(wire.FAULT_CHIP_SILENT, 0)  # nobody knows whether its field is off
        has_found = 1 if self._has_found else 0
        struct.pack_into(wire.RESTED_FORMAT, self._link.out, HEADER, self._searches, has_found)
        self._link.send(wire.RESTED, self._number, wire.RESTED_SIZE)
        gc.collect()

    def _handshake(self):
        raise Fault(wire.FAULT_NO_SESSION, 0)

    def _arm(self):
        if not self._reading.arm():
            raise Fault(wire.FAULT_MALFORMED_REQUEST, 0)
        self._done()

    def _show(self):
        signal = self._link.buffer[HEADER]
        is_known = wire.SIGNAL_DONE <= signal <= wire.SIGNAL_TRY_AGAIN
        if self._link.size != wire.SHOW_SIZE or not is_known:
            raise Fault(wire.FAULT_MALFORMED_REQUEST, 0)
        self._signals.show(signal)
        self._done()

    def _maintain(self):
        self._reading.disarm()
        self._dismiss()
        self._go_dark()
        self._done()
        self._wait.sleep_ms(_LAST_WORDS_MS)
        self._device.maintain()

    def _report_health(self):
        health = self._chip.health
        gc.collect()
        struct.pack_into(
            wire.HEALTH_FORMAT,
            self._link.out,
            HEADER,
            self._device.cause,
            self._device.reboots,
            self._device.uptime_s(),
            gc.mem_alloc(),
            gc.mem_free(),
            health.retries,
            health.repolls,
            health.field_offs,
            health.chip_resets,
        )
        self._link.send(wire.HEALTH, self._number, wire.HEALTH_SIZE)

    def _examine(self):
        """Nothing is taken for granted: the chip starts anew before and after."""
        from examine import examine  # its code stays out of the heap until somebody asks

        if self._link.size != wire.EXAMINE_SIZE:
            raise Fault(wire.FAULT_MALFORMED_REQUEST, 0)
        self._dismiss()
        self._signals.show(0)
        self._reading.disarm()
        self._is_chip_ready = False
        fault, seen = examine(self._link.buffer[HEADER], self._chip, self._wait)
        try:
            self._start_chip()
        except (ChipSilent, ChipRefused):
            pass  # which is for the host to judge
        self._link.out[HEADER] = fault
        self._link.send(wire.EXAMINED, self._number, wire.EXAMINED_SIZE, seen, 0, len(seen))

    def _transmit(self):
        if not self._has_card:
            raise Fault(wire.FAULT_NO_CARD, 0)
        self._signals.show(wire.SIGNAL_READING)
        self._relay.carry(self._card)
        self._checked = self._kept = ticks_ms()

    def _keep(self):
        if self._link.size != wire.KEEP_SIZE:
            raise Fault(wire.FAULT_MALFORMED_REQUEST, 0)
        if not (self._has_card and is_for(self._card, self._link, HEADER)):
            raise Fault(wire.FAULT_NO_CARD, 0)
        self._kept = ticks_ms()
        self._done()

    def _done(self):
        self._link.send(wire.DONE, self._number)

    # --- the field -----------------------------------------------------------------------------

    def _start_chip(self):
        if not self._is_chip_ready:
            self._chip.start()
            self._is_chip_ready = self._has_chip_answered = True

    def _dismiss(self):
        """The session with the card ends as the standard asks, and is forgotten."""
        self._is_looking = False
        if self._has_card:
            self._has_card = False
            self._isodep.deselect()
        self._forget()

    def _go_dark(self):
        """Field off: whoever was in it is forgotten, and forgets. The next Watch begins anew."""
        self._is_looking = False
        self._has_card = False
        self._signals.show(0)
        try:
            if self._is_chip_ready:
                self._field.off()
            else:
                self._reset_chip()  # which ends the field, too
        except (ChipSilent, ChipRefused):
            self._reset_chip()
        self._forget()

    def _forget(self):
        """Zeros in every buffer on the way between host and card, in the order of that way.

        Nothing of a card lies anywhere else: none of its octets is ever copied to the heap. Out of
        reach are MicroPython's own rings, 512 octets for USB and 320 for a UART: what passes next
        overwrites them.
        """
        self._link.forget()
        self._relay.forget()
        self._isodep.forget()
        self._field.forget()
        self._chip.forget()

    def _is_search_due(self):
        if not self._is_looking:
            return False
        return not self._searches or ticks_diff(ticks_ms(), self._searched) >= self._period_ms

    def _look_for_card(self):
        try:
            found = self._field.search()
        except (ChipSilent, ChipRefused) as error:
            self._mend_search(error)
            return
        self._searches += 1
        self._chip_resets = 0
        if found == FOUND:
            self._is_looking = False  # one Watch, one card: never a second one unnoticed
            self._has_card = self._has_found = True
            self._card = urandom(_CARD_SIZE)
            self._wait.begin(REQUEST)  # that for this card was made before
            self._reading.run(self._tell_found)
            self._signals.show(wire.SIGNAL_CARD_FOUND)  # what was planned is read
            self._checked = self._kept = ticks_ms()
        elif found == REFUSED:
            if self._field.refusal != self._refusal:
                self._refusal = self._field.refusal
                self._link.out[HEADER] = self._refusal
                self._link.send(wire.CARD_REFUSED, 0, wire.CARD_REFUSED_SIZE)
        else:
            self._refusal = 0
        if found != FOUND:
            self._forget()  # whoever was refused, or there in passing

    def _tell_found(self):
        field = self._field
        found = field.technology, field.to_card, field.from_card, self._card
        struct.pack_into(wire.CARD_FOUND_FORMAT, self._link.out, HEADER, *found)
        size = wire.CARD_FOUND_SIZE
        self._link.send(wire.CARD_FOUND, 0, size, field.answer, 0, field.count)
        if self._reading.is_armed:
            self._signals.show(wire.SIGNAL_READING)

    def _mend_search(self, error):
        """Reset the chip and go on; a chip that fails whenever it searches is as good as silent."""
        self._chip_resets += 1
        if self._chip_resets > _CHIP_RESETS:
            self._go_dark()
            raise Fault(wire.FAULT_CHIP_SILENT, error.args[0])
        if not self._reset_chip():
            raise error
        self._field.renew()

    def _cool_down(self):
        hot_since = self._hot_since
        if hot_since is not None and ticks_diff(ticks_ms(), hot_since) >= _COOL_DOWN_MS:
            self._hot_since = None

    def _look_after_card(self):
        if ticks_diff(ticks_ms(), self._checked) < _PRESENCE_MS:
            return
        is_attended = ticks_diff(ticks_ms(), self._kept) < self._lease_ms
        if not is_attended or not self._isodep.is_present():
            self._signals.card_left()
            self._go_dark()
            self._link.send(wire.CARD_LOST, 0)
        self._checked = ticks_ms()

    def _log(self, text):
        data = text.encode()
        self._link.send(wire.LOG, 0, 0, data, 0, len(data))
