"""Names in certificates: compared as RFC 5280 §7.1 says."""

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from kazashi.cards.names import comparable, prepared


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("J-LIS", "j-lis"),
        ("Authority  of\tJapan", " Authority of Japan "),
        ("Straße", "STRASSE"),
        ("ＪＰＫＩ　認証局", "JPKI 認証局"),  # full width
        ("soft\u00adhyphen", "softhyphen"),
        ("zero\u200bwidth", "zerowidth"),
        ("null\0", "null"),
        ("ｶﾞ", "ガ"),
    ],
)
def test_case_width_white_space_and_what_is_not_seen_do_not_count(one, other):
    assert prepared(one) == prepared(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Authority", "Authorities"), ("a b", "ab"), ("は", "ば"), ("A\ue000", "a\ue000")],
)
def test_other_characters_count_and_private_ones_are_compared_as_they_are(one, other):
    assert prepared(one) != prepared(other)


@given(st.text())
def test_a_prepared_text_stays_as_it_is(text):
    assert prepared(prepared(text)) == prepared(text)


def attribute(value, oid=NameOID.COMMON_NAME):
    return x509.NameAttribute(oid, value)


def test_the_order_of_attributes_counts_but_inside_of_one_part():
    one, other = attribute("A"), attribute("B", NameOID.ORGANIZATION_NAME)
    both = x509.RelativeDistinguishedName
    assert comparable(x509.Name([one, other])) != comparable(x509.Name([other, one]))
    assert comparable(x509.Name([both([one, other])])) == comparable(
        x509.Name([both([other, one])])
    )


def test_a_name_is_another_if_only_the_kind_of_attribute_is():
    one, other = attribute("A"), attribute("A", NameOID.ORGANIZATION_NAME)
    assert comparable(x509.Name([one])) != comparable(x509.Name([other]))
