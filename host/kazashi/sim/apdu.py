"""Command APDUs, read by a card. Independent of the driver's code, so that each tests the other.

Ref: ISO/IEC 7816-4 §5.1: the cases 1, 2, 3 and 4, short and extended.
"""

from dataclasses import dataclass
from typing import Self


class MalformedApdu(ValueError):
    """The bytes are not a command APDU."""


@dataclass(frozen=True)
class CommandApdu:
    """A command. `ne`: response bytes wanted; 0: none."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = b""
    ne: int = 0
    is_extended: bool = False

    @classmethod
    def parse(cls, apdu: bytes) -> Self:
        """The command in `apdu`.

        Raises:
            MalformedApdu: it is none of the cases.
        """
        if len(apdu) < 4:
            raise MalformedApdu("an APDU has 4 bytes at least")
        is_extended = len(apdu) >= 7 and apdu[4] == 0
        width = 2 if is_extended else 1
        body = apdu[5:] if is_extended else apdu[4:]
        data, le = b"", body
        if len(body) > width:
            nc = int.from_bytes(body[:width], "big")
            data, le = body[width : width + nc], body[width + nc :]
            if nc == 0 or len(data) < nc:
                raise MalformedApdu("Lc and the data disagree")
        if len(le) not in (0, width):
            raise MalformedApdu("there are bytes behind the data")
        ne = (int.from_bytes(le, "big") or 256**width) if le else 0
        return cls(*apdu[:4], data=data, ne=ne, is_extended=is_extended)

    @property
    def asks_for_all(self) -> bool:
        """Whether Le asks for all available bytes."""
        return self.ne == (65536 if self.is_extended else 256)
