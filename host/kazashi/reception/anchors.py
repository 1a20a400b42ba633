"""Whose certificates and records are believed: the authorities of J-LIS that were configured.

Ref: RFC 5280 §6.1. J-LIS renews its key every few years under the same name, and its certificates
carry basicConstraints, keyCertSign and ten years (jpki/myna src/ta/auth_ca_2015, _2023).

Whether a certificate was revoked is not known here: the CRL and OCSP of J-LIS answer approved
verifiers alone. The centre that is asked for eligibility knows.
"""

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from kazashi.cards.certificate import Certificate
from kazashi.cards.cv_certificate import CvAnchor
from kazashi.errors import Doubt, NotGenuine

TEST_MARK = "テスト用 TEST "
_UNREADABLE = (x509.DuplicateExtension, x509.UnsupportedGeneralNameType, ValueError)


@dataclass(frozen=True)
class Anchor:
    """An authority. The name of one that is a test begins with `TEST_MARK`."""

    name: str
    certificate: x509.Certificate
    is_test: bool


@dataclass(frozen=True)
class Anchors:
    """All that is believed: either real, or a test, never both at once."""

    authorities: tuple[Anchor, ...]
    cv_keys: tuple[CvAnchor, ...]
    is_test: bool

    @classmethod
    def of(
        cls, authorities: Iterable[bytes], cv_keys: Iterable[CvAnchor] = (), *, is_test: bool
    ) -> Self:
        """From certificates, each DER or PEM.

        Raises:
            ValueError: one is not the certificate of an authority.
        """
        read = tuple(
            _anchor(certificate, is_test) for data in authorities for certificate in _load(data)
        )
        return cls(read, tuple(cv_keys), is_test)

    def trusts(self, certificate: Certificate) -> Anchor:
        """The authority that issued `certificate`.

        Signature, authority, period and key usage are checked. Which dates a certificate may be
        used on is for `validity`: here its period must lie within that of its authority.

        Raises:
            NotGenuine: no configured authority did, or it is not for user authentication.
        """
        found = x509.load_der_x509_certificate(certificate.der)
        issuers = [each for each in self.authorities if _issued(each.certificate, found)]
        if not issuers:
            raise NotGenuine(Doubt.UNKNOWN_ISSUER)
        if not _may_sign(found):
            raise NotGenuine(Doubt.OTHER_PURPOSE)
        for issuer in issuers:
            if _encloses(issuer.certificate, found):
                return issuer
        raise NotGenuine(Doubt.OUTLIVES_ISSUER)


def _load(data: bytes) -> list[x509.Certificate]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # what is odd enough for a warning is not believed
            if b"-----BEGIN" in data:
                return x509.load_pem_x509_certificates(data)
            return [x509.load_der_x509_certificate(data)]
    except (ValueError, Warning) as error:
        raise ValueError("no certificate, neither PEM nor DER") from error


def _anchor(certificate: x509.Certificate, is_test: bool) -> Anchor:
    if not _is_authority(certificate):
        raise ValueError("not the certificate of an authority: basicConstraints, keyCertSign")
    name = certificate.subject.rfc4514_string()
    return Anchor(TEST_MARK + name if is_test else name, certificate, is_test)


def _is_authority(certificate: x509.Certificate) -> bool:
    usage = _key_usage(certificate)
    try:
        found = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    except (x509.ExtensionNotFound, *_UNREADABLE):
        return False
    return found.value.ca and (usage is None or usage.key_cert_sign)


def _may_sign(certificate: x509.Certificate) -> bool:
    """Whether this is a person's key for signatures: digitalSignature, and no authority's."""
    usage = _key_usage(certificate)
    return usage is not None and usage.digital_signature and not usage.key_cert_sign


def _key_usage(certificate: x509.Certificate) -> x509.KeyUsage | None:
    try:
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except (x509.ExtensionNotFound, *_UNREADABLE):
        return None


def _issued(authority: x509.Certificate, certificate: x509.Certificate) -> bool:
    """Whether it did: each is tried, as one name may stand for several keys."""
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _encloses(authority: x509.Certificate, certificate: x509.Certificate) -> bool:
    return (
        authority.not_valid_before_utc <= certificate.not_valid_before_utc
        and certificate.not_valid_after_utc <= authority.not_valid_after_utc
    )
