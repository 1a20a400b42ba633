"""The one place where an exception becomes a fault on the wire."""

import wire
from isodep import BlockError
from pn532 import ChipRefused, ChipSilent, Overheated, RadioError


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
    if isinstance(error, Overheated):
        return wire.FAULT_COOL_DOWN, detail
    return wire.FAULT_INTERNAL, 0
