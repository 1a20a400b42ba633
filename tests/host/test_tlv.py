"""BER-TLV, over data that is right and data that is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazashi.cards.errors import MalformedFile
from kazashi.cards.tlv import Record, object_size, values
from kazashi.sim.tlv import tlv
from said import raises

TAGS = st.one_of(
    st.integers(0, 0xFF).filter(lambda tag: tag & 0x1F != 0x1F),
    st.builds(
        lambda first, second: (first << 5 | 0x1F) << 8 | second,
        st.integers(0, 7),
        st.integers(0, 127),
    ),
)


@pytest.mark.parametrize(
    ("start", "size"),
    [
        ("30820640", 1604),
        ("308180", 131),
        ("ff200c", 15),
        ("ff2082148f", 5268),
        ("5f374100", 68),
        ("9000", 2),
        ("", None),
        ("ff", None),
        ("ff20", None),
        ("3080", None),  # without a definite length
        ("30830100", None),
        ("3082ff", None),
        ("3081", None),
        ("ff808001", None),  # a tag of three bytes
    ],
)
def test_the_header_says_how_long_an_object_is(start, size):
    assert object_size(bytes.fromhex(start)) == size


@given(TAGS, st.binary(max_size=300))
def test_an_object_that_the_simulator_writes_is_read(tag, value):
    written = tlv(tag, value)
    assert object_size(written + b"\x00\xff") == len(written)
    assert values(written, "file") == {tag: value}


def test_a_record_gives_its_objects_with_and_without_their_headers():
    record = Record(
        bytes.fromhex("ff300c df3101aa df3202bbcc 900100".replace(" ", "")), 0xFF30, "f"
    )
    assert record.value(0xDF32) == b"\xbb\xcc"
    assert record.raw(0x90, 0xDF31).hex() == "900100df3101aa"
    assert record.before(0x90).hex() == "df3101aadf3202bbcc"
    assert record.before(0xDF31) == b""
    assert record.behind(0xDF31).hex() == "df3202bbcc900100"
    assert 0x90 in record
    assert 0x91 not in record


@pytest.mark.parametrize(
    "data",
    [
        "",
        "ff3004900100",  # it ends before its length says
        "ff300190",  # an object without a length
        "ff3003900200",  # an object longer than what it stands in
        "ff3003900100ff",  # something behind it
        "ff3106900100900101",  # another tag
        "ff3006900100900101",  # one of its tags twice
        "ff3003910100",  # not what is asked for
    ],
)
def test_a_record_that_is_not_right_is_malformed(data):
    with raises(MalformedFile, match="the thing on this card"):
        Record(bytes.fromhex(data), 0xFF30, "thing").value(0x90)


@given(st.binary(max_size=80), TAGS)
def test_no_bytes_raise_anything_but_malformed_file(data, tag):
    object_size(data)
    for parse in (values, lambda *given: Record(given[0], tag, given[1]).behind(tag)):
        try:
            parse(data, "file")
        except MalformedFile:
            pass
