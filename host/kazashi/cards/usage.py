"""Permitted uses of a certificate, from its extensions.

Ref: RFC 5280 §4.2.1. Revocation (cRLDistributionPoints) is checked by the centre,
see reception/anchors.py.
"""

from dataclasses import dataclass
from typing import Self, TypeVar

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

_KNOWN = (  # extensions that may be critical
    ExtensionOID.BASIC_CONSTRAINTS,
    ExtensionOID.KEY_USAGE,
    ExtensionOID.EXTENDED_KEY_USAGE,
    ExtensionOID.CERTIFICATE_POLICIES,  # critical on J-LIS's certificates
    ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
    ExtensionOID.ISSUER_ALTERNATIVE_NAME,
    ExtensionOID.CRL_DISTRIBUTION_POINTS,
)
_AUTHENTICATION = {
    ExtendedKeyUsageOID.CLIENT_AUTH.dotted_string,
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE.dotted_string,
}

_Extension = TypeVar("_Extension", bound=x509.ExtensionType)


@dataclass(frozen=True)
class Usage:
    """The extensions of a certificate, parsed."""

    is_authority: bool  # basicConstraints: cA
    may_sign: bool  # keyUsage: digitalSignature; False without keyUsage
    may_certify: bool  # keyUsage: keyCertSign; False without keyUsage
    has_key_usage: bool
    purposes: frozenset[str] | None  # extendedKeyUsage, OIDs; None: not restricted
    policies: frozenset[str]  # certificatePolicies, OIDs
    not_understood: frozenset[str]  # OIDs of critical extensions not processed here

    @classmethod
    def of(cls, extensions: x509.Extensions) -> Self:
        constraints = _found(extensions, x509.BasicConstraints)
        key_usage = _found(extensions, x509.KeyUsage)
        purposes = _found(extensions, x509.ExtendedKeyUsage)
        policies = _found(extensions, x509.CertificatePolicies)
        return cls(
            is_authority=constraints is not None and constraints.ca,
            may_sign=key_usage is not None and key_usage.digital_signature,
            may_certify=key_usage is not None and key_usage.key_cert_sign,
            has_key_usage=key_usage is not None,
            purposes=None if purposes is None else frozenset(p.dotted_string for p in purposes),
            policies=frozenset(p.policy_identifier.dotted_string for p in policies or ()),
            not_understood=frozenset(
                each.oid.dotted_string
                for each in extensions
                if each.critical and each.oid not in _KNOWN
            ),
        )

    @property
    def is_for_authentication(self) -> bool:
        """Whether it may be used for signatures that authenticate a person."""
        return self.may_sign and (self.purposes is None or bool(self.purposes & _AUTHENTICATION))


def _found(extensions: x509.Extensions, kind: type[_Extension]) -> _Extension | None:
    try:
        return extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
