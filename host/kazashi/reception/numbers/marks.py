"""A certificate in the map: HMAC-SHA256 of its SHA-256, with the site's key.

Without the key it cannot be told whose certificate it is, nor whether two sites know the same one.
Before it stands a mark of the key, so that hashes of another key are known as such.
"""

import hmac
import re
from pathlib import Path
from typing import Self

from kazashi.reception.numbers.errors import KeyFlaw, NumbersKeyUnusable
from kazashi.reception.secret_file import OpenToOthers, read_key

_MARK = re.compile(r"([0-9a-f]{8})-[0-9a-f]{64}")


class Marks:
    """Marks of certificates by one key. `key_mark`: of the key itself."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.key_mark = self._hash(b"mark of the key")[:8]

    @classmethod
    def of_file(cls, path: Path) -> Self:
        """Raises NumbersKeyUnusable."""
        try:
            return cls(read_key(path))
        except FileNotFoundError as error:
            raise NumbersKeyUnusable(path, KeyFlaw.MISSING) from error
        except OpenToOthers as error:
            raise NumbersKeyUnusable(path, KeyFlaw.OPEN_TO_OTHERS) from error
        except OSError as error:
            raise NumbersKeyUnusable(path, KeyFlaw.UNREADABLE) from error
        except ValueError as error:
            raise NumbersKeyUnusable(path, KeyFlaw.NO_KEY) from error

    def of(self, certificate_sha256: str) -> str:
        """The mark of the certificate with this SHA-256, hexadecimal."""
        return f"{self.key_mark}-{self._hash(bytes.fromhex(certificate_sha256))}"

    def is_ours(self, mark: str) -> bool:
        return mark.startswith(f"{self.key_mark}-")

    def _hash(self, data: bytes) -> str:
        return hmac.new(self._key, data, "sha256").hexdigest()


def is_mark(text: str) -> bool:
    return _MARK.fullmatch(text) is not None
