"""Words of four bytes and CRC-32 in viper, for any processor; words_thumb.py is for the board's.

No number here is wider than 16 bits, for the reason that octets.py tells.
"""

# In viper a buffer is an `object`.
# pyright: reportArgumentType=false

import micropython


@micropython.viper
def total_words(i: int, end: int, source: object) -> int:
    """The sum of the octets in words `i` to `end` of `source`, mod 256; 128 words at most."""
    s = ptr32(source)
    pairs = (uint(0xFF) << 16) | uint(0xFF)
    t = uint(0)  # two sums, of 16 bits each
    while i < end:
        x = uint(s[i])
        t += (x & pairs) + ((x >> 8) & pairs)
        i += 1
    return int(t + (t >> 16)) & 0xFF


@micropython.viper
def turn_words(i: int, source: object, target: object, to: int):
    """Copy the first `i` words of four octets, to word `to` of `target`, each octet with its bits
    in reverse. Both buffers have whole words.
    """
    s = ptr32(source)
    t = ptr32(target)
    ones = (uint(0x5555) << 16) | uint(0x5555)
    twos = (uint(0x3333) << 16) | uint(0x3333)
    fours = (uint(0x0F0F) << 16) | uint(0x0F0F)
    while i:
        i -= 1
        x = uint(s[i])
        x = ((x >> 1) & ones) | ((x & ones) << 1)
        x = ((x >> 2) & twos) | ((x & twos) << 2)
        x = ((x >> 4) & fours) | ((x & fours) << 4)
        t[to + i] = x


@micropython.viper
def add_to_crc(i: int, end: int, state: object, source: object):
    """Go on with a CRC-32 by octets `i` to `end` of `source`. `state`: see octets.py."""
    v = ptr32(state)
    s = ptr8(source)
    c = uint(v[0])
    while i < end:
        c = c ^ uint(s[i])
        c = (c >> 4) ^ uint(v[(c & 15) + 1])
        c = (c >> 4) ^ uint(v[(c & 15) + 1])
        i += 1
    v[0] = c
