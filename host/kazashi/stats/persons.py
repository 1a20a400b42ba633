"""Persons, known by a keyed hash alone: HMAC-SHA256 with the site's key.

Ref: RFC 2104. Who does not have the key cannot try all the numbers that there are. A person whose
numbers are not known is known by the certificate: another one, after a renewal, is another person.
"""

import hmac
import os
import secrets
import stat
from hashlib import sha256
from pathlib import Path

from kazashi.reception.settings import content
from kazashi.stats.errors import KeyFlaw, KeyUnusable

_SIZE = 32  # bytes
_FOLDER_MODE, _MODE = 0o700, 0o600


def key_in(path: Path) -> bytes:
    """The site's key, hexadecimal in a file that only its owner can read; made if there is none.

    Raises:
        KeyUnusable: it cannot be read or made, others may read it, or it is no key.
    """
    try:
        _make(path)
        if os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise KeyUnusable(path, KeyFlaw.OPEN_TO_OTHERS)
        key = bytes.fromhex(content(path, 4 * _SIZE).decode("ascii").strip())
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise KeyUnusable(path, KeyFlaw.SYSTEM, reason) from error
    except ValueError as error:
        raise KeyUnusable(path, KeyFlaw.NO_KEY) from error
    if len(key) != _SIZE:
        raise KeyUnusable(path, KeyFlaw.NO_KEY)
    return key


def _make(path: Path) -> None:
    path.parent.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _MODE)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w", encoding="ascii") as out:
        out.write(secrets.token_hex(_SIZE) + "\n")


class Persons:
    """Hashes of persons, by `key`. Both are for comparing, and not for showing."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def by_insurance(
        self, *, insurer: str, symbol: str, number: str, branch: str, birth: str
    ) -> str:
        """`birth`: YYYYMMDD. Each has its length before it, so that no two persons look alike."""
        return self._hash("insurance", insurer, symbol, number, branch, birth)

    def by_certificate(self, sha256_of_it: str) -> str:
        return self._hash("certificate", sha256_of_it)

    def _hash(self, *parts: str) -> str:
        each = (part.encode() for part in parts)
        message = b"".join(len(part).to_bytes(4) + part for part in each)
        return hmac.new(self._key, message, sha256).hexdigest()
