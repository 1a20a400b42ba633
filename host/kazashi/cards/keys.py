"""RSA keys as stored on cards.

Ref: RFC 8017 §8.2 and §9.2 (PKCS #1 v1.5); soltia48/myna-card, data.rs.

`cryptography` is imported when the first signature is checked, so that commands without it start
faster.
"""

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from kazashi.cards.errors import MalformedFile
from kazashi.cards.signing import digest_info
from kazashi.cards.tlv import values

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import rsa

_EXPONENT, _MODULUS = 0x90, 0x91
_SMALLEST_BITS, _LARGEST_BITS = 2048, 8192  # time to check a signature grows with the square
_LARGEST_EXPONENT_BITS = 64  # likewise; OpenSSL's limit for long keys, crypto/rsa/rsa_ossl.c


@dataclass(frozen=True)
class PublicKey:
    """An RSA public key."""

    n: int
    e: int

    @classmethod
    def parse(cls, data: bytes, name: str) -> Self:
        """Read exponent (90) and modulus (91). `name`: the name of the file.

        Raises:
            MalformedFile: they are missing, or are no RSA key of 2048 to 8192 bits.
        """
        objects = values(data, name)
        if objects.keys() != {_EXPONENT, _MODULUS}:
            raise MalformedFile(name)
        key = cls(*(int.from_bytes(objects[tag], "big") for tag in (_MODULUS, _EXPONENT)))
        if not key.is_strong:
            raise MalformedFile(name)
        return key

    @property
    def is_strong(self) -> bool:
        """Whether it is long enough to be secure and short enough to be checked quickly."""
        is_sized = _SMALLEST_BITS <= self.n.bit_length() <= _LARGEST_BITS
        is_cheap = 3 <= self.e < 1 << _LARGEST_EXPONENT_BITS
        return is_sized and is_cheap and self.n % 2 == 1 and self.e % 2 == 1

    def loaded(self) -> "rsa.RSAPublicKey":
        """The library's key. Raises ValueError if the library rejects it."""
        from cryptography.hazmat.primitives.asymmetric import rsa

        return rsa.RSAPublicNumbers(self.e, self.n).public_key()

    def signed(self, signature: bytes, message: bytes) -> bool:
        """Whether the private key made `signature` over SHA-256 of `message`."""
        return self.signed_info(signature, digest_info(hashlib.sha256(message).digest()))

    def signed_info(self, signature: bytes, info: bytes) -> bool:
        """The same for a whole DigestInfo."""
        from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric import padding

        try:
            key = self.loaded()
            return key.recover_data_from_signature(signature, padding.PKCS1v15(), None) == info
        except (InvalidSignature, UnsupportedAlgorithm, ValueError):
            return False
