"""The one place where an exception becomes a fault on the wire, and a fault what people see."""

import wire
from isodep import BlockError
from pn532 import TIMEOUT, CardLost, ChipRefused, ChipSilent, Overheated, RadioError

_OF_THE_HOST = (
    wire.FAULT_UNKNOWN_REQUEST,
    wire.FAULT_MALFORMED_REQUEST,
    wire.FAULT_NO_CARD,
    wire.FAULT_NO_SESSION,
)
_OF_THE_CARD = (
    wire.FAULT_CARD_GONE,
    wire.FAULT_CARD_GARBLED,
    wire.FAULT_CARD_PROTOCOL,
    wire.FAULT_CHIP_RESTARTED,
)


class Fault(Exception):
    """A request that cannot be carried out. args: a wire.FAULT, its detail."""


def fault_of(error: Exception) -> "tuple[int, int]":
    """(fault, detail) for the wire."""
    if isinstance(error, Fault):
        return error.args
    detail = error.args[0] if error.args else 0
    if isinstance(error, RadioError):
        is_gone = isinstance(error, CardLost) or detail == TIMEOUT
        return wire.FAULT_CARD_GONE if is_gone else wire.FAULT_CARD_GARBLED, detail
    if isinstance(error, BlockError):
        return wire.FAULT_CARD_PROTOCOL, detail
    if isinstance(error, ChipSilent):
        return wire.FAULT_CHIP_SILENT, detail
    if isinstance(error, ChipRefused):
        return wire.FAULT_CHIP_REFUSED, detail
    if isinstance(error, Overheated):
        return wire.FAULT_COOL_DOWN, detail
    return wire.FAULT_INTERNAL, 0


def signal_of(fault: int) -> int:
    """The wire.SIGNAL that tells people of it; 0: it is the host's alone."""
    if fault in _OF_THE_HOST:
        return 0
    return wire.SIGNAL_TRY_AGAIN if fault in _OF_THE_CARD else wire.SIGNAL_FAILED
