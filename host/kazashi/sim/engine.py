"""The PN532's own ISO-DEP engine, behind InDataExchange: frames of 64 bytes, blocks of its own.

Ref: ISO/IEC 14443-4 §7; that it announces FSD 64, and a CID to Type B cards: nfcpy pn532.py.
"""

from collections.abc import Callable

from .picc import FRAME_SIZES
from .radio import frame_waiting_time

FSD = 64

_TIMEOUT = 0x01
_PROTOCOL = 0x0B
_RETRIES = 2
_DELTA_FWT_S = 49152 / 13.56e6
_MOST_FWT_S = frame_waiting_time(14)


class EngineError(Exception):
    """`status`: the answer of InDataExchange."""

    def __init__(self, status: int) -> None:
        super().__init__(f"{status:02X}")
        self.status = status


class Engine:
    """One activated card. `ask` sends a block, waits some seconds, returns the answer or None."""

    def __init__(
        self, ask: Callable[[bytes, float], bytes | None], *, fsci: int, fwi: int, cid: int | None
    ) -> None:
        self._ask = ask
        self._cid = b"" if cid is None else bytes((cid,))
        self._inf = FRAME_SIZES[min(fsci, 8)] - 3 - len(self._cid)
        self._fwt_s = frame_waiting_time(fwi if fwi < 15 else 4) + _DELTA_FWT_S
        self._number = 0

    def transmit(self, apdu: bytes) -> bytes:
        """Send a command in as many blocks as necessary; return the whole response.

        Raises:
            EngineError: the card is silent, or breaks the protocol.
        """
        pieces = [apdu[i : i + self._inf] for i in range(0, len(apdu), self._inf)] or [b""]
        for piece in pieces[:-1]:
            self._exchange(0x12, piece, 0xA2)
        pcb, response = self._exchange(0x02, pieces[-1], 0x02)
        while pcb & 0x10:
            pcb, more = self._exchange(0xA2, b"", 0x02)
            response += more
        return response

    def is_present(self) -> bool:
        """Whether the card answers R(NAK) with R(ACK)."""
        answer = self._ask(self._block(0xB2 | self._number), self._fwt_s)
        return answer is not None and answer[0] & 0xF6 == 0xA2

    def deselect(self) -> None:
        self._ask(self._block(0xC2), self._fwt_s)

    def _exchange(self, kind: int, inf: bytes, wanted: int) -> tuple[int, bytes]:
        """Send one block and wait for an answer of the `wanted` kind: (PCB, INF)."""
        block = self._block(kind | self._number, inf)
        retry = block if kind == 0xA2 else self._block(0xB2 | self._number)
        sending, wait_s, failures = block, self._fwt_s, 0
        while True:
            answer = self._ask(sending, wait_s)
            sending, wait_s = retry, self._fwt_s
            if answer is not None:
                pcb, data = answer[0], answer[1 + len(self._cid) :]
                plain = pcb & ~0x08
                if plain & 0xE2 == wanted & 0xE2 and plain & 1 == self._number:
                    self._number ^= 1
                    return plain, data
                if plain == 0xF2 and data:
                    sending = self._block(0xF2, bytes((data[0] & 0x3F,)))
                    wait_s = min(self._fwt_s * (data[0] & 0x3F), _MOST_FWT_S)
                    continue
                if plain & 0xF6 == 0xA2 and kind != 0xA2:
                    sending = block
            failures += 1
            if failures > _RETRIES:
                raise EngineError(_TIMEOUT if answer is None else _PROTOCOL)

    def _block(self, pcb: int, inf: bytes = b"") -> bytes:
        return bytes((pcb | 0x08 * bool(self._cid),)) + self._cid + inf
