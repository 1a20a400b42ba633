"""The anchors that a configuration names."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazashi.cards.cv_certificate import CvAnchor
from kazashi.cards.errors import NotGenuine
from kazashi.reception.anchor_settings import configured_anchors
from kazashi.reception.settings import BadSettings, load
from reception.issuing import Authority
from said import raises

AUTHORITY = Authority()
CV_KEY = {"id": "00" * 15 + "2a", "n": "c5" * 256, "e": 65537}


def test_a_configuration_names_files_beside_it_and_cv_keys(tmp_path):
    (tmp_path / "old.pem").write_bytes(AUTHORITY.pem)
    (tmp_path / "new.der").write_bytes(Authority().der)
    (tmp_path / "reception.toml").write_text(f"""
        [anchors]
        authorities = ["old.pem", "new.der"]
        cv_keys = [{{ id = "{"00" * 15}2A", n = "{"c5" * 256}", e = 65537 }}]
        policies = ["1.2.392.200149.8.5.1.3.30"]
        test = true
    """)
    anchors = configured_anchors(load(tmp_path / "reception.toml"), tmp_path)
    assert anchors.policies == {"1.2.392.200149.8.5.1.3.30"}
    with pytest.raises(NotGenuine):
        anchors.trusts(AUTHORITY.issue())
    assert replace(anchors, policies=frozenset()).trusts(AUTHORITY.issue()).is_test
    assert len(anchors.authorities) == 2
    assert anchors.cv_keys == (CvAnchor(bytes(15) + b"\x2a", int("c5" * 256, 16), 65537),)
    assert anchors.is_test


def test_without_a_word_about_tests_anchors_are_real(tmp_path):
    assert not configured_anchors({"anchors": {}}, tmp_path).is_test


def test_without_anchors_there_are_none(tmp_path):
    anchors = configured_anchors({}, tmp_path)
    assert (anchors.authorities, anchors.cv_keys) == ((), ())


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (1, r"anchors: must be a table"),
        ({"authority": []}, r"anchors\.authority: there is no such field"),
        ({"authorities": "ca.pem"}, r"anchors\.authorities: must be a list"),
        ({"authorities": [1]}, r"anchors\.authorities: must name files"),
        ({"authorities": ["absent.pem"]}, r"'absent\.pem' cannot be read"),
        ({"authorities": ["\x00"]}, r"cannot be read"),
        ({"authorities": ["text.pem"]}, r"text\.pem: no certificate"),
        ({"authorities": ["holder.der"]}, r"holder\.der: not the certificate of an authority"),
        ({"policies": "1.2.3"}, r"anchors\.policies: must be a list"),
        ({"policies": [1]}, r"anchors\.policies: must be object identifiers"),
        ({"policies": ["1.2.x"]}, r"anchors\.policies: must be object identifiers"),
        ({"test": "yes"}, r"anchors\.test: must be true or false"),
        ({"cv_keys": {}}, r"anchors\.cv_keys: must be a list"),
        ({"cv_keys": [CV_KEY, "2a"]}, r"anchors\.cv_keys\[1\]: must be a table"),
        ({"cv_keys": [CV_KEY | {"id": "2a"}]}, r"cv_keys\[0\]\.id: must have 32 hexadecimal"),
        ({"cv_keys": [CV_KEY | {"n": "c5" * 128}]}, r"n: must be hexadecimal, 2048 bits"),
        ({"cv_keys": [CV_KEY | {"n": "no"}]}, r"n: must be hexadecimal"),
        ({"cv_keys": [CV_KEY | {"e": 4}]}, r"e: must be an odd number"),
        ({"cv_keys": [CV_KEY | {"e": 3.5}]}, r"e: must be an odd number"),
        ({"cv_keys": [CV_KEY | {"e": True}]}, r"e: must be a number"),
        ({"cv_keys": [CV_KEY | {"d": 1}]}, r"d: there is no such field"),
        ({"cv_keys": [{"id": "2a"}]}, r"cv_keys\[0\]\.n: is missing"),
    ],
)
def test_a_wrong_setting_is_told_with_its_place(tmp_path, settings, told):
    (tmp_path / "text.pem").write_text("not a certificate")
    (tmp_path / "holder.der").write_bytes(AUTHORITY.issue().der)
    with raises(BadSettings, match=told):
        configured_anchors({"anchors": settings}, tmp_path)


TOML = st.recursive(
    st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
KEYS = st.sampled_from(["authorities", "cv_keys", "test"])


@given(TOML | st.dictionaries(KEYS, TOML))
def test_no_settings_raise_anything_but_bad_settings(tmp_path_factory, settings):
    nowhere = tmp_path_factory.getbasetemp() / "nowhere"
    try:
        anchors = configured_anchors({"anchors": settings}, nowhere)
    except BadSettings:
        return
    assert anchors.authorities == ()  # there is no file to read one from
