"""Ends of certificates: announced 90, 30 and 7 days before, each trouble in its own words."""

import os
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    pkcs12,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hanging import POSIX, hanging, pipe
from kazashi.finding import Level
from kazashi.health.expiry import served_now, site_certificate, terminal_certificate
from kazashi.health.lifetime import NotKnown, Trouble, lifetime_of
from kazashi.words import Language
from terminal_certificates import NOW, PASSWORD, certificate, key_alone, p12, pem, private

DAY = timedelta(days=1)
END = NOW + 400 * DAY


@pytest.fixture
def password(tmp_path):
    return private(tmp_path / "password", PASSWORD + b"\n")


def found(path, password=None, now=NOW):
    return terminal_certificate(path, password, now)


def key_of(tmp_path, data, password=None):
    """The key of the finding, without its beginning."""
    return found(private(tmp_path / "terminal", data), password).key.partition(".")[2]


@pytest.mark.parametrize(
    ("left", "level", "key"),
    [
        (91 * DAY, Level.OK, "valid"),
        (90 * DAY, Level.WARNING, "in-90-days"),
        (31 * DAY, Level.WARNING, "in-90-days"),
        (30 * DAY, Level.WARNING, "in-30-days"),
        (7 * DAY, Level.WARNING, "in-7-days"),
        (0 * DAY, Level.WARNING, "in-7-days"),
        (-timedelta(seconds=1), Level.FAILURE, "expired"),
    ],
)
def test_the_end_is_announced_90_30_and_7_days_before(tmp_path, left, level, key):
    path = private(tmp_path / "terminal.pem", pem(certificate(NOW + left, NOW - 900 * DAY)))
    finding = found(path)
    assert (finding.level, finding.key) == (level, f"terminal-certificate.{key}")
    assert finding.fields["days"] == left // DAY


def test_the_steps_of_renewal_are_said_in_both_languages(tmp_path):
    finding = found(private(tmp_path / "terminal.pem", pem(certificate(NOW + 20 * DAY))))
    for language, step in ((Language.JAPANESE, "証明書の更新"), (Language.ENGLISH, "MPKI client")):
        assert "2026-12-19" in finding.seen(language)
        assert step in finding.remedy(language)
        steps = [line[:2] for line in finding.remedy(language).split("\n")]
        assert steps[1:5] == ["1.", "2.", "3.", "4."]


def test_the_last_day_is_japans(tmp_path):
    late = certificate(NOW.replace(hour=16, month=12))  # 01:00 of the 30th in Japan
    finding = found(private(tmp_path / "terminal.pem", pem(late)))
    assert str(finding.fields["end"]) == "2026-12-30"


@pytest.mark.parametrize("form", ["pem", "der", "p12"])
def test_pem_der_and_pkcs12_are_read(tmp_path, password, form):
    one = certificate(END)
    data = {"pem": pem(one), "der": one.public_bytes(Encoding.DER), "p12": p12(one)}[form]
    assert key_of(tmp_path, data, password) == "valid"


def test_a_pkcs12_without_the_key_is_read(tmp_path, password):
    found = BestAvailableEncryption(PASSWORD)
    data = pkcs12.serialize_key_and_certificates(None, None, certificate(END), None, found)
    assert key_of(tmp_path, data, password) == "valid"


def test_a_pkcs12_without_password_is_read(tmp_path):
    assert key_of(tmp_path, p12(certificate(END), None)) == "valid"


def test_of_a_chain_the_earliest_end_counts(tmp_path):
    chain = private(tmp_path / "tls.pem", pem(certificate(END), certificate(NOW + 5 * DAY)))
    assert site_certificate(chain, NOW).key == "site-certificate.in-7-days"


def test_the_certificate_of_a_service_must_be_pem(tmp_path):
    for data in (certificate(END).public_bytes(Encoding.DER), p12(certificate(END), None)):
        finding = site_certificate(private(tmp_path / "tls.pem", data), NOW)
        assert finding.key == "site-certificate.wrong-format"
        assert "PEM" in finding.remedy(Language.JAPANESE)


@pytest.mark.parametrize(
    ("left", "level"), [(100 * DAY, Level.WARNING), (5 * DAY, Level.WARNING), (-DAY, Level.FAILURE)]
)
def test_a_renewed_certificate_that_the_service_does_not_use_yet_is_told(tmp_path, left, level):
    path = private(tmp_path / "tls.pem", pem(certificate(NOW + left, NOW - 900 * DAY)))
    served = served_now(path)
    private(path, pem(certificate(END)))
    finding = site_certificate(path, NOW, served)
    assert (finding.level, finding.key) == (level, "site-certificate.replaced")
    assert finding.fields["days"] == left // DAY  # of the one that browsers see
    assert "kazashi serve" in finding.remedy(Language.JAPANESE)


def test_the_certificate_that_the_service_uses_is_not_told_as_replaced(tmp_path):
    path = private(tmp_path / "tls.pem", pem(certificate(END)))
    assert site_certificate(path, NOW, served_now(path)).key == "site-certificate.valid"


def test_a_replacement_that_cannot_be_used_is_told_before_a_restart_is(tmp_path):
    path = private(tmp_path / "tls.pem", pem(certificate(END)))
    served = served_now(path)
    private(path, pem(certificate(END, NOW + DAY)))
    assert site_certificate(path, NOW, served).key == "site-certificate.not-yet"


def test_one_that_begins_later_is_not_yet_valid(tmp_path):
    assert key_of(tmp_path, pem(certificate(END, NOW + DAY))) == "not-yet"


def test_a_file_without_certificate_or_of_another_format_is_told_apart(tmp_path):
    assert key_of(tmp_path, key_alone()) == "no-certificate"
    assert key_of(tmp_path, p12(None, None)) == "no-certificate"
    assert key_of(tmp_path, b"%PDF-1.7") == "wrong-format"
    assert key_of(tmp_path, b"") == "wrong-format"
    assert key_of(tmp_path, pem(certificate(END)).replace(b"MII", b"***")) == "wrong-format"


def test_a_wrong_password_and_none_are_told_apart(tmp_path, password):
    data = p12(certificate(END), b"another")
    assert key_of(tmp_path, data, password) == "password-wrong"
    assert key_of(tmp_path, data) == "password-needed"
    assert key_of(tmp_path, data, tmp_path / "none") == "password-missing"


@pytest.mark.parametrize(
    "written",
    ["合言葉".encode("cp932"), "made up\r\n".encode("utf-16"), "made up".encode("utf-16-le")],
)
def test_a_password_in_another_encoding_than_utf_8_is_a_wrong_one(tmp_path, password, written):
    private(password, written)
    assert key_of(tmp_path, p12(certificate(END)), password) == "password-wrong"


def test_a_byte_order_mark_is_no_part_of_the_password(tmp_path, password):
    private(password, b"\xef\xbb\xbf" + PASSWORD + b"\r\n")
    assert key_of(tmp_path, p12(certificate(END)), password) == "valid"


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such modes")
def test_a_password_that_others_can_read_is_not_used(tmp_path, password):
    password.chmod(0o640)
    assert key_of(tmp_path, p12(certificate(END)), password) == "password-open"


def test_a_missing_file_and_one_that_cannot_be_read_are_told_apart(tmp_path):
    assert found(tmp_path / "none").key == "terminal-certificate.missing"
    assert found(tmp_path).key == "terminal-certificate.unreadable"


def test_a_password_that_cannot_be_read_is_told(tmp_path):
    assert key_of(tmp_path, p12(certificate(END)), tmp_path) == "password-unreadable"


@POSIX
def test_a_pipe_is_no_certificate_and_no_password_and_is_not_waited_for(tmp_path):
    none = pipe(tmp_path / "pipe")
    assert found(none).key == "terminal-certificate.unreadable"
    assert site_certificate(none, NOW).key == "site-certificate.unreadable"
    assert key_of(tmp_path, p12(certificate(END)), none) == "password-unreadable"


def test_a_disk_that_does_not_answer_is_not_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr("kazashi.reception.settings._ANSWER_S", 0.0)
    file, password = hanging(tmp_path / "a"), hanging(tmp_path / "b")
    assert found(file).key == "terminal-certificate.unreadable"
    assert key_of(tmp_path, p12(certificate(END)), password) == "password-unreadable"
    for each in (file, password):
        each.answers.set()


@pytest.mark.parametrize("trouble", Trouble)
@pytest.mark.parametrize("language", Language)
def test_each_trouble_has_words_of_its_own(tmp_path, monkeypatch, trouble, language):
    def refuse(*_paths):
        raise NotKnown(trouble)

    monkeypatch.setattr("kazashi.health.expiry.lifetime_of", refuse)
    finding = found(tmp_path / "terminal.p12")
    others = [each for each in Trouble if each is not trouble]
    assert "terminal.p12" in finding.seen(language)
    assert finding.remedy(language)
    for other in others:
        trouble = other
        assert found(tmp_path / "terminal.p12").seen(language) != finding.seen(language)


@given(st.binary(max_size=300), st.sampled_from([b"", b"-----BEGIN CERTIFICATE-----\n"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_no_bytes_raise_anything_but_that_the_dates_are_not_known(tmp_path, noise, before):
    with pytest.raises(NotKnown):
        lifetime_of(private(tmp_path / "noise", before + noise), None)


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_a_damaged_file_is_read_or_its_dates_are_not_known(tmp_path, password, data):
    whole = data.draw(st.sampled_from(FILES))
    at = data.draw(st.integers(0, len(whole) - 1))
    damaged = whole[:at] + data.draw(st.binary(max_size=3)) + whole[at + 1 :]
    try:
        lifetime = lifetime_of(private(tmp_path / "damaged", damaged), password)
    except NotKnown:
        return
    assert lifetime.begin.tzinfo


ONE = certificate(END)
FILES = [pem(ONE), ONE.public_bytes(Encoding.DER), p12(ONE)]
