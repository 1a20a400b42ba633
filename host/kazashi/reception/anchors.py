"""Whose certificates and records are believed: the authorities of J-LIS that were configured.

Ref: RFC 5280 §6.1. J-LIS renews its key every few years under the same name, and its certificates
carry basicConstraints, keyCertSign and ten years (jpki/myna src/ta/auth_ca_2015, _2023).

Whether a certificate was revoked is not known here: the CRL and OCSP of J-LIS answer approved
verifiers alone. The centre that is asked for eligibility knows.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from kazashi.cards.certificate import Certificate
from kazashi.cards.cv_certificate import CvAnchor
from kazashi.cards.errors import Doubt, MalformedFile, NotGenuine

TEST_MARK = "テスト用 TEST "


@dataclass(frozen=True)
class Anchor:
    """An authority. The name of one that is a test begins with `TEST_MARK`."""

    name: str
    certificate: Certificate
    is_test: bool


@dataclass(frozen=True)
class Anchors:
    """All that is believed: either real, or a test, never both at once.

    `policies`: OIDs, one of which a certificate must name; none: any will do.
    """

    authorities: tuple[Anchor, ...]
    cv_keys: tuple[CvAnchor, ...]
    is_test: bool
    policies: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls, authorities: Iterable[bytes], cv_keys: Iterable[CvAnchor] = (), *, is_test: bool
    ) -> Self:
        """From certificates, each DER or PEM.

        Raises:
            ValueError: one is not the certificate of an authority, or not a strong one.
        """
        read = tuple(
            _anchor(certificate, is_test) for data in authorities for certificate in _load(data)
        )
        return cls(read, tuple(cv_keys), is_test)

    def trusts(self, certificate: Certificate) -> Anchor:
        """The authority that issued `certificate`.

        Signature, authority, period, key, extensions and usage are checked. Which dates a
        certificate may be used on is for `validity`: here its period must lie within that of its
        authority.

        Raises:
            NotGenuine: no configured authority did, or it is not for user authentication.
        """
        issuers = [each for each in self.authorities if certificate.is_issued_by(each.certificate)]
        if not issuers:  # one name may stand for several keys
            raise NotGenuine(Doubt.UNKNOWN_ISSUER)
        if doubt := self._doubt_of_use(certificate):
            raise NotGenuine(doubt)
        for issuer in issuers:
            if _encloses(issuer.certificate, certificate):
                return issuer
        raise NotGenuine(Doubt.OUTLIVES_ISSUER)

    def _doubt_of_use(self, certificate: Certificate) -> Doubt | None:
        """Why this is not a person's certificate for user authentication."""
        usage = certificate.usage
        if usage.is_authority or usage.may_certify:
            return Doubt.AUTHORITY
        if usage.not_understood:
            return Doubt.UNKNOWN_EXTENSION
        if certificate.key is None:
            return Doubt.WEAK_KEY
        if not usage.is_for_authentication:
            return Doubt.OTHER_PURPOSE
        if self.policies and not self.policies & usage.policies:
            return Doubt.OTHER_POLICY
        return None


def _load(data: bytes) -> list[Certificate]:
    try:
        return Certificate.parse_all(data)
    except MalformedFile as error:
        raise ValueError("no certificate, neither PEM nor DER") from error


def _anchor(certificate: Certificate, is_test: bool) -> Anchor:
    usage = certificate.usage
    if not usage.is_authority or (usage.has_key_usage and not usage.may_certify):
        raise ValueError("not the certificate of an authority: basicConstraints, keyCertSign")
    if certificate.key is None:
        raise ValueError("a certificate with a weak key: RSA of 2048 bits or more is needed")
    if usage.not_understood:
        unknown = ", ".join(sorted(usage.not_understood))
        raise ValueError(f"a certificate with critical extensions that are unknown: {unknown}")
    name = certificate.subject
    return Anchor(TEST_MARK + name if is_test else name, certificate, is_test)


def _encloses(authority: Certificate, certificate: Certificate) -> bool:
    return (
        authority.not_before <= certificate.not_before
        and certificate.not_after <= authority.not_after
    )
