"""libccid's list of readers, as text: one is put in and taken out, and nothing else changes."""

import plistlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kazashi.pcsc.ccid_driver import has_ours, is_known, with_reader, without_reader
from kazashi.usb.ids import UsbId
from pcscd import DRIVERS

LIST = """<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0">
<dict>
\t<key>CFBundleName</key>
\t<string>CCIDCLASSDRIVER</string>
\t<key>ifdVendorID</key>
\t<array>
\t\t<!-- <string>0x9999</string> and others -->
\t\t<string>0x072F</string>
\t\t<string>0x09C3</string>
\t</array>
\t<key>ifdProductID</key>
\t<array>
\t\t<string>0x90CC</string>
\t\t<string>0x0013</string>
\t</array>
\t<key>ifdFriendlyName</key>
\t<array>
\t\t<string>ACS ACR 38U-CCID</string>
\t\t<string>ActivIdentity &amp; others</string>
\t</array>
</dict>
</plist>
"""
OWN, OTHER, ACS = UsbId(0x1209, 0xCA5A), UsbId(0x1209, 0xCA5B), UsbId(0x072F, 0x90CC)
INSTALLED = DRIVERS / "ifd-ccid.bundle/Contents/Info.plist"
IDS = st.builds(UsbId, st.integers(0, 0xFFFF), st.integers(0, 0xFFFF))
SHORT = LIST.replace("\t\t<string>0x0013</string>\n", "")
PIECES = ["<array>", "</array>", "<string>", "</string>", "<!--", "-->", "<key>ifdVendorID</key>"]
PIECES += ["<key>ifdProductID</key><array>", "<string>0x1209</string>", "<array/>", "<integer>1<"]
CHANGES = st.tuples(
    st.integers(0, len(LIST)), st.integers(0, 60), st.sampled_from(PIECES) | st.text(max_size=9)
)


def rows(plist):
    data = plistlib.loads(plist.encode())
    names = ("ifdVendorID", "ifdProductID", "ifdFriendlyName")
    return list(zip(*(data[name] for name in names), strict=True))


@given(IDS)
def test_a_reader_is_added_to_the_three_arrays_and_taken_out_again(usb_id):
    added = with_reader(LIST, usb_id)
    if added != LIST:
        ours = (f"0x{usb_id.vendor:04X}", f"0x{usb_id.product:04X}", "Kazashi card reader")
        assert rows(added) == [ours, *rows(LIST)]
        assert is_known(added, usb_id)
        assert has_ours(added)
    assert without_reader(added, usb_id) == LIST


@given(st.lists(IDS, unique=True, max_size=4), st.randoms(use_true_random=False))
def test_several_come_out_in_any_order(ids, random):
    plist = LIST
    for each in ids:
        plist = with_reader(plist, each)
    for each in random.sample(ids, len(ids)):
        plist = without_reader(plist, each)
    assert plist == LIST


def test_a_reader_that_is_there_is_not_added_again():
    once = with_reader(LIST, OWN)
    assert with_reader(once, OWN) == once
    assert with_reader(LIST, ACS) == LIST


def test_only_our_own_entry_is_taken_out():
    assert without_reader(LIST, ACS) == LIST
    assert without_reader(with_reader(LIST, OWN), OTHER) == with_reader(LIST, OWN)
    assert not has_ours(LIST)


@pytest.mark.skipif(not INSTALLED.exists(), reason="missing: libccid; .ci/run installs it")
def test_the_list_of_this_computer_comes_back_as_it_was():
    plist = INSTALLED.read_bytes().decode()
    added = with_reader(plist, OWN)
    assert rows(added)[1:] == rows(plist)
    assert without_reader(added, OWN) == plist


def never_raises_anything_else(text):
    """Changed in both directions as it is meant, or ValueError."""
    for change in (with_reader, without_reader):
        try:
            before, after = rows_or_none(text), change(text, OWN)
        except ValueError:
            continue
        assert before is not None
        assert abs(len(rows(after)) - len(before)) <= 1
    try:
        added = with_reader(text, OWN)
    except ValueError:
        return
    if added != text:
        assert without_reader(added, OWN) == text


def rows_or_none(text):
    try:
        return rows(text)
    except Exception:
        return None


@given(st.text() | st.text("<>/!-?abx0 ", max_size=200))
@example("\ud800")
@example("<plist><dict/></plist>")
@example("<plist>" * 2000)
@example(SHORT)
def test_no_text_raises_anything_but_value_error(text):
    never_raises_anything_else(text)


@given(st.lists(CHANGES, min_size=1, max_size=3))
def test_no_mutated_list_raises_anything_but_value_error(changes):
    text = LIST
    for at, length, piece in changes:
        text = text[:at] + piece + text[at + length :]
    never_raises_anything_else(text)
