"""Put a reader into libccid's list on this computer, or take it out. Linux only.

The list is replaced as a whole, so that a power cut leaves the old or the new one.
"""

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from stat import S_IMODE

from kazashi.errors import NotInstalled, NotWritten
from kazashi.usb.ids import UsbId, check_own
from kazashi.usb.ports import own_ids

from .ccid_driver import has_ours, with_reader, without_reader
from .errors import (
    CcidReaderMissing,
    LibccidListForbidden,
    LibccidListForeign,
    LibccidListOverwritten,
    SeveralCcidReaders,
)

# Of Debian and Arch, and of Fedora. Debian's is a link to /etc/libccid_Info.plist.
_PLACES = tuple(
    Path(f"/usr/{lib}/pcsc/drivers/ifd-ccid.bundle/Contents/Info.plist") for lib in ("lib", "lib64")
)
_COPY = ".before-kazashi"  # the end of its name


def attached_id() -> UsbId:
    """The USB ID of the attached board with CCID; several boards may share it.

    Raises:
        CcidReaderMissing, SeveralCcidReaders: there is none, or one is to be chosen.
    """
    found = own_ids()
    if not found:
        raise CcidReaderMissing
    if len(found) > 1:
        raise SeveralCcidReaders(found)
    return found[0]


def libccid_list() -> Path:
    """The file with libccid's list of readers.

    Raises:
        NotInstalled: libccid is missing.
    """
    for place in _PLACES:
        if place.is_file():
            return place.resolve()
    raise NotInstalled("libccid", "apt-get install pcscd libccid")


def copy_of(file: Path) -> Path:
    """Where `install` keeps the list as it was before our first reader."""
    return file.with_name(file.name + _COPY)


def install(file: Path, usb_id: UsbId) -> bool:
    """Put the reader into the list `file`. Return False if it is there already.

    Raises:
        UsbIdTaken: the USB ID is another product's.
        LibccidListForeign, LibccidListForbidden, NotWritten: the list stays as it is.
        LibccidListOverwritten: another program wrote it meanwhile.
    """
    check_own(usb_id)
    return _changed(file, lambda plist: with_reader(plist, usb_id))


def uninstall(file: Path, usb_id: UsbId) -> bool:
    """Take out of the list what `install` has put there. Return False if that is not there.

    Raises as `install` does, but for UsbIdTaken.
    """
    return _changed(file, lambda plist: without_reader(plist, usb_id))


def _changed(file: Path, change: Callable[[str], str]) -> bool:
    try:
        before = _read(file)
        after = change(before)
        if after == before:
            return False
        if not has_ours(before):
            _write(copy_of(file), before, file.stat())
        _write(file, after, file.stat())
        if _read(file) != after:
            raise LibccidListOverwritten(file)
        if not has_ours(after):
            copy_of(file).unlink(missing_ok=True)
    except ValueError as error:
        raise LibccidListForeign(file) from error
    except PermissionError as error:
        raise LibccidListForbidden(file) from error
    except OSError as error:
        raise NotWritten(str(file), error.strerror or str(error)) from error
    return True


def _read(file: Path) -> str:
    return file.read_bytes().decode()


def _write(file: Path, text: str, like: os.stat_result) -> None:
    """Replace `file` at once; owner and mode are those of `like`."""
    number, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    try:
        with os.fdopen(number, "wb") as part:
            os.fchown(number, like.st_uid, like.st_gid)
            os.fchmod(number, S_IMODE(like.st_mode))
            part.write(text.encode())
            part.flush()
            os.fsync(number)
        Path(name).replace(file)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
