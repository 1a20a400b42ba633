"""A Watch of the host: searches until a card is found, then looks whether it is still there.

A search ends if its host says nothing for the time of its lease. A card found gets a random number:
only a request that carries it reaches the card, and only such a request renews its lease. After
that time without one, the field goes off.
"""

import struct
from os import urandom
from time import ticks_diff, ticks_ms

from micropython import const

import wire
from faults import Fault
from field import FOUND, REFUSED
from link import HEADER
from pn532 import ChipRefused, ChipSilent
from relay import is_for
from wait import REQUEST, SEARCH

_TYPING = const(0)  # MicroPython has no typing: what follows is compiled away there
if _TYPING:
    from field import Field
    from isodep import IsoDep
    from link import Link
    from pn532 import Pn532
    from reading import Reading
    from recovery import Recovery
    from relay import Relay
    from signals import Signals
    from wait import Wait

_REPEATS = const(3)  # of a look to which the card has not answered
_PRESENCE_MS = const(250)  # between two looks whether an idle card is still there
_FAILED_SEARCHES = const(3)  # in a row, each mended by a chip reset
_CARD_SIZE = const(4)  # bytes of a card's number


class Watch:
    """State of the search: none, in progress, or a card was found."""

    def __init__(
        self,
        link: "Link",
        chip: "Pn532",
        field: "Field",
        isodep: "IsoDep",
        relay: "Relay",
        reading: "Reading",
        recovery: "Recovery",
        signals: "Signals",
        wait: "Wait",
    ) -> None:
        self._link = link
        self._chip = chip
        self._field = field
        self._isodep = isodep
        self._relay = relay
        self._reading = reading
        self._recovery = recovery
        self._signals = signals
        self._wait = wait
        self.is_looking = False  # the host waits for a card
        self._period_ms = 0  # from one search to the next
        self._searched = 0  # ticks, when the last one began
        self._failures = 0  # of searches, in a row
        self._refusal = 0  # reported, and still there
        self._checked = 0  # ticks, when the card was last seen
        self._lease_ms = 0  # that a search or a card outlives its host's last request for it
        self._kept = 0  # ticks, when its host last asked for it
        self.card = bytes(_CARD_SIZE)  # random number of the card found
        self.has_card = False
        self.searches = 0  # that came to an end, for the last Watch
        self.has_found = False  # what it looked for

    def begin(self) -> None:
        """Begin what the request in hand, a wire.WATCH, asks for.

        Raises Fault if it is malformed or the chip is too hot; else as Pn532.start() does.
        """
        reading = self._reading
        reading.begin_watch()
        self._field.reading = reading if reading.is_armed else None
        self._recovery.refuse_heat()
        link = self._link
        count = link.size - wire.WATCH_SIZE
        if count <= 0:
            raise Fault(wire.FAULT_MALFORMED_REQUEST, 0)
        fastest, period_ms, lease_s = struct.unpack_from(wire.WATCH_FORMAT, link.buffer, HEADER)
        is_known = fastest <= wire.BIT_RATE_KBIT_424 and lease_s > 0
        start = HEADER + wire.WATCH_SIZE
        if not (is_known and self._field.begin(fastest, link.buffer, start, count)):
            raise Fault(wire.FAULT_MALFORMED_REQUEST, 0)
        self.dismiss()
        self._recovery.start_chip()
        self._period_ms = period_ms
        self._lease_ms = lease_s * 1000
        self._kept = ticks_ms()
        self._failures = 0
        self._refusal = 0
        self.card = urandom(_CARD_SIZE)  # one Watch, one card
        self.searches = 0
        self.has_found = False
        self.is_looking = True
        self._signals.show(wire.SIGNAL_READY)

    def is_due(self) -> bool:
        """Return True if it is time for step()."""
        if self.is_looking:
            return not self.searches or ticks_diff(ticks_ms(), self._searched) >= self._period_ms
        return self.has_card and ticks_diff(ticks_ms(), self._checked) >= _PRESENCE_MS

    def step(self) -> None:
        """Search once, or look once whether the card is still there."""
        self._wait.begin(SEARCH)
        now = ticks_ms()
        if ticks_diff(now, self._kept) >= self._lease_ms:
            self._end()  # its host says nothing
        elif self.is_looking:
            self._searched = now
            self._look_for_card()
        else:
            if not self._isodep.is_present(_REPEATS):
                self._end()
            self._checked = ticks_ms()

    def _insist_on_card(self, start: int) -> None:
        """Raise Fault unless the request in hand has the number of the card there, at `start`."""
        if not (self.has_card and is_for(self.card, self._link, start)):
            raise Fault(wire.FAULT_NO_CARD, 0)

    def keep(self) -> None:
        """Renew the lease of the search, or of the card that the wire.KEEP in hand names."""
        if not self.is_looking:
            self._insist_on_card(HEADER)
        self._kept = ticks_ms()

    def carry(self) -> None:
        """Carry the command in hand to the card. Raises as Relay.carry() does."""
        self._insist_on_card(HEADER + 1)
        self._signals.show(wire.SIGNAL_READING)
        self._relay.carry(self.card)
        self._checked = self._kept = ticks_ms()

    def dismiss(self) -> None:
        """End the session with the card as the standard asks, and forget it."""
        self.is_looking = False
        if self.has_card:
            self.has_card = False
            self._isodep.deselect()
        self.forget()

    def go_dark(self) -> None:
        """Switch the field off: each card in it is forgotten, and forgets."""
        self.is_looking = False
        self.has_card = False
        self._signals.show(0)
        self._recovery.switch_field_off()
        self.forget()

    def forget(self) -> None:
        """Overwrite every buffer between host and card with zeros, in the order of that way.

        Nothing of a card lies anywhere else: none of its bytes is ever copied to the heap. Out of
        reach are MicroPython's own rings, 512 bytes for USB and 320 for a UART: what passes next
        overwrites them.
        """
        self._link.forget()
        self._relay.forget()
        self._isodep.forget()
        self._field.forget()
        self._chip.forget()

    def _look_for_card(self) -> None:
        try:
            found = self._field.search()
        except (ChipSilent, ChipRefused) as error:
            self._mend_search(error)
            return
        self.searches += 1
        self._failures = 0
        if found == FOUND:
            self._read_card()
            return
        if found == REFUSED:
            self._tell_refusal()
        else:
            self._refusal = 0
        self.forget()  # a card that was refused, or there in passing

    def _mend_search(self, error: Exception) -> None:
        """Reset the chip and go on; a chip that fails whenever it searches is as good as silent."""
        self._failures += 1
        if self._failures > _FAILED_SEARCHES:
            self.go_dark()
            raise Fault(wire.FAULT_CHIP_SILENT, error.args[0])
        if not self._recovery.reset_chip():
            raise error
        self._field.renew()

    def _read_card(self) -> None:
        """Tell the host of the card, and read what it has planned."""
        self.is_looking = False  # one Watch, one card: never a second one unnoticed
        self.has_card = self.has_found = True
        self._wait.go_on_as(REQUEST)  # that for this card was made before
        self._reading.run(self._tell_found)
        self._signals.show(wire.SIGNAL_CARD_FOUND)  # what was planned is read
        self._checked = self._kept = ticks_ms()

    def _tell_found(self) -> None:
        field = self._field
        found = field.technology, field.to_card, field.from_card, self.card
        struct.pack_into(wire.CARD_FOUND_FORMAT, self._link.out, HEADER, *found)
        size = wire.CARD_FOUND_SIZE
        self._link.send(wire.CARD_FOUND, 0, size, field.answer, 0, field.count)
        if self._reading.is_armed:
            self._signals.show(wire.SIGNAL_READING)

    def _tell_refusal(self) -> None:
        if self._field.refusal != self._refusal:
            self._refusal = self._field.refusal
            self._link.out[HEADER] = self._refusal
            self._link.send(wire.CARD_REFUSED, 0, wire.CARD_REFUSED_SIZE)

    def _end(self) -> None:
        """The card has left, or its host: tell whoever is there."""
        self._signals.card_left()
        self.go_dark()
        self._link.send(wire.CARD_LOST, 0)
