"""Requests of the host in, answers out.

A handler either answers or raises; what it raises becomes a fault on the wire.
"""

import gc
import struct

from micropython import const

import wire
from faults import Fault, signal_of
from field import Field
from isodep import IsoDep
from link import HEADER
from pn532 import ChipRefused, ChipSilent
from reading import Reading
from recovery import Recovery
from relay import Relay
from wait import REQUEST, START
from watch import Watch

_TYPING = const(0)  # MicroPython has no typing: what follows is compiled away there
if _TYPING:
    from collections.abc import Callable

    from ccid import Ccid
    from device import Device
    from link import Link
    from pn532 import Pn532
    from signals import Signals
    from usb_ccid import UsbCcid
    from wait import Wait

FIRMWARE = b"\x00\x01\x00"  # major, minor, patch

_IDLE_MS = const(10)  # to wait for the host if nothing else is to do
_STEPS_TO_TIDY = const(64)  # without a card: some seconds


class Dispatch:
    """The loop of the reader: answers a request, or else lets the Watch go on."""

    def __init__(
        self,
        link: "Link",
        chip: "Pn532",
        reading: Reading,
        watch: Watch,
        recovery: Recovery,
        device: "Device",
        signals: "Signals",
        wait: "Wait",
        ccid: "Ccid | None",
    ) -> None:
        self._link = link
        self._chip = chip
        self._device = device
        self._signals = signals
        self._wait = wait
        self._reading = reading
        self._recovery = recovery
        self._watch = watch
        self._ccid = ccid
        self._steps = 0  # since the last collection
        self._number = 0  # of the request in hand; 0: none, and what fails is an event
        self._failed = 0  # number of the request that failed last: its other parts are passed over
        self._handlers = {
            wire.HELLO: self._greet,
            wire.WATCH: self._begin_watch,
            wire.REST: self._rest,
            wire.TRANSMIT: watch.carry,
            wire.KEEP: self._keep,
            wire.ASK_HEALTH: self._report_health,
            wire.ARM: self._arm,
            wire.MAINTAIN: self._maintain,
            wire.EXAMINE: self._examine,
            wire.SHOW: self._show,
        }

    def run(self) -> None:
        """Never returns."""
        self.attempt(self.begin)
        step = self.step
        while True:
            self.attempt(step)

    def begin(self) -> None:
        """The board has started: no card of before stays in the field."""
        self._wait.begin(START)
        self._watch.go_dark()

    def step(self) -> None:
        """Answer what the host has asked, or else let the Watch go on."""
        self._device.turn()
        self._wait.begin(REQUEST)
        self._recovery.cool_down()
        ccid = self._ccid
        if ccid is not None and ccid.step():
            return
        is_due = self._watch.is_due()
        if self._link.poll(0 if is_due or ccid is not None else _IDLE_MS):
            self._answer()
            return
        if is_due:
            self.attempt(self._watch.step)
        self._tidy()

    def attempt(self, work: "Callable[[], object]") -> bool:
        """Do it. If it fails, tell the host and return False."""
        try:
            work()
            return True
        except Exception as error:
            self._fail(error)
            return False

    def _answer(self) -> None:
        """Answer the request in hand, and each that came when a part of the one before was due."""
        link = self._link
        while link.kind != wire.TRANSMIT or link.number != self._failed:
            kind = link.kind
            self._number = number = link.number
            self._failed = 0
            self._wait.begin(REQUEST)
            is_done = self.attempt(self._handlers.get(kind) or self._refuse)
            self._number = 0
            if is_done:
                return
            self._failed = number
            if link.number == number and link.kind == kind:
                return

    def _fail(self, error: Exception) -> None:
        """Tell the host what went wrong, and drop what can no longer be trusted."""
        fault, detail = self._recovery.mend(error)
        if fault == wire.FAULT_INTERNAL:
            gc.collect()  # it may have been for want of memory
            self._log(type(error).__name__)  # not its text: that may hold what the host sent
        if fault == wire.FAULT_COMMAND_CUT or not isinstance(error, Fault):
            self._chip.health.field_offs += 1
            self._watch.go_dark()
            if self._ccid is not None:
                self._ccid.lose()
        struct.pack_into(wire.FAILED_FORMAT, self._link.out, HEADER, fault, detail)
        self._link.send(wire.FAILED, self._number, wire.FAILED_SIZE)
        if signal := signal_of(fault):
            self._signals.show(signal)
        self._recovery.restart_if_lost(fault)

    def _log(self, text: str) -> None:
        data = text.encode()
        self._link.send(wire.LOG, 0, 0, data, 0, len(data))

    def _tidy(self) -> None:
        """Collect garbage while no card is there, so that it never happens during a read."""
        self._steps += 1
        if self._steps >= _STEPS_TO_TIDY and not self._watch.has_card:
            self._steps = 0
            gc.collect()

    # --- one handler a request -----------------------------------------------------------------

    def _refuse(self) -> None:
        kind = self._link.kind
        if kind == wire.HANDSHAKE:
            raise Fault(wire.FAULT_NO_SESSION, 0)
        raise Fault(wire.FAULT_UNKNOWN_REQUEST, kind)

    def _greet(self) -> None:
        """Another host: no session goes on. If the chip does not even start, `chip` is zeros."""
        self._leave()
        struct.pack_into(
            wire.WELCOME_FORMAT,
            self._link.out,
            HEADER,
            wire.REVISION,
            wire.FINGERPRINT,
            FIRMWARE,
            self._chip.version,
            self._device.serial,
        )
        names = self._device.names
        self._link.send(wire.WELCOME, self._number, wire.WELCOME_SIZE, names, 0, len(names))

    def _leave(self) -> None:
        """No session of the link goes on; of another program, it does."""
        self._reading.disarm()
        if self._ccid is None or self._ccid.take(False):
            self._watch.dismiss()
            self._watch.go_dark()

    def _begin_watch(self) -> None:
        if self._ccid is not None:
            self._ccid.take(True)
        self._watch.begin()
        self._done()
        gc.collect()

    def _rest(self) -> None:
        watch = self._watch
        self._leave()
        if not self._recovery.is_chip_ready:
            raise Fault(wire.FAULT_CHIP_SILENT, 0)  # its field may still be on
        has_found = 1 if watch.has_found else 0
        struct.pack_into(wire.RESTED_FORMAT, self._link.out, HEADER, watch.searches, has_found)
        self._link.send(wire.RESTED, self._number, wire.RESTED_SIZE)
        self._steps = _STEPS_TO_TIDY  # as soon as the host asks for nothing more

    def _keep(self) -> None:
        self._insist(self._link.size == wire.KEEP_SIZE)
        self._watch.keep()
        self._done()

    def _arm(self) -> None:
        self._insist(self._reading.arm())
        self._done()

    def _show(self) -> None:
        signal = self._link.buffer[HEADER]
        is_known = wire.SIGNAL_DONE <= signal <= wire.SIGNAL_TRY_AGAIN
        self._insist(is_known and self._link.size == wire.SHOW_SIZE)
        self._signals.show(signal)
        self._done()

    def _maintain(self) -> None:
        self._watch.go_dark()
        self._done()
        self._recovery.maintain()

    def _report_health(self) -> None:
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

    def _examine(self) -> None:
        """Take nothing for granted: the chip starts anew before and after."""
        from examine import examine  # its code stays out of the heap until it is asked for

        self._insist(self._link.size == wire.EXAMINE_SIZE)
        if self._ccid is not None:
            self._ccid.take(True)
        self._watch.dismiss()
        self._signals.show(0)
        self._reading.disarm()
        self._recovery.is_chip_ready = False
        fault, seen = examine(self._link.buffer[HEADER], self._chip, self._wait)
        try:
            self._recovery.start_chip()
        except (ChipSilent, ChipRefused):
            pass  # which is for the host to judge
        self._link.out[HEADER] = fault
        self._link.send(wire.EXAMINED, self._number, wire.EXAMINED_SIZE, seen, 0, len(seen))

    def _insist(self, is_good: bool) -> None:
        if not is_good:
            raise Fault(wire.FAULT_MALFORMED_REQUEST, 0)

    def _done(self) -> None:
        self._link.send(wire.DONE, self._number)


def reader(
    link: "Link",
    chip: "Pn532",
    device: "Device",
    signals: "Signals",
    wait: "Wait",
    port: "UsbCcid | None",
) -> Dispatch:
    """Put the parts of a reader together that lie between its link and its chip.

    `port`: programs reach the card there, over CCID.
    """
    isodep = IsoDep(chip)
    field = Field(chip, isodep, wait)
    relay = Relay(link, chip, isodep)
    reading = Reading(link, isodep, relay)
    recovery = Recovery(chip, field, device, wait)
    watch = Watch(link, chip, field, isodep, relay, reading, recovery, signals, wait)
    ccid = None
    if port is not None:
        from ccid import Ccid  # its code stays out of the heap

        ccid = Ccid(port, chip, field, isodep, watch, recovery, wait)
    return Dispatch(link, chip, reading, watch, recovery, device, signals, wait, ccid)
