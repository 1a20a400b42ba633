"""One APDU: from the host's parts to the card's blocks, and back.

Of any length, in constant memory. A block travels on to the host while the card sends the next.
"""

import struct
from time import ticks_diff, ticks_ms

from micropython import const

import wire
from faults import Fault
from isodep import BlockError
from link import HEADER

_LONGEST_RESPONSE = const(65538)  # octets of an APDU, with its status
_ENDLESS = const(0x12)  # a chained I-block, for the report
_NEXT_PART_MS = const(2000)  # for the host to go on with a command that it began
_LOOK_MS = const(20)


class Relay:
    """Carries the command in hand at `link` to the card, and its response to the host."""

    def __init__(self, link, chip, isodep, device):
        self._link = link
        self._chip = chip
        self._isodep = isodep
        self._device = device
        self._number = 0  # of the request
        isodep.on_wait = self._report_life

    def carry(self):
        """Raises as isodep does, or Fault where the host sends no whole command."""
        self._number = self._link.number
        self._send_command()
        self._pass_on_response()

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
                self._device.alive()
                count = min(isodep.room, end - start)
                isodep.send(link.buffer, start, count, start + count < end or not is_last)
                start += count
            if is_last:
                return
            self._await_next_part()

    def _await_next_part(self):
        link = self._link
        start = ticks_ms()
        while not link.poll(_LOOK_MS):
            self._device.alive()
            if ticks_diff(ticks_ms(), start) > _NEXT_PART_MS:
                raise Fault(wire.FAULT_COMMAND_CUT, 0)
        if link.kind != wire.TRANSMIT or link.number != self._number or link.size < 2:
            raise Fault(wire.FAULT_COMMAND_CUT, 0)

    def _pass_on_response(self):
        link = self._link
        isodep = self._isodep
        buffer = self._chip.heard.buffer
        offset = 0
        while True:
            self._device.alive()
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
        self._device.alive()
        struct.pack_into(wire.PART_FORMAT, self._link.out, HEADER, 0)
        self._link.send(wire.PART, self._number, wire.PART_SIZE)
