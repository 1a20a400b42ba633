"""Issuers of the simulated cards: their keys and certificates, new in each process.

Nothing here comes from J-LIS, and the names show it. As on real cards there are two hierarchies:
X.509 above the certificate for user authentication, and card-verifiable certificates above the
records of the surface applications; their issuers' keys are on no card (soltia48/myna-card, ca.rs).
"""

import hashlib
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from .tlv import cv_certificate

_FROM, _TO = datetime(2015, 1, 1, tzinfo=UTC), datetime(2049, 12, 31, tzinfo=UTC)


class CvKey(NamedTuple):
    """A public key that card-verifiable certificates name."""

    key_id: bytes  # 16 bytes
    n: int
    e: int


def new_key() -> RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Authority:
    """An issuer of test cards. Each of its keys is made at its first use."""

    def __init__(self, name: str = "Kazashi simulator") -> None:
        self._number = hashlib.sha256(name.encode()).digest()[:4]
        self.name = x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, name),
                x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Test user authentication"),
            ]
        )

    @cached_property
    def key(self) -> RSAPrivateKey:
        """The key that signs certificates for user authentication."""
        return new_key()

    @cached_property
    def certificate(self) -> bytes:
        """The certificate of `key`, DER: the trust anchor of user authentication."""
        return (
            x509.CertificateBuilder()
            .issuer_name(self.name)
            .subject_name(self.name)
            .serial_number(x509.random_serial_number())
            .not_valid_before(_FROM)
            .not_valid_after(_TO)
            .public_key(self.key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(self.key, hashes.SHA256())
            .public_bytes(Encoding.DER)
        )

    @property
    def cv_anchors(self) -> tuple[CvKey, CvKey]:
        """The trust anchors of 券面事項確認AP and 券面事項入力補助AP."""
        return self._face.public, self._text.public

    @cached_property
    def record_key(self) -> RSAPrivateKey:
        """A municipality's key, which signs the records on the surface applications."""
        return new_key()

    @cached_property
    def face_certificate(self) -> bytes:
        """The certificate of `record_key` in EF 0004 of 券面事項確認AP."""
        return self._face.certify(self._key_id("TEST101"), self.record_key)

    @cached_property
    def text_certificate(self) -> bytes:
        """The certificate of `record_key` in EF 0004 of 券面事項入力補助AP."""
        return self._text.certify(self._key_id("TEST101"), self.record_key)

    @property
    def terminal_anchor(self) -> CvKey:
        """The key with which cards check terminals: EF 0016 of the JPKI application."""
        return self._terminal.public

    @cached_property
    def terminal_key(self) -> RSAPrivateKey:
        """The key of an approved terminal."""
        return new_key()

    @cached_property
    def terminal_certificate(self) -> bytes:
        """The certificate of `terminal_key`."""
        return self._terminal.certify(self._key_id("TEST900"), self.terminal_key)

    @cached_property
    def _face(self) -> "_CvIssuer":
        return _CvIssuer(self._key_id("TEST023"))

    @cached_property
    def _text(self) -> "_CvIssuer":
        return _CvIssuer(self._key_id("TEST033"))

    @cached_property
    def _terminal(self) -> "_CvIssuer":
        return _CvIssuer(self._key_id("TEST073"))

    def _key_id(self, number: str) -> bytes:
        """16 bytes, laid out as real ones, which begin with digits and end in zeros."""
        return number.encode("ascii") + b"\x08\x05001" + self._number


class _CvIssuer:
    def __init__(self, key_id: bytes) -> None:
        self._id = key_id
        self._key = new_key()
        numbers = self._key.public_key().public_numbers()
        self.public = CvKey(key_id, numbers.n, numbers.e)

    def certify(self, subject_id: bytes, subject: RSAPrivateKey) -> bytes:
        return cv_certificate(self._id, self._key, subject_id, subject.public_key())


@cache
def shared_authority() -> Authority:
    """The issuer of all simulated cards of this process, except those of unknown issuers."""
    return Authority()
