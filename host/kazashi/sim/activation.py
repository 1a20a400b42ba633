"""Activation of a card by the PN532, behind InListPassiveTarget and InAutoPoll.

Ref: ISO/IEC 14443-3 §6 and §7; UM0701-02 §7.3.5. That the chip sends ATTRIB with FSD 64 and CID 1:
nfcpy pn532.py. That it sends RATS with FSD 64: Proxmark3 issue 70.
"""

from collections.abc import Callable
from dataclasses import dataclass

from kazashi_wire.messages import Technology

from .engine import FSD, Engine
from .radio import AirFrame, crc_a, crc_b

_REQB = b"\x05\x00\x00"
_REQA = AirFrame(Technology.TYPE_A, b"\x26", bits=7)
_ANTICOLLISION = AirFrame(Technology.TYPE_A, b"\x93\x20")
_SELECT = b"\x93\x70"
_RATS = b"\xe0\x50"  # FSD 64, CID 0
_ISO_DEP = 0x20  # in the SAK


@dataclass
class Target:
    """A card that the chip has listed."""

    technology: Technology
    listing: bytes  # as InListPassiveTarget reports it, without its number
    engine: Engine | None = None
    waiting: bytes = b""  # rest of a response too long for one answer


class Activation:
    """`exchange` sends a frame, waits some seconds, and returns the response, or None."""

    def __init__(
        self, exchange: Callable[[AirFrame, float], bytes | None], patience_s: float
    ) -> None:
        self._exchange = exchange
        self._patience_s = patience_s

    def ask(self, technology: Technology, data: bytes, timeout_s: float) -> bytes | None:
        """Send `data` with its CRC; the answer without CRC, or None if none was valid."""
        crc = crc_a if technology is Technology.TYPE_A else crc_b
        answer = self._exchange(AirFrame(technology, data + crc(data)), timeout_s)
        if answer is None or len(answer) < 3 or crc(answer[:-2]) != answer[-2:]:
            return None
        return answer[:-2]

    def type_b(self) -> Target | None:
        """REQB, ATTRIB with FSD 64 and CID 1."""
        atqb = self.ask(Technology.TYPE_B, _REQB, self._patience_s)
        if atqb is None or len(atqb) < 12:
            return None
        attrib = b"\x1d" + atqb[1:5] + b"\x00\x05\x01\x01"
        answer = self.ask(Technology.TYPE_B, attrib, self._patience_s)
        if answer is None or len(answer) > FSD:
            return None
        engine = self._engine(Technology.TYPE_B, atqb[10] >> 4, atqb[11] >> 4, cid=1)
        return Target(Technology.TYPE_B, atqb[:12] + bytes((len(answer),)) + answer, engine)

    def type_a(self, *, with_rats: bool) -> Target | None:
        """REQA, anticollision, SELECT; RATS if the chip sends it by itself."""
        atqa = self._exchange(_REQA, self._patience_s)
        uid = self._exchange(_ANTICOLLISION, self._patience_s) if atqa else None
        if atqa is None or uid is None or len(uid) != 5:
            return None
        sak = self.ask(Technology.TYPE_A, _SELECT + uid, self._patience_s)
        if sak is None:
            return None
        listing = atqa[::-1] + sak + b"\x04" + uid[:4]
        if not sak[0] & _ISO_DEP or not with_rats:
            return Target(Technology.TYPE_A, listing)
        ats = self.ask(Technology.TYPE_A, _RATS, self._patience_s)
        if ats is None or not 4 <= len(ats) <= FSD:
            return None
        engine = self._engine(Technology.TYPE_A, ats[1] & 0x0F, ats[3] >> 4, cid=None)
        return Target(Technology.TYPE_A, listing + ats, engine)

    def _engine(self, technology: Technology, fsci: int, fwi: int, cid: int | None) -> Engine:
        def ask(block: bytes, timeout_s: float) -> bytes | None:
            return self.ask(technology, block, timeout_s)

        return Engine(ask, fsci=fsci, fwi=fwi, cid=cid)
