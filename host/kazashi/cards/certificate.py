"""An X.509 certificate as it is read from a card: who, from whom, how long, and its key."""

import hashlib
import warnings
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Self

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from kazashi.errors import MalformedFile


@dataclass(frozen=True)
class Certificate:
    """`der` and what it says."""

    der: bytes
    subject: str  # RFC 4514
    issuer: str  # RFC 4514
    not_before: datetime  # UTC
    not_after: datetime  # UTC

    @classmethod
    def parse(cls, der: bytes) -> Self:
        """Read a certificate.

        Raises:
            MalformedFile: it is none.
        """
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # what is odd enough for a warning is not read
                found = x509.load_der_x509_certificate(der)
            return cls(
                der,
                found.subject.rfc4514_string(),
                found.issuer.rfc4514_string(),
                found.not_valid_before_utc,
                found.not_valid_after_utc,
            )
        except (ValueError, Warning, x509.InvalidVersion) as error:
            raise MalformedFile("certificate") from error

    @property
    def sha256(self) -> str:
        """Of the DER, hex."""
        return hashlib.sha256(self.der).hexdigest()

    @property
    def pem(self) -> str:
        return self._x509.public_bytes(Encoding.PEM).decode("ascii")

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether `signature` (PKCS #1 v1.5, SHA-256) over `message` was made with its key."""
        try:
            key = self._x509.public_key()
            if not isinstance(key, rsa.RSAPublicKey):
                return False
            key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        except (InvalidSignature, UnsupportedAlgorithm, ValueError):
            return False
        return True

    @cached_property
    def _x509(self) -> x509.Certificate:
        return x509.load_der_x509_certificate(self.der)
