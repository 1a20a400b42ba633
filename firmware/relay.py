"""One APDU: from the host's parts to the card's blocks, and back.

Of any length, in constant memory. A block travels on to the host while the card sends the next.
"""

import struct

from micropython import const

import wire
from faults import Fault
from isodep import BlockError
from link import HEADER
from octets import copy, wipe

_TYPING = const(0)  # MicroPython has no typing: what follows is compiled away there
if _TYPING:
    from isodep import IsoDep
    from link import Link
    from pn532 import Pn532

_LONGEST_RESPONSE = const(65538)  # octets of an APDU, with its status
_ENDLESS = const(0x12)  # a chained I-block, for the report
_NEXT_PART_MS = const(2000)  # for the host to go on with a command that it began
_HEAD = const(16)


def is_for(card: bytes, link: "Link", start: int) -> bool:
    """Return True if the request in hand has the number `card` at `start`.

    A host that does not know it may not use the card: its PIN may have been verified by another.
    """
    if link.size < start - HEADER + len(card):
        return False
    for i in range(len(card)):
        if link.buffer[start + i] != card[i]:
            return False
    return True


class Relay:
    """Carries the command in hand at `link` to the card, and responses to the host."""

    def __init__(self, link: "Link", chip: "Pn532", isodep: "IsoDep") -> None:
        self._link = link
        self._isodep = isodep
        self._heard = chip.heard.buffer
        self._number = 0  # of the request
        self._card = b""  # number of the card that the command is for
        self._is_open = False  # the last block of a response is still to be sent
        self._sent = 0  # octets of responses under that number
        self.head = bytearray(_HEAD)  # the first octets of the response
        self.count = 0  # its octets so far
        self.status = 0  # its status word; 0: the last block was empty
        isodep.on_wait = self._report_life

    def carry(self, card: bytes) -> None:
        """Take the command in hand to the card, whose number its first part has, as the caller saw.

        Raises as isodep does, or Fault if no whole command for this card follows.
        """
        self._card = card
        self.begin(self._link.number)
        self._send_command()
        self.pass_on()
        self.end()

    def begin(self, number: int) -> None:
        """Responses go to the host under this number: that of the request; 0, nobody asked."""
        self._number = number
        self._sent = 0
        self._is_open = False

    def forget(self) -> None:
        """Nothing of a response stays."""
        wipe(self.head, 0, _HEAD)

    def pass_on(self) -> None:
        """Send the response to the host, each block while the card is sending the next.

        end() sends the last: there is time for that when the next command is on air.
        """
        isodep = self._isodep
        self.count = last = 0
        while True:
            if isodep.more:
                isodep.acknowledge()  # first of all: the rest is done while the next is on air
            count = isodep.count
            if self.count == 0:
                copy(self._heard, isodep.start, self.head, 0, min(count, _HEAD))
            self.count += count
            if self.count > _LONGEST_RESPONSE:
                raise BlockError(_ENDLESS)
            if not isodep.more:
                break
            last = self._heard[isodep.start + count - 1]  # a status may come in two pieces
            self._send_part()
            isodep.receive()
        end = isodep.start + count
        if count > 1:
            last = self._heard[end - 2]
        self.status = last << 8 | self._heard[end - 1] if count else 0
        self._is_open = True

    def end(self) -> None:
        """Send what is left of the response, if anything is."""
        if self._is_open:
            self._is_open = False
            self._send_part()
            self._send_end(self.count)

    def end_all(self) -> None:
        """Tell how many octets all responses had that went under this number."""
        self._send_end(self._sent)

    def _send_end(self, size: int) -> None:
        struct.pack_into(wire.END_FORMAT, self._link.out, HEADER, size)
        self._link.send(wire.END, self._number, wire.END_SIZE)

    def _send_part(self) -> None:
        isodep = self._isodep
        count = isodep.count
        struct.pack_into(wire.PART_FORMAT, self._link.out, HEADER, self._sent)
        self._sent += count
        self._link.send(wire.PART, self._number, wire.PART_SIZE, self._heard, isodep.start, count)

    def _send_command(self) -> None:
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

    def _await_next_part(self) -> None:
        link = self._link
        if not link.poll(_NEXT_PART_MS):
            raise Fault(wire.FAULT_COMMAND_CUT, 0)
        is_next = link.kind == wire.TRANSMIT and link.number == self._number
        if not (is_next and is_for(self._card, link, HEADER + 1)):
            raise Fault(wire.FAULT_COMMAND_CUT, 0)

    def _report_life(self) -> None:
        """The card keeps us waiting: let the host know that we are here."""
        struct.pack_into(wire.PART_FORMAT, self._link.out, HEADER, 0)
        self._link.send(wire.PART, self._number, wire.PART_SIZE)
