"""PN532 host frames: how a command or an answer is wrapped on any bus.

Ref: PN532 User Manual, NXP UM0701-02, §6.2.1.

    normal    00 | 00 FF | LEN LCS            | TFI data | DCS | 00
    extended  00 | 00 FF | FF FF LENM LENL LCS | TFI data | DCS | 00
    ACK       00 | 00 FF | 00 FF | 00
    NACK      00 | 00 FF | FF 00 | 00

LEN counts TFI and data. LEN + LCS, LENM + LENL + LCS, and TFI + data + DCS are 0 mod 256.
TFI is D4 to the chip, D5 from it, 7F in its syntax error frame.
"""

import micropython
from micropython import const

from octets import total, total_words, wipe  # pyright: ignore[reportUnknownVariableType]

TO_CHIP = const(0xD4)
FROM_CHIP = const(0xD5)
SYNTAX_ERROR = const(0x7F)

ACK = b"\x00\x00\xff\x00\xff\x00"
NACK = b"\x00\x00\xff\xff\x00\x00"

LONGEST = const(276)  # extended: 8 + TFI + 265 + DCS + 00
_LONGEST_NORMAL = const(255)

_HEADER = const(8)  # of an extended frame; a normal one begins 3 later
PARAMETERS = const(10)  # index of the first parameter: behind header, TFI and code
CODE = const(9)  # index of the command's code
NORMAL = const(3)  # index where a normal frame begins; an extended one begins at 0


class Command:
    """A command for the chip, with room for `room` octets of parameters from `PARAMETERS` on.

    Made once, sealed whenever its parameters change, sent any number of times.
    """

    def __init__(self, code: int, room: int, parameters: bytes = b"") -> None:
        self.buffer = bytearray(PARAMETERS + room + 2)
        self.buffer[CODE] = code
        self.buffer[PARAMETERS : PARAMETERS + len(parameters)] = parameters
        self.end = 0
        self.seal(len(parameters))

    def forget(self) -> None:
        """Zeros for parameters."""
        wipe(self.buffer, PARAMETERS, len(self.buffer))
        self.seal(0)

    def seal(self, count: int) -> None:
        """Wrap the first `count` parameters."""
        b = self.buffer
        size = count + 2
        b[_HEADER] = TO_CHIP
        start = NORMAL
        if size > _LONGEST_NORMAL:
            start = 0
            b[3] = b[4] = 0xFF
            b[5] = size >> 8
        b[6] = size & 0xFF
        b[start] = b[start + 1] = 0
        b[start + 2] = 0xFF
        b[7] = -(b[6] if start else b[5] + b[6]) & 0xFF
        b[_HEADER + size] = -total(b, _HEADER, size) & 0xFF
        b[_HEADER + size + 1] = 0
        self.end = _HEADER + size + 2


@micropython.viper
def after_start(buffer: object, count: int) -> int:
    """Index behind the start code 00 FF in the first `count` octets; 0 if there is none."""
    b = ptr8(buffer)  # pyright: ignore[reportArgumentType]  # in viper it is an object
    for i in range(1, count):
        if b[i] == 0xFF and b[i - 1] == 0:
            return i + 1
    return 0


@micropython.viper
def size_of(buffer: object, count: int) -> int:
    """Octets of the whole frame that begins `buffer`; 0 if the first `count` do not tell."""
    b = ptr8(buffer)  # pyright: ignore[reportArgumentType]  # in viper it is an object
    i = 3  # most begin with 00 00 FF, and a call takes time
    if count < 3 or b[1] != 0 or b[2] != 0xFF:
        i = int(after_start(buffer, count))
    if i == 0 or i + 2 > count:
        return 0
    if b[i] == 0xFF and b[i + 1] == 0xFF:
        if i + 5 > count:
            return 0
        if (b[i + 2] + b[i + 3] + b[i + 4]) & 0xFF == 0:
            return i + 5 + (b[i + 2] << 8 | b[i + 3]) + 2
    elif (b[i] + b[i + 1]) & 0xFF == 0 and b[i] != 0:
        return i + 2 + b[i] + 2
    return i + 3  # ACK, NACK, or a length that is wrong


@micropython.viper
def frame_in(buffer: object, size: int) -> int:
    """Where TFI and data lie in a frame, of which size_of() says that it has `size` octets.

    Returns their number << 16 | their index; 0: it has none, or is damaged.
    """
    b = ptr8(buffer)  # pyright: ignore[reportArgumentType]  # in viper it is an object
    i = 3
    if size < 3 or b[1] != 0 or b[2] != 0xFF:
        i = int(after_start(buffer, size))
    i += 5 if b[i] == 0xFF and b[i + 1] == 0xFF else 2
    length = size - i - 2
    if length <= 0:
        return 0
    summed = 0
    j = i
    if i & 3 == 0:  # long answers begin with a word: quick to add
        end = (size - 1) >> 2
        summed = int(total_words(i >> 2, end, buffer))
        j = end << 2
    while j < size - 1:
        summed += b[j]
        j += 1
    if summed & 0xFF != 0:
        return 0
    return length << 16 | i


@micropython.viper
def begins_with(buffer: object, size: int, start: object, count: int) -> bool:
    """Return True if a frame is undamaged and begins with the first `count` octets of `start`.

    size_of() says that it has `size` octets. `start` has the frame's header, so the length, too.
    Zeros before it, which some chips send: False.
    """
    b = ptr8(buffer)  # pyright: ignore[reportArgumentType]  # in viper it is an object
    s = ptr8(start)  # pyright: ignore[reportArgumentType]
    while count:
        count -= 1
        if b[count] != s[count]:
            return False
    # Header, TFI and data with DCS are each 0 mod 256 but for the start code, and FF FF.
    words = size >> 2
    summed = int(total_words(0, words, buffer))
    i = words << 2
    while i < size:
        summed += b[i]
        i += 1
    return summed & 0xFF == (0xFD if s[3] == 0xFF else 0xFF)


class Answer:
    """What the chip sent: room for one frame, in whole words, and where its data lies in it."""

    def __init__(self, room: int = LONGEST) -> None:
        self.buffer = bytearray(room + 3 & ~3)
        self.start = 0  # of the data, behind TFI and code
        self.count = 0  # octets of data
        self.code = 0  # of the answer: that of the command plus one; SYNTAX_ERROR for that frame

    def forget(self) -> None:
        """Zeros."""
        wipe(self.buffer, 0, len(self.buffer))
        self.start = self.count = 0

    def is_ack(self, size: int) -> bool:
        i = after_start(self.buffer, size)
        return i > 0 and i + 1 < size and self.buffer[i] == 0x00 and self.buffer[i + 1] == 0xFF

    def read(self, size: int) -> bool:
        """Unwrap a frame of `size` octets, see size_of(). False if it is none, or damaged."""
        b = self.buffer
        i = frame_in(b, size)
        if not i:
            return False
        count = i >> 16
        i &= 0xFFFF
        if b[i] == FROM_CHIP and count >= 2:
            self.code = b[i + 1]
            self.start = i + 2
            self.count = count - 2
            return True
        self.code = SYNTAX_ERROR
        self.start = self.count = 0
        return b[i] == SYNTAX_ERROR
