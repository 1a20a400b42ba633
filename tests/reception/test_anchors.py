"""Whose certificates are believed."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazashi.cards.certificate import Certificate
from kazashi.errors import MalformedFile, NotGenuine
from kazashi.reception.anchors import TEST_MARK, Anchors
from reception.issuing import BEGIN, END, Authority

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
    assert anchors.trusts(HELD).certificate == AUTHORITY.certificate
    assert anchors.trusts(younger.issue()).certificate == younger.certificate


def test_the_name_alone_is_not_trusted():
    with pytest.raises(NotGenuine, match="none of the configured"):
        ANCHORS.trusts(Authority().issue())


def test_without_anchors_nothing_is_trusted():
    with pytest.raises(NotGenuine):
        Anchors.of([], is_test=False).trusts(HELD)


@pytest.mark.parametrize("usage", [None, "key_encipherment", "content_commitment", "crl_sign"])
def test_a_key_that_is_not_for_authentication_is_not_trusted(usage):
    with pytest.raises(NotGenuine, match="not for signatures"):
        ANCHORS.trusts(AUTHORITY.issue(usage))


def test_an_authority_is_not_a_holder():
    with pytest.raises(NotGenuine, match="not for signatures"):
        ANCHORS.trusts(Certificate.parse(AUTHORITY.der))


@pytest.mark.parametrize(
    ("begin", "end"),
    [(datetime(2019, 12, 31, tzinfo=UTC), END), (BEGIN, datetime(2030, 1, 2, tzinfo=UTC))],
)
def test_a_certificate_that_outlives_its_authority_is_not_trusted(begin, end):
    with pytest.raises(NotGenuine, match="not valid all the time"):
        ANCHORS.trusts(AUTHORITY.issue(begin=begin, end=end))


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


@given(st.binary(max_size=64) | st.binary(max_size=64).map(lambda end: b"-----BEGIN" + end))
def test_no_file_raises_anything_but_a_value_error(data):
    with pytest.raises(ValueError, match="neither PEM nor DER"):
        Anchors.of([data], is_test=False)
