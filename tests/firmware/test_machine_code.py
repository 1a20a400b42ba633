"""The firmware's loops over bytes, and what stands in for them on CPython, do the same."""

from array import array

import machine_code
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hostframe
import octets
import words

STAND_INS = [name for name, value in vars(machine_code).items() if hasattr(value, "__wrapped__")]
WORDS = st.integers(1, 70).flatmap(lambda n: st.binary(min_size=4 * n, max_size=4 * n))


def loop_of(name):
    return next(vars(each)[name] for each in (octets, words, hostframe) if hasattr(each, name))


def both(name, *arguments):
    """What the stand-in and the firmware's own loop return, and make of each argument."""
    stand_in, results = loop_of(name), []
    for function in (stand_in, stand_in.__wrapped__):
        own = [each[:] if isinstance(each, bytearray | array) else each for each in arguments]
        results.append((function(*own), own))
    return results


def test_every_stand_in_is_compared_here():
    assert " ".join(sorted(STAND_INS)) == (
        "add_to_crc after_start copy copy_words total total_words turn turn_words wipe"
    )


@given(WORDS, WORDS, st.data())
def test_what_stands_in_for_a_loop_does_the_same(source, target, data):
    target = bytearray(target)
    size = min(len(source), len(target)) // 4
    start = data.draw(st.integers(0, len(source)))
    to = data.draw(st.integers(0, len(target)))
    count = data.draw(st.integers(0, min(len(source) - start, len(target) - to)))
    state = octets._CRC[:]
    state[0] = data.draw(st.integers(0, 0xFFFFFFFF))
    word = data.draw(st.integers(0, size))
    for name, *arguments in (
        ("copy", source, start, target, to, count),
        ("copy_words", source, word, target, 0, size - word),
        ("turn", source, start, target, to, count),
        ("turn_words", size - word, source, target, word),
        ("wipe", target, start, to),
        ("total", source, start, count),
        ("total_words", word, size, source),
        ("add_to_crc", start, start + count, state, source),
        ("after_start", source, start),
        ("after_start", source.replace(source[:2], b"\x00\xff"), start),
    ):
        if name == "wipe" and start > len(target):
            continue
        stand_in, loop = both(name, *arguments)
        assert stand_in == loop, name


def test_copying_downwards_in_one_buffer():
    stand_in, loop = bytearray(range(40)), bytearray(range(40))
    octets.copy(stand_in, 5, stand_in, 2, 30)
    octets.copy.__wrapped__(loop, 5, loop, 2, 30)
    assert stand_in == loop


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("copy", (bytes(4), 2, bytearray(9), 0, 3)),
        ("copy", (bytes(9), 0, bytearray(4), 2, 3)),
        ("copy_words", (bytes(8), 1, bytearray(8), 0, 2)),
        ("copy_words", (bytes(8), 0, bytearray(8), 1, 2)),
        ("wipe", (bytearray(4), 2, 5)),
        ("total", (bytes(4), 2, 3)),
        ("total_words", (0, 2, bytes(4))),
        ("turn", (bytes(9), 0, bytearray(4), 2, 3)),
        ("turn_words", (2, bytes(8), bytearray(8), 1)),
        ("add_to_crc", (0, 5, octets._CRC[:], bytes(4))),
        ("after_start", (bytes(4), 5)),
    ],
)
def test_an_index_out_of_range_is_an_error_in_both(name, arguments):
    function = loop_of(name)
    for each in (function, function.__wrapped__):
        with pytest.raises(IndexError):
            each(*arguments)
