"""USB IDs of readers with CCID: which are read, and which are other products'."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazashi.usb.ids import TEST, UsbId, UsbIdTaken, check_own
from said import raises

NUMBERS = st.integers(0, 0xFFFF)


@given(NUMBERS, NUMBERS)
def test_an_id_is_read_as_it_is_written(vendor, product):
    usb_id = UsbId(vendor, product)
    assert UsbId.parse(str(usb_id)) == UsbId.parse(str(usb_id).lower()) == usb_id


@given(st.text() | st.text("0123456789abcdefABCDEFx:_ \n", max_size=11))
def test_other_text_is_no_id(text):
    try:
        usb_id = UsbId.parse(text)
    except ValueError:
        return
    assert str(usb_id) == text.upper()


@pytest.mark.parametrize("ids", [(-1, 0), (0, 0x10000)])
def test_numbers_of_more_than_16_bits_are_no_id(ids):
    with pytest.raises(ValueError, match="16 bits each"):
        UsbId(*ids)


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("2E8A:0005", "MicroPython"),
        ("2E8A:0003", "RP2040 BOOTSEL"),
        ("2E8A:000F", "RP2350 BOOTSEL"),
        ("2E8A:000A", "Raspberry Pi"),
        ("2E8A:10FD", "Pico HSM"),
        ("234B:0000", "Gnuk"),
        ("20A0:4107", "Nitrokey"),
    ],
)
def test_ids_of_other_products_are_refused(text, owner):
    with raises(UsbIdTaken, match=f"{text} belongs to another product .*{owner}"):
        check_own(UsbId.parse(text))


@pytest.mark.parametrize("usb_id", [TEST, UsbId(0x2E8A, 0x1FFF), UsbId(0x1209, 0xCA5A)])
def test_others_may_be_ones_own(usb_id):
    check_own(usb_id)
