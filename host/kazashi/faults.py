"""Map a reader's `Failed` to an error."""

from kazashi.errors import (
    CardGarbled,
    CardGone,
    CardInUse,
    CardProtocolBroken,
    NoCard,
    ReaderError,
    ReaderFault,
    ReaderHot,
    ReadInterrupted,
    UnknownValue,
)
from kazashi_wire.messages import Failed, Fault


def error_of(failed: Failed) -> ReaderError:
    """The error that a `Failed` stands for."""
    try:
        fault = Fault(failed.fault)
    except ValueError:
        return UnknownValue("fault", failed.fault)
    if fault is Fault.NO_CARD:
        return NoCard()
    if fault is Fault.CARD_GONE:
        return CardGone(failed.detail)
    if fault is Fault.CARD_GARBLED:
        return CardGarbled(failed.detail)
    if fault is Fault.CARD_IN_USE:
        return CardInUse()
    if fault is Fault.CARD_PROTOCOL:
        return CardProtocolBroken(failed.detail)
    if fault is Fault.CHIP_RESTARTED:
        return ReadInterrupted()
    if fault is Fault.COOL_DOWN:
        return ReaderHot(fault, failed.detail)
    return ReaderFault(fault, failed.detail)
