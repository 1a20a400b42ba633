"""A secret in a file of its own, that no other user of this computer may read: mode 0600."""

import os
import stat
from pathlib import Path

from kazashi.reception.settings import content


class OpenToOthers(OSError):
    """Others may read or write it: the secret may be known."""


def secret_in(path: Path, most: int) -> bytes:
    """What the file holds, without the end of its line. On Windows its mode says nothing.

    Raises:
        OpenToOthers
        OSError: it cannot be read, or has more than `most` bytes.
    """
    found = content(path, most)
    if os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise OpenToOthers
    return found.rstrip(b"\r\n")
