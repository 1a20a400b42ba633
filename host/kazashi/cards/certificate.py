"""An X.509 certificate read from a card: subject, issuer, validity, key and permitted use.

Ref: RFC 5280. `_read` parses all fields at once: the library parses names, extensions and keys
only on access, and raises exceptions there that it does not document.
"""

import hashlib
import ssl
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from kazashi.cards.errors import MalformedFile
from kazashi.cards.keys import PublicKey
from kazashi.cards.names import Name, comparable
from kazashi.cards.usage import Usage

_NAME = "certificate"
_STRONG_HASHES = hashes.SHA256, hashes.SHA384, hashes.SHA512


@dataclass(frozen=True)
class _Signed:
    """The part that the issuer signed. `hash`: None if it is weak, or not for PKCS #1 v1.5."""

    body: bytes
    signature: bytes
    hash: hashes.HashAlgorithm | None


@dataclass(frozen=True)
class Certificate:
    """A certificate, `der`, with its parsed fields."""

    der: bytes
    subject: str  # RFC 4514
    issuer: str  # RFC 4514
    not_before: datetime  # UTC
    not_after: datetime  # UTC
    key: PublicKey | None = field(repr=False)  # None: not RSA, or too weak
    usage: Usage = field(repr=False)
    _subject: Name = field(repr=False)
    _issuer: Name = field(repr=False)
    _signed: _Signed = field(repr=False, compare=False)

    @classmethod
    def parse(cls, der: bytes) -> Self:
        """Parse a certificate.

        Raises:
            MalformedFile: `der` is no certificate.
        """
        with _malformed():
            return cls._read(x509.load_der_x509_certificate(der), der)

    @classmethod
    def parse_all(cls, data: bytes) -> list[Self]:
        """Parse the certificates of a file: one as DER, or any number as PEM.

        Raises:
            MalformedFile: the file has no certificate, or an invalid one.
        """
        if b"-----BEGIN" not in data:
            return [cls.parse(data)]
        with _malformed():
            found = x509.load_pem_x509_certificates(data)
        return [cls.parse(each.public_bytes(Encoding.DER)) for each in found]

    @classmethod
    def _read(cls, found: x509.Certificate, der: bytes) -> Self:
        if der[-len(found.signature) - 1] != 0:
            # X.690 §8.6.2: unused bits before the signature, which has none. The library takes any
            # number if they are zero: one certificate would have several digests.
            raise ValueError("a signature that is no whole bytes")
        if found.serial_number <= 0:  # RFC 5280 §4.1.2.2
            raise ValueError("a serial number that is not positive")
        return cls(
            der,
            found.subject.rfc4514_string(),
            found.issuer.rfc4514_string(),
            found.not_valid_before_utc,
            found.not_valid_after_utc,
            _key(found),
            Usage.of(found.extensions),
            comparable(found.subject),
            comparable(found.issuer),
            _signed(found),
        )

    @property
    def sha256(self) -> str:
        """SHA-256 of the DER, hex."""
        return hashlib.sha256(self.der).hexdigest()

    @property
    def pem(self) -> str:
        return ssl.DER_cert_to_PEM_cert(self.der)

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether `signature` (PKCS #1 v1.5, SHA-256) over `message` was made with its key."""
        return self.key is not None and self.key.signed(signature, message)

    def is_issued_by(self, authority: "Certificate") -> bool:
        """Whether `authority` is the issuer it names, and the key of `authority` signed it."""
        return self._issuer == authority._subject and self._is_signed_by(authority.key)

    def _is_signed_by(self, key: PublicKey | None) -> bool:
        how = self._signed
        if key is None or how.hash is None:
            return False
        try:
            key.loaded().verify(how.signature, how.body, padding.PKCS1v15(), how.hash)
        except (InvalidSignature, UnsupportedAlgorithm, ValueError):
            return False
        return True


def _key(found: x509.Certificate) -> PublicKey | None:
    try:
        key = found.public_key()
    except UnsupportedAlgorithm:
        return None
    if not isinstance(key, rsa.RSAPublicKey):
        return None
    numbers = key.public_numbers()
    public = PublicKey(numbers.n, numbers.e)
    return public if public.is_strong else None


def _signed(found: x509.Certificate) -> _Signed:
    try:
        is_usual = isinstance(found.signature_algorithm_parameters, padding.PKCS1v15)
        algorithm = found.signature_hash_algorithm if is_usual else None
    except UnsupportedAlgorithm:
        algorithm = None
    is_strong = isinstance(algorithm, _STRONG_HASHES)
    return _Signed(found.tbs_certificate_bytes, found.signature, algorithm if is_strong else None)


@contextmanager
def _malformed() -> Generator[None]:
    """Turn what the library raises in the block into MalformedFile; let signals pass."""
    try:
        yield
    except BaseException as error:
        # A Rust panic is not an Exception, and pyo3 exports no class to catch it.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise MalformedFile(_NAME) from error
        raise
