"""Make libccid, Linux's driver of CCID readers, know a reader by its USB ID.

libccid drives the readers of its list alone, and so does pcscd's hot-plug: the class of a device
does not count. The list is three arrays of one length in an XML property list, in Debian
/etc/libccid_Info.plist. Its text is changed, not its data: comments and order stay.
"""

import plistlib
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from kazashi.usb.ids import UsbId

NAME = "Kazashi card reader"
_WRONG = "it is not the list of libccid's readers"
_ARRAYS = ("ifdVendorID", "ifdProductID", "ifdFriendlyName")
_STRING = re.compile(r"<!--.*?-->|(?P<string>\s*<string>[^<]*</string>)", re.DOTALL)


class _Entry(NamedTuple):
    """A reader in the list."""

    vendor: int
    product: int
    name: str


def is_known(plist: str, usb_id: UsbId) -> bool:
    """True if the list has the reader, under any name.

    Raises:
        ValueError: it is no such list.
    """
    return any((usb_id.vendor, usb_id.product) == each[:2] for each in _entries(plist))


def has_ours(plist: str) -> bool:
    """True if the list has a reader that `with_reader` has put there. Raises as `is_known` does."""
    return any(each.name == NAME for each in _entries(plist))


def with_reader(plist: str, usb_id: UsbId) -> str:
    """The list with our reader in it, too. Raises as `is_known` does."""
    before = _entries(plist)
    if is_known(plist, usb_id):
        return plist
    values = (f"0x{usb_id.vendor:04X}", f"0x{usb_id.product:04X}", NAME)
    for array, value in zip(_ARRAYS, values, strict=True):
        plist = _array(array).sub(rf"\g<0>\n\t\t<string>{value}</string>", plist, count=1)
    return _checked(plist, [_ours(usb_id), *before])


def without_reader(plist: str, usb_id: UsbId) -> str:
    """The list without the reader that `with_reader` has put there. Raises as `is_known` does."""
    before = _entries(plist)
    if _ours(usb_id) not in before:
        return plist
    at = before.index(_ours(usb_id))
    for array in _ARRAYS:
        plist = _without(plist, array, at)
    return _checked(plist, before[:at] + before[at + 1 :])


def _ours(usb_id: UsbId) -> _Entry:
    return _Entry(usb_id.vendor, usb_id.product, NAME)


def _array(name: str) -> re.Pattern[str]:
    return re.compile(rf"<key>{name}</key>\s*<array>")


def _without(plist: str, array: str, at: int) -> str:
    """The text without string number `at` of an array."""
    found = _array(array).search(plist)
    spans = list(_strings(plist, found.end())) if found else []
    if len(spans) <= at:
        raise ValueError(_WRONG)
    start, end = spans[at]
    return plist[:start] + plist[end:]


def _strings(plist: str, begin: int) -> Iterator[tuple[int, int]]:
    """Where the strings after `begin` are, those in comments left out."""
    for found in _STRING.finditer(plist, begin):
        if found["string"]:
            yield found.span()


def _entries(plist: str) -> list[_Entry]:
    try:
        data: dict[str, Any] = plistlib.loads(plist.encode())
        rows = zip(*(data[name] for name in _ARRAYS), strict=True)
        return [_Entry(int(vid, 16), int(pid, 16), str(name)) for vid, pid, name in rows]
    except Exception as error:  # expat, plistlib and wrong types raise many kinds
        raise ValueError(_WRONG) from error


def _checked(plist: str, entries: list[_Entry]) -> str:
    """`plist`, if it has these readers and no others. Else it was changed at a wrong place."""
    if _entries(plist) != entries:
        raise ValueError(_WRONG)
    return plist
