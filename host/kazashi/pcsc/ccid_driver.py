"""Make libccid, Linux's driver of CCID readers, know a reader by its USB ID.

libccid drives the readers of its list alone, and so does pcscd's hot-plug: the class of a device
does not count. The list is three arrays of one length in an XML property list, in Debian
/etc/libccid_Info.plist. Its text is changed, not its data: comments and order stay.
"""

import plistlib
import re
from typing import Any

NAME = "Kazashi card reader"
_WRONG = "it is not the list of libccid's readers"
_ARRAYS = ("ifdVendorID", "ifdProductID", "ifdFriendlyName")


def is_known(plist: str, usb_id: tuple[int, int]) -> bool:
    """True if the list has the reader (VID, PID).

    Raises:
        ValueError: it is no such list.
    """
    return _key(usb_id) in _readers(plist)


def with_reader(plist: str, usb_id: tuple[int, int]) -> str:
    """The list with our reader in it, too. Raises as `is_known` does."""
    if is_known(plist, usb_id):
        return plist
    for array, value in zip(_ARRAYS, (*_key(usb_id), NAME), strict=True):
        plist = _array(array).sub(rf"\g<0>\n\t\t<string>{value}</string>", plist, count=1)
    return _checked(plist, usb_id, is_there=True)


def without_reader(plist: str, usb_id: tuple[int, int]) -> str:
    """The list without a reader that `with_reader` has put there. Raises as `is_known` does."""
    readers = _readers(plist)
    if _key(usb_id) not in readers:
        return plist
    at = readers.index(_key(usb_id))
    for array in _ARRAYS:
        plist = _without(plist, array, at)
    return _checked(plist, usb_id, is_there=False)


def _key(usb_id: tuple[int, int]) -> tuple[str, str]:
    return f"0x{usb_id[0]:04X}", f"0x{usb_id[1]:04X}"


def _array(name: str) -> re.Pattern[str]:
    return re.compile(rf"<key>{name}</key>\s*<array>")


def _without(plist: str, array: str, at: int) -> str:
    """The text without string number `at` of an array."""
    found = _array(array).search(plist)
    if not found:
        raise ValueError(_WRONG)
    strings = list(re.finditer(r"\s*<string>[^<]*</string>", plist[found.end() :]))
    start, end = strings[at].span()
    return plist[: found.end() + start] + plist[found.end() + end :]


def _readers(plist: str) -> list[tuple[str, str]]:
    try:
        data: dict[str, Any] = plistlib.loads(plist.encode())
        arrays: list[list[str]] = [data[name] for name in _ARRAYS]
        vendors, products, names = arrays
        if not len(vendors) == len(products) == len(names):
            raise ValueError(_WRONG)
        pairs = zip(vendors, products, strict=True)
        return [(f"0x{int(v, 16):04X}", f"0x{int(p, 16):04X}") for v, p in pairs]
    except Exception as error:  # expat, plistlib and wrong types raise many kinds
        raise ValueError(_WRONG) from error


def _checked(plist: str, usb_id: tuple[int, int], *, is_there: bool) -> str:
    if is_known(plist, usb_id) != is_there:
        raise ValueError(_WRONG)
    return plist
