"""PC/SC as pyscard has it (`smartcard.scard`): what we use of it, its numbers, its errors as ours.

Ref: pcsc-lite, winscard.h and pcsclite.h; Microsoft, winscard.h and winerror.h.
"""

from collections.abc import Callable
from enum import IntEnum, unique
from importlib import import_module
from typing import Protocol, cast

from kazashi.errors import (
    CardGone,
    CardInUse,
    CardReset,
    CardUnusable,
    PcscFailed,
    PcscForbidden,
    PcscMissing,
    ReaderError,
    ReaderUnplugged,
    not_installed,
)

SCOPE_USER = 0
SHARE_EXCLUSIVE = 1
PROTOCOL_T1 = 2  # contactless readers offer no other, PC/SC part 3 §3.1.3.2.3.1
RESET_CARD, UNPOWER_CARD = 1, 2

STATE_CHANGED = 0x0002
STATE_NO_READER = 0x0001 | 0x0004 | 0x0008  # ignored, unknown, unavailable
STATE_PRESENT = 0x0020


class Scard(Protocol):
    """Functions of `smartcard.scard`. Each result begins with the code of PC/SC, but for a code
    that is the whole result. pyscard gives lists; they unpack as these tuples do.
    """

    def SCardEstablishContext(self, scope: int, /) -> tuple[int, int]: ...
    def SCardReleaseContext(self, context: int, /) -> int: ...
    def SCardListReaders(self, context: int, groups: list[str], /) -> tuple[int, list[str]]: ...
    def SCardGetStatusChange(
        self, context: int, timeout_ms: int, states: list[tuple[str, int]], /
    ) -> tuple[int, list[tuple[str, int, list[int]]]]: ...
    def SCardConnect(
        self, context: int, reader: str, share: int, protocol: int, /
    ) -> tuple[int, int, int]: ...
    def SCardReconnect(
        self, card: int, share: int, protocol: int, beginning: int, /
    ) -> tuple[int, int]: ...
    def SCardDisconnect(self, card: int, end: int, /) -> int: ...
    def SCardTransmit(
        self, card: int, protocol: int, apdu: list[int], /
    ) -> tuple[int, list[int]]: ...


def loaded() -> Scard:
    """pyscard.

    Raises:
        NotInstalled: it is missing.
    """
    try:
        return cast("Scard", import_module("smartcard.scard"))
    except ImportError as error:
        raise not_installed(error, "pcsc") from error


@unique
class Code(IntEnum):
    """Codes that a caller can do something about."""

    OK = 0
    INVALID_HANDLE = 0x80100003
    INVALID_PARAMETER = 0x80100004
    INSUFFICIENT_BUFFER = 0x80100008
    UNKNOWN_READER = 0x80100009
    TIMEOUT = 0x8010000A
    SHARING_VIOLATION = 0x8010000B
    NO_SMARTCARD = 0x8010000C
    PROTO_MISMATCH = 0x8010000F
    LOST_SERVICE = 0x80100013  # SCARD_F_COMM_ERROR: the service ended during a call
    NOT_TRANSACTED = 0x80100016
    READER_UNAVAILABLE = 0x80100017
    NO_SERVICE = 0x8010001D
    SERVICE_STOPPED = 0x8010001E
    NO_ACCESS = 0x80100027
    NO_READERS = 0x8010002E
    COMM_DATA_LOST = 0x8010002F
    UNSUPPORTED_CARD = 0x80100065
    UNRESPONSIVE_CARD = 0x80100066
    UNPOWERED_CARD = 0x80100067
    RESET_CARD = 0x80100068
    REMOVED_CARD = 0x80100069
    SECURITY_VIOLATION = 0x8010006A  # pcsc-lite: polkit says no


NOT_TRANSMITTED = (Code.NOT_TRANSACTED, Code.COMM_DATA_LOST)  # between reader and card
NOT_TAKEN = (Code.INVALID_PARAMETER, Code.INSUFFICIENT_BUFFER)  # the reader refuses the command

_ERRORS: dict[int, Callable[[], ReaderError]] = {
    **dict.fromkeys((Code.NO_SERVICE, Code.SERVICE_STOPPED, Code.LOST_SERVICE), PcscMissing),
    Code.INVALID_HANDLE: PcscMissing,  # all of ours are of a service that has ended since
    **dict.fromkeys((Code.UNKNOWN_READER, Code.READER_UNAVAILABLE), ReaderUnplugged),
    Code.NO_READERS: ReaderUnplugged,
    **dict.fromkeys((Code.NO_ACCESS, Code.SECURITY_VIOLATION), PcscForbidden),
    Code.SHARING_VIOLATION: CardInUse,
    **dict.fromkeys((Code.NO_SMARTCARD, Code.REMOVED_CARD), CardGone),
    **dict.fromkeys((Code.RESET_CARD, Code.UNPOWERED_CARD), CardReset),
    **dict.fromkeys((Code.UNSUPPORTED_CARD, Code.UNRESPONSIVE_CARD), CardUnusable),
    Code.PROTO_MISMATCH: CardUnusable,
}


def error_of(code: int) -> ReaderError:
    """The error that a code stands for."""
    known = _ERRORS.get(code & 0xFFFFFFFF)  # some builds give them with a sign
    return known() if known else PcscFailed(f"{code & 0xFFFFFFFF:08X}")


def check(code: int) -> None:
    """Raise the error that a code stands for, if it does."""
    if code != Code.OK:
        raise error_of(code)
