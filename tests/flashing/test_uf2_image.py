"""UF2 files: whole ones are read; no bytes raise anything but an error of ours."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kazashi.flashing.errors import Uf2Malformed
from kazashi.flashing.uf2_image import FLASH, PAGE, read_uf2
from said import raises
from uf2_files import BLOCK, RP2040, block, uf2

PAGES = {FLASH + PAGE * each: bytes([each]) * PAGE for each in range(3)}
WHOLE = uf2(PAGES)


def test_a_file_is_its_pages_in_the_order_of_their_addresses():
    image = read_uf2(uf2(dict(reversed(PAGES.items()))))
    assert list(image.pages.items()) == list(PAGES.items())
    assert (image.family, image.size) == (RP2040, 3 * PAGE)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "its size, 0 bytes"),
        (WHOLE[:-1], "its size, 1535 bytes"),
        (WHOLE[:-BLOCK], "block 0 of 2 says 0 of 3"),
        (WHOLE[BLOCK:], "block 0 of 2 says 1 of 3"),
        (WHOLE[:BLOCK] * 3, "block 1 of 3 says 0 of 3"),
        (b"U" + WHOLE[:-1], "block 0 does not begin or end as one"),
        (block(FLASH, b"", 0, 1, flags=0x2001), "flags 0x2001"),
        (block(FLASH, b"", 0, 1, flags=0), "flags 0x0"),
        (block(FLASH, b"", 0, 1, size=476), "476 bytes for 0x10000000"),
        (block(FLASH + 1, b"", 0, 1), "256 bytes for 0x10000001"),
        (block(0x2000_0000, b"", 0, 1), "256 bytes for 0x20000000"),
        (block(FLASH - PAGE, b"", 0, 1), "256 bytes for 0xfffff00"),
        (block(0x1100_0000, b"", 0, 1), "256 bytes for 0x11000000"),
        (block(FLASH, b"", 0, 2) + block(FLASH, b"", 1, 2), "as another is"),
        (
            block(FLASH, b"", 0, 2) + block(FLASH + PAGE, b"", 1, 2, family=1),
            "of several families",
        ),
    ],
)
def test_a_file_that_is_not_whole_or_not_for_flash_is_refused(data, said):
    with raises(Uf2Malformed, match=said):
        read_uf2(data)


@given(st.binary(max_size=2 * BLOCK))
@example(bytes(BLOCK))
def test_arbitrary_bytes_are_refused(data):
    with pytest.raises(Uf2Malformed):
        read_uf2(data)


@given(st.data())
def test_a_changed_file_is_refused_or_has_whole_pages_in_the_flash(data):
    mutated = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(mutated) - 1))
        mutated[place] = data.draw(st.integers(0, 255))
    try:
        image = read_uf2(bytes(mutated))
    except Uf2Malformed:
        return
    assert len(image.pages) == 3
    for address, page in image.pages.items():
        assert FLASH <= address < 0x1100_0000
        assert address % PAGE == 0
        assert len(page) == PAGE
