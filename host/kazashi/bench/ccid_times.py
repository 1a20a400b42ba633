"""Times of the emulated Pico as a CCID reader; ccid.py measures them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CcidTimes:
    """Measured times, in milliseconds."""

    short_ms: float  # a command without data, answered by a status word
    read_ms: float  # SELECT, and one extended READ of 1,600 bytes
    opensc_ms: float  # all APDUs of OpenSC's JPKI driver for a certificate and a signature
    removal_ms: float  # from the card's leaving to the interrupt endpoint; a card with FWI 10
