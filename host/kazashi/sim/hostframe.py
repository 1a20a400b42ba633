"""PN532 host frames on the chip's side: found in received bytes, built around sent data.

Ref: NXP UM0701-02 §6.2.1. Independent of the firmware's code (firmware/hostframe.py).
"""

ACK = bytes.fromhex("0000ff00ff00")
NACK = bytes.fromhex("0000ffff0000")
SYNTAX_ERROR = bytes.fromhex("0000ff01ff7f8100")

_LONGEST_DATA = 265  # TFI, code and parameters of an extended frame
_FROM_HOST = 0xD4
_FROM_CHIP = 0xD5


class Received:
    """Bytes received from the host, not yet processed."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def add(self, data: bytes) -> None:
        self._bytes += data

    def next(self) -> bytes | None:
        """The next whole frame: ACK, NACK, or a command's code and parameters.

        A damaged frame is ignored: the chip stays silent, and the host sends it again.
        """
        received = self._bytes
        while (start := received.find(b"\x00\xff")) >= 0:
            del received[:start]
            if len(received) < 4:
                return None
            length = bytes(received[2:4])
            if length in (b"\x00\xff", b"\xff\x00"):
                del received[:4]
                return ACK if length == b"\x00\xff" else NACK
            begin = 7 if length == b"\xff\xff" else 4
            if len(received) < begin:
                return None
            lengths = received[4:7] if begin == 7 else received[2:4]  # and their checksum
            size = int.from_bytes(lengths[:-1], "big")
            if sum(lengths) & 0xFF or not 1 <= size <= _LONGEST_DATA:
                del received[:2]
                continue
            if len(received) < begin + size + 1:
                return None
            frame = bytes(received[begin : begin + size])
            is_good = (sum(frame) + received[begin + size]) & 0xFF == 0
            del received[: begin + size + 1]
            if is_good and frame[0] == _FROM_HOST:
                return frame[1:]
        del received[: max(0, len(received) - 1)]
        return None


def answer(code: int, data: bytes) -> bytes:
    """The answer to command `code`: a normal frame, or an extended one if it is longer."""
    body = bytes((_FROM_CHIP, code + 1)) + data
    if len(body) <= 255:
        head = bytes((len(body), -len(body) & 0xFF))
    else:
        size = len(body).to_bytes(2, "big")
        head = b"\xff\xff" + size + bytes((-sum(size) & 0xFF,))
    return b"\x00\x00\xff" + head + body + bytes((-sum(body) & 0xFF, 0))
