"""Octets: copy, wipe, add up, turn around, CRC-32. In machine code, without allocating.

No number in machine code here is wider than 16 bits: frozen into MicroPython it may lie at an odd
half word, from where the RP2040 loads a wider one wrongly (tools/mpy-tool.py aligns Thumb by two).

Every function takes a buffer and the index where to begin, so that nobody has to cut a slice.
Measured on the emulated RP2040: turning 268 octets takes 0.08 ms in words, and 2.6 ms in plain
Python; in assembler, 0.02 ms. What a loop uses most is among a function's first three parameters
and in a `while`: viper keeps those in registers, and all else on the stack.
"""

# In viper a buffer is an `object`, and there is no word for `None`; in assembler, no type at all.
# pyright: reportArgumentType=false, reportUnknownVariableType=false, reportUnknownMemberType=false

from array import array

import micropython

try:
    import words_thumb as words
except (AttributeError, SyntaxError):  # CPython, or not a board's processor
    import words

total_words, turn_words = words.total_words, words.turn_words

# The CRC-32 so far (IEEE 802.3, reflected 04C11DB7), and behind it that of every half octet.
# fmt: off
_CRC = array("I", (
    0,
    0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
    0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C, 0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C,
))
# fmt: on


@micropython.viper
def copy(source: object, start: int, target: object, to: int, count: int):
    """`count` octets of `source` from `start`, to `target` at `to`; in one buffer, downwards."""
    s = ptr8(source)
    t = ptr8(target)
    for i in range(count):
        t[to + i] = s[start + i]


@micropython.viper
def copy_words(source: object, start: int, target: object, to: int, count: int):
    """`count` words of four octets, from word `start` to word `to`; both have whole words."""
    s = ptr32(source)
    t = ptr32(target)
    for i in range(count):
        t[to + i] = s[start + i]


@micropython.viper
def wipe(target: object, i: int, end: int):
    """Zeros, from index `i` to `end`."""
    t = ptr8(target)
    while i < end:
        t[i] = 0
        i += 1


@micropython.viper
def total(source: object, start: int, count: int) -> int:
    """The sum of `count` octets, mod 256."""
    s = ptr8(source)
    t = 0
    for i in range(start, start + count):
        t += s[i]
    return t & 0xFF


@micropython.viper
def turn(source: object, start: int, target: object, to: int, count: int):
    """Copy `count` octets, each with its bits in reverse: the PN532 speaks SPI with the lowest bit
    first, the RP2040 cannot.
    """
    s = ptr8(source)
    t = ptr8(target)
    for i in range(count):
        x = s[start + i]
        x = x >> 1 & 0x55 | (x & 0x55) << 1
        x = x >> 2 & 0x33 | (x & 0x33) << 2
        t[to + i] = x >> 4 | (x & 0x0F) << 4


@micropython.viper
def put_crc(source: object, start: int, end: int, target: object, to: int):
    """CRC-32 of octets `start` to `end` of `source`, to `target` at `to`: four, highest first."""
    state = ptr32(_CRC)
    state[0] = (uint(0xFFFF) << 16) | uint(0xFFFF)
    words.add_to_crc(start, end, _CRC, source)
    c = uint(state[0])
    t = ptr8(target)
    for i in range(4):
        t[to + i] = 255 - (int(c >> uint(24 - 8 * i)) & 255)
