"""The made-up people: how long their certificates last, and what is printed on their cards."""

from datetime import date, datetime, timedelta, timezone

import pytest
from cryptography import x509

from kazashi.sim import person as person_module
from kazashi.sim.options import CARDS, Options
from kazashi.sim.person import Person

JAPAN = timezone(timedelta(hours=9))
NOW = [  # an ordinary day, the last moment of a year, the first of a leap day
    datetime(2026, 11, 29, 12, tzinfo=JAPAN),
    datetime(2026, 12, 31, 23, 59, 59, tzinfo=JAPAN),
    datetime(2028, 2, 29, tzinfo=JAPAN),
]


@pytest.fixture(params=NOW, ids=str)
def now(request, monkeypatch):
    """It is the time at which people are made up."""

    class Clock(datetime):
        @classmethod
        def now(cls, zone):
            return request.param.astimezone(zone)

    monkeypatch.setattr(person_module, "datetime", Clock)
    return request.param


def ends(person):
    certificate = x509.load_der_x509_certificate(person.certificate)
    assert certificate.not_valid_before_utc < certificate.not_valid_after_utc
    return certificate.not_valid_after_utc.astimezone(JAPAN)


@pytest.mark.parametrize("days", [-2000, -1, 0, 90, 5 * 365, 4000])
def test_a_certificate_lasts_to_the_end_of_its_last_day_in_japan(days, now):
    end = ends(Person(expires_days=days))
    assert end.date() - now.date() == timedelta(days=days)
    assert (end.hour, end.minute, end.second) == (23, 59, 59)


@pytest.mark.parametrize("days", [-200, 0, 5 * 365, 4000])
def test_a_certificate_has_begun_days_ago(days, now):
    certificate = x509.load_der_x509_certificate(Person(expires_days=days).certificate)
    assert now - certificate.not_valid_before_utc > timedelta(days=7)


@pytest.mark.parametrize("days", [-200, 0, 4000])
def test_its_size_does_not_depend_on_how_long_it_lasts(days):
    assert len(Person(1700, expires_days=days).certificate) == 1700


@pytest.mark.parametrize(
    ("birth", "begins"),
    [
        (date(1985, 3, 21), "600321"),
        (date(1989, 1, 7), "640107"),  # the last day of 昭和
        (date(1989, 1, 8), "010108"),
        (date(2019, 4, 30), "310430"),
        (date(2019, 5, 1), "010501"),
        (date(1926, 12, 24), "151224"),
    ],
)
def test_code_b_has_the_year_of_the_japanese_era(birth, begins):
    person = Person()
    person.birth, person.expiry, person.security_code = birth, date(2035, 2, 17), "2285"
    assert person.code_b == begins + "20352285"


def test_an_infant_is_younger_than_one_and_its_card_ends_at_five(now):
    infant = Person(is_infant=True)
    assert timedelta(0) < now.date() - infant.birth < timedelta(days=365)
    assert infant.expiry.year - infant.birth.year == 5
    assert infant.photo == b""


def test_an_expired_card_is_beyond_every_period_of_grace(now):
    card = CARDS["expired"](Options())[0].blocks.application
    assert now - ends(card.person) > timedelta(days=31 * 4)


def test_a_card_of_an_unknown_issuer_has_nothing_of_the_test_authority():
    ours, other = (CARDS[name](Options())[0].blocks.application for name in ("mynumber", "unknown"))
    assert ours.person.authority.certificate != other.person.authority.certificate
    assert ours.person.authority.name != other.person.authority.name
    for anchor, unknown in zip(
        ours.person.authority.cv_anchors, other.person.authority.cv_anchors, strict=True
    ):
        assert anchor.key_id != unknown.key_id
        assert anchor.n != unknown.n


@pytest.mark.parametrize(
    ("option", "value"), [("tries", 4), ("tries", -1), ("code_tries", 11), ("expires", 20000)]
)
def test_options_that_make_no_sense_are_refused(option, value):
    with pytest.raises(ValueError, match=option):
        Options.parse(f"sim:?{option}={value}")
