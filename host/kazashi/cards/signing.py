"""Signatures made by a card: the data that it signs, and the command.

Ref: RFC 8017 §9.2 (PKCS #1 v1.5); soltia48/myna-card, data.rs.
"""

import hashlib

from kazashi.cards.apdu import Command

_SHA256 = bytes.fromhex("300d06096086480165030402010500")  # AlgorithmIdentifier


def digest_info(digest: bytes) -> bytes:
    """DigestInfo of SHA-256, of one digest (32 bytes) or of several concatenated (up to 96)."""
    inner = _SHA256 + bytes((0x04, len(digest))) + digest
    return bytes((0x30, len(inner))) + inner


def sign_command(key: int, message: bytes) -> Command:
    """COMPUTE DIGITAL SIGNATURE over SHA-256 of `message`. `key`: P2; 00: the application's own."""
    return Command(0x80, 0x2A, 0x00, key, digest_info(hashlib.sha256(message).digest()), ne=256)
