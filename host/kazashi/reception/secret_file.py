"""A secret in a file of its own, that no other user of this computer may read: mode 0600."""

import os
import secrets
import stat
from pathlib import Path

from kazashi.reception.settings import content_and_mode

_KEY_BYTES = 32
_MOST = 1000  # bytes of the file of a key


class OpenToOthers(OSError):
    """Others may read or write it: the secret may be known."""


def secret_in(path: Path, most: int) -> bytes:
    """What the file holds, without the end of its line. On Windows its mode says nothing.

    Raises:
        OpenToOthers
        OSError: it cannot be read, or has more than `most` bytes.
    """
    found, mode = content_and_mode(path, most)
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise OpenToOthers
    return found.rstrip(b"\r\n")


def new_key() -> str:
    """What the file of a key holds: 32 random bytes, hexadecimal."""
    return secrets.token_hex(_KEY_BYTES)


def read_key(path: Path) -> bytes:
    """A key of 32 bytes.

    Raises:
        OpenToOthers
        OSError: it cannot be read.
        ValueError: what is in it is no key.
    """
    key = bytes.fromhex(secret_in(path, _MOST).decode("ascii"))
    if len(key) != _KEY_BYTES:
        raise ValueError("a key has 32 bytes")
    return key
