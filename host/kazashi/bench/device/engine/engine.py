"""ISO/IEC 14443-4 by the chip's own engine: InDataExchange, frames of 64 bytes. For comparison.

Ref: UM0701-02 §7.3.5 and §7.3.8. It has the interface of the firmware's IsoDep. The response of a
command comes in one answer of the chip, up to 262 octets, or in several.
"""

from time import sleep_ms

from micropython import const

import isodep
from hostframe import PARAMETERS, Command
from octets import copy
from pn532 import IN_LIST_PASSIVE_TARGET, RF_CONFIGURATION, TIMEOUT, RadioError

_DIAGNOSE = const(0x00)
_IN_DATA_EXCHANGE = const(0x40)

_TARGET = const(1)
_MORE = const(0x40)  # of a status, and of a target's number
_MOST_OUT = const(262)
_LIST_TIMEOUT_MS = const(400)
_FIELD_OFF_MS = const(10)
_GUARD_MS = const(5)


class Engine(isodep.IsoDep):
    """The session with one Type B card."""

    def __init__(self, chip):
        super().__init__(chip)
        self._chip = chip
        self._exchange = Command(_IN_DATA_EXCHANGE, 1 + _MOST_OUT)
        self._next = Command(_IN_DATA_EXCHANGE, 1, bytes((_TARGET,)))
        self._attend = Command(_DIAGNOSE, 1, b"\x06")
        self._off = Command(RF_CONFIGURATION, 2, b"\x01\x00")
        self._on = Command(RF_CONFIGURATION, 2, b"\x01\x01")
        self._list = Command(IN_LIST_PASSIVE_TARGET, 3, b"\x01\x03\x00")

    def list(self):
        """The firmware has activated the card with a bare ATTRIB: let the chip begin anew."""
        chip = self._chip
        chip.call(self._off)
        sleep_ms(_FIELD_OFF_MS)
        chip.call(self._on)
        sleep_ms(_GUARD_MS)
        start = chip.call(self._list, _LIST_TIMEOUT_MS)
        if not chip.reply.count or not chip.reply.buffer[start]:
            raise RadioError(TIMEOUT)
        self.room = _MOST_OUT

    def send(self, data, start, count, more):
        block = self._exchange
        block.buffer[PARAMETERS] = _TARGET | (_MORE if more else 0)
        copy(data, start, block.buffer, PARAMETERS + 1, count)
        block.seal(1 + count)
        self._chip.issue(block)
        self.receive()

    def acknowledge(self):
        self._chip.issue(self._next)

    def receive(self):
        heard = self._chip.heard
        self.start = self._chip.received()
        self.count = heard.count
        self.more = heard.buffer[self.start - 1] & _MORE != 0

    def is_present(self):
        reply = self._chip.reply
        start = self._chip.call(self._attend, _LIST_TIMEOUT_MS)
        return reply.count > 0 and reply.buffer[start] == 0
