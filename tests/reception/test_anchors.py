"""Whose certificates are believed."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st

from kazashi.cards.certificate import Certificate
from kazashi.cards.errors import Doubt, MalformedFile, NotGenuine
from kazashi.reception.anchors import TEST_MARK, Anchors
from reception.issuing import BEGIN, END, Authority, name_of, new_key

AUTHORITY = Authority()
HELD = AUTHORITY.issue()
ANCHORS = Anchors.of([AUTHORITY.der], is_test=False)


def test_a_certificate_of_a_configured_authority_is_trusted():
    found = ANCHORS.trusts(HELD)
    assert (found.name, found.is_test) == ("CN=Authority", False)


def test_a_test_authority_is_marked_where_it_shows():
    found = Anchors.of([AUTHORITY.pem], is_test=True).trusts(HELD)
    assert found.name == TEST_MARK + "CN=Authority"
    assert found.is_test


def test_of_several_generations_with_one_name_the_one_that_signed_is_found():
    younger = Authority()
    anchors = Anchors.of([AUTHORITY.der, younger.der], is_test=False)
    assert anchors.trusts(HELD).certificate.der == AUTHORITY.der
    assert anchors.trusts(younger.issue()).certificate.der == younger.der


def test_the_name_alone_is_not_trusted():
    assert doubt(Authority().issue()) is Doubt.UNKNOWN_ISSUER


def test_without_anchors_nothing_is_trusted():
    with pytest.raises(NotGenuine):
        Anchors.of([], is_test=False).trusts(HELD)


def doubt(certificate, anchors=ANCHORS):
    """Why `certificate` is not trusted."""
    with pytest.raises(NotGenuine) as refused:
        anchors.trusts(certificate)
    return refused.value.reason


@pytest.mark.parametrize("usage", [None, "key_encipherment", "content_commitment", "crl_sign"])
def test_a_key_that_is_not_for_authentication_is_not_trusted(usage):
    assert doubt(AUTHORITY.issue(usage)) is Doubt.OTHER_PURPOSE


def test_an_authority_is_not_a_holder():
    assert doubt(Certificate.parse(AUTHORITY.der)) is Doubt.AUTHORITY
    assert doubt(AUTHORITY.issue(is_ca=True)) is Doubt.AUTHORITY
    assert doubt(AUTHORITY.issue("digital_signature", "key_cert_sign")) is Doubt.AUTHORITY
    assert ANCHORS.trusts(AUTHORITY.issue(is_ca=False))


@pytest.mark.parametrize(
    "key", [new_key(1024), ec.generate_private_key(ec.SECP256R1()), Ed25519PrivateKey.generate()]
)
def test_a_weak_key_and_one_of_another_kind_are_not_trusted(key):
    assert doubt(AUTHORITY.issue(key=key)) is Doubt.WEAK_KEY


@pytest.mark.parametrize("is_critical", [True, False])
def test_an_unknown_extension_is_ignored_unless_it_is_critical(is_critical):
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\0")
    certificate = AUTHORITY.issue(others=[(unknown, is_critical)])
    if is_critical:
        assert doubt(certificate) is Doubt.UNKNOWN_EXTENSION
    else:
        assert ANCHORS.trusts(certificate)


def test_a_critical_constraint_that_is_not_processed_is_an_unknown_extension():
    constraint = x509.PolicyConstraints(require_explicit_policy=0, inhibit_policy_mapping=None)
    assert doubt(AUTHORITY.issue(others=[(constraint, True)])) is Doubt.UNKNOWN_EXTENSION


@pytest.mark.parametrize("is_critical", [True, False])
def test_only_extended_usages_for_authentication_are_trusted(is_critical):
    server, client, any_one = (
        x509.ExtendedKeyUsage([getattr(ExtendedKeyUsageOID, name)])
        for name in ("SERVER_AUTH", "CLIENT_AUTH", "ANY_EXTENDED_KEY_USAGE")
    )
    assert doubt(AUTHORITY.issue(others=[(server, is_critical)])) is Doubt.OTHER_PURPOSE
    assert ANCHORS.trusts(AUTHORITY.issue(others=[(client, is_critical)]))
    assert ANCHORS.trusts(AUTHORITY.issue(others=[(any_one, is_critical)]))


def test_a_policy_must_be_named_only_if_policies_are_configured():
    policy = x509.PolicyInformation(x509.ObjectIdentifier("1.2.392.200149.8.5.1.3.30"), None)
    named = AUTHORITY.issue(others=[(x509.CertificatePolicies([policy]), True)])
    choosy = replace(ANCHORS, policies=frozenset({policy.policy_identifier.dotted_string, "1.2.3"}))
    assert ANCHORS.trusts(named)
    assert choosy.trusts(named)
    assert doubt(HELD, choosy) is Doubt.OTHER_POLICY
    assert doubt(named, replace(ANCHORS, policies=frozenset({"1.2.3"}))) is Doubt.OTHER_POLICY


def test_names_are_compared_as_text_and_the_signature_decides():
    printable = name_of("AUTHORITY ", _ASN1Type.PrintableString)
    assert printable.public_bytes() != AUTHORITY.name.public_bytes()
    assert ANCHORS.trusts(AUTHORITY.issue(issuer=printable))
    assert doubt(Authority().issue(issuer=printable)) is Doubt.UNKNOWN_ISSUER
    assert doubt(AUTHORITY.issue(issuer=name_of("Another"))) is Doubt.UNKNOWN_ISSUER


def test_longer_hashes_are_trusted():
    assert ANCHORS.trusts(AUTHORITY.issue(algorithm=hashes.SHA384()))
    assert ANCHORS.trusts(AUTHORITY.issue(algorithm=hashes.SHA512()))


def test_a_signature_over_a_weak_hash_is_not_trusted():
    assert doubt(AUTHORITY.issue(algorithm=hashes.SHA224())) is Doubt.UNKNOWN_ISSUER


@pytest.mark.parametrize(
    ("begin", "end"),
    [(datetime(2019, 12, 31, tzinfo=UTC), END), (BEGIN, datetime(2030, 1, 2, tzinfo=UTC))],
)
def test_a_certificate_that_outlives_its_authority_is_not_trusted(begin, end):
    assert doubt(AUTHORITY.issue(begin=begin, end=end)) is Doubt.OUTLIVES_ISSUER


@given(at=st.integers(0, len(HELD.der) - 1), flip=st.integers(1, 255))
def test_a_certificate_with_one_byte_changed_is_not_trusted(at, flip):
    damaged = HELD.der[:at] + bytes((HELD.der[at] ^ flip,)) + HELD.der[at + 1 :]
    with pytest.raises((NotGenuine, MalformedFile)):
        ANCHORS.trusts(Certificate.parse(damaged))


@pytest.mark.parametrize(
    "data", [Authority(is_ca=False).der, Authority(is_ca=None).der, Authority(usage="crl_sign").der]
)
def test_only_an_authority_can_be_an_anchor(data):
    with pytest.raises(ValueError, match="not the certificate of an authority"):
        Anchors.of([data], is_test=False)


def test_an_authority_with_a_weak_key_is_no_anchor():
    with pytest.raises(ValueError, match="weak key"):
        Anchors.of([Authority(key=new_key(1024)).der], is_test=False)


def test_an_authority_with_a_critical_extension_that_is_not_understood_is_no_anchor():
    permitted = x509.NameConstraints([x509.DNSName("test.invalid")], None)
    with pytest.raises(ValueError, match=r"unknown: 2\.5\.29\.30"):
        Anchors.of([Authority(others=[(permitted, True)]).der], is_test=False)


@given(st.binary(max_size=64) | st.binary(max_size=64).map(lambda end: b"-----BEGIN" + end))
def test_no_file_raises_anything_but_a_value_error(data):
    with pytest.raises(ValueError, match="neither PEM nor DER"):
        Anchors.of([data], is_test=False)
