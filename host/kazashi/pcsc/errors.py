"""Errors of making pcscd know a reader, sorted by what a person can do about them.

LibccidListUnchanged        base
├── CcidReaderMissing       none is attached: plug it in, or give its USB ID
├── SeveralCcidReaders      choose one of `usb_ids`
├── LibccidListForbidden    only root may change it
├── LibccidListForeign      the file is not the list of libccid's readers
└── LibccidListOverwritten  another program has written it meanwhile: try again
"""

from dataclasses import dataclass
from pathlib import Path

from kazashi.errors import ReaderError
from kazashi.usb.ids import UsbId


class LibccidListUnchanged(ReaderError):
    """libccid's list of readers is not as it was to become."""


class CcidReaderMissing(LibccidListUnchanged):
    """No board with CCID is attached."""


@dataclass(eq=False)
class SeveralCcidReaders(LibccidListUnchanged):
    """Boards with CCID are attached that have different USB IDs."""

    usb_ids: list[UsbId]


@dataclass(eq=False)
class LibccidListForbidden(LibccidListUnchanged):
    """The system does not let this user change the list `file`."""

    file: Path


@dataclass(eq=False)
class LibccidListForeign(LibccidListUnchanged):
    """`file` is not the list of libccid's readers; it was left as it is."""

    file: Path


@dataclass(eq=False)
class LibccidListOverwritten(LibccidListUnchanged):
    """What was read back from `file` is not what was written."""

    file: Path
