"""Stand-ins in CPython's own C for loops over bytes that the firmware has in machine code.

The names are those of firmware/octets.py, words.py and hostframe.py. If an index is out of range
they raise an error, as the loops do on CPython. tests/firmware/test_machine_code.py compares them.
Buffers are bytes or bytearrays, which are sliced directly: a memoryview costs as much as the rest.
"""

from zlib import crc32

_TURNED = bytes(int(f"{i:08b}"[::-1], 2) for i in range(256))
_ONES = 0xFFFFFFFF  # zlib inverts a CRC before and after; the firmware does it once, at the end


def _part(buffer, start, end):
    if end > len(buffer):
        raise IndexError
    return buffer[start:end]


def copy(source, start, target, to, count):
    if start + count > len(source) or to + count > len(target):
        raise IndexError
    target[to : to + count] = source[start : start + count]


def copy_words(source, start, target, to, count):
    copy(source, 4 * start, target, 4 * to, 4 * count)


def wipe(target, i, end):
    if end > len(target):
        raise IndexError
    if end > i:
        target[i:end] = bytes(end - i)


def total(source, start, count):
    return sum(_part(source, start, start + count)) & 0xFF


def total_words(i, end, source):
    return sum(_part(source, 4 * i, 4 * end)) & 0xFF


def turn(source, start, target, to, count):
    if start + count > len(source) or to + count > len(target):
        raise IndexError
    target[to : to + count] = source[start : start + count].translate(_TURNED)


def turn_words(i, source, target, to):
    turn(source, 0, target, 4 * to, 4 * i)


def add_to_crc(i, end, state, source):
    state[0] = crc32(_part(source, i, end), state[0] ^ _ONES) ^ _ONES


def after_start(buffer, count):
    if count > len(buffer):
        raise IndexError
    at = buffer.find(b"\x00\xff", 0, count)
    return at + 2 if at >= 0 else 0
