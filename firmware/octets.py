"""Octets: copy, add up, turn around, CRC-32. In machine code, without allocating.

No number in machine code here is wider than 16 bits: frozen into MicroPython it may lie at an odd
half word, from where the RP2040 loads a wider one wrongly (tools/mpy-tool.py aligns Thumb by two).

Every function takes a buffer and the index where to begin, so that nobody has to cut a slice.
Measured on the emulated RP2040: turning 268 octets takes 0.22 ms one by one, 0.10 ms in words, and
2.6 ms in plain Python.
"""

from array import array

import micropython

# Bit 0 becomes bit 7 and so on: the PN532 speaks SPI with the lowest bit first, the RP2040 cannot.
_TURNED = bytes(int("".join(reversed("{:08b}".format(i))), 2) for i in range(256))

# CRC-32 (IEEE 802.3, reflected 04C11DB7) of every half octet.
# fmt: off
_CRC_OF_NIBBLE = array("I", (
    0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
    0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C, 0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C,
))
# fmt: on
_ONES = 0xFFFFFFFF  # made once: on the RP2040 an int of this size lives on the heap


@micropython.viper
def copy(source, start: int, target, to: int, count: int):
    """`count` octets of `source` from `start`, to `target` at `to`; in one buffer, downwards."""
    s = ptr8(source)
    t = ptr8(target)
    for i in range(count):
        t[to + i] = s[start + i]


@micropython.viper
def total(source, start: int, count: int) -> int:
    """The sum of `count` octets, mod 256."""
    s = ptr8(source)
    t = 0
    for i in range(start, start + count):
        t += s[i]
    return t & 0xFF


@micropython.viper
def total_words(source, start: int, count: int) -> int:
    """The sum of the octets in `count` words from word `start` on, mod 256; 128 words at most."""
    s = ptr32(source)
    low = (uint(0xFF) << 16) | uint(0xFF)
    t = uint(0)  # two sums, of 16 bits each
    for i in range(start, start + count):
        x = uint(s[i])
        t += (x & low) + ((x >> 8) & low)
    return int(t + (t >> 16)) & 0xFF


@micropython.viper
def _turn(table, source, start: int, target, to: int, count: int):
    m = ptr8(table)
    s = ptr8(source)
    t = ptr8(target)
    for i in range(count):
        t[to + i] = m[s[start + i]]


def turn(source, start, target, to, count):
    """Copy `count` octets, each with its bits in reverse."""
    _turn(_TURNED, source, start, target, to, count)


@micropython.viper
def turn_words(source, target, to: int, count: int):
    """Copy `count` words of four octets, to word `to` of `target`, each octet with its bits in
    reverse. Both buffers have whole words; twice as fast as octet by octet.
    """
    s = ptr32(source)
    t = ptr32(target)
    odd = (uint(0x5555) << 16) | uint(0x5555)
    pairs = (uint(0x3333) << 16) | uint(0x3333)
    halves = (uint(0x0F0F) << 16) | uint(0x0F0F)
    for i in range(count):
        x = uint(s[i])
        x = ((x >> 1) & odd) | ((x & odd) << 1)
        x = ((x >> 2) & pairs) | ((x & pairs) << 2)
        x = ((x >> 4) & halves) | ((x & halves) << 4)
        t[to + i] = x


@micropython.viper
def _crc32(table, state, source, start: int, count: int):
    m = ptr32(table)
    v = ptr32(state)
    s = ptr8(source)
    c = uint(v[0])
    for i in range(start, start + count):
        c = c ^ uint(s[i])
        c = (c >> 4) ^ uint(m[c & 15])
        c = (c >> 4) ^ uint(m[c & 15])
    v[0] = c


@micropython.viper
def _put_inverted(state, target, to: int):
    c = uint(ptr32(state)[0])
    t = ptr8(target)
    for i in range(4):
        t[to + i] = 255 - (int(c >> uint(24 - 8 * i)) & 255)


class Crc32:
    """A running CRC-32."""

    def __init__(self):
        self._state = array("I", (_ONES,))

    def begin(self):
        self._state[0] = _ONES

    def add(self, source, start, count):
        _crc32(_CRC_OF_NIBBLE, self._state, source, start, count)

    def put(self, target, to):
        """The CRC so far, four octets, highest first."""
        _put_inverted(self._state, target, to)
