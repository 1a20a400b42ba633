"""What a certificate's dates allow, in Japan's days."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazashi.cards.certificate import Certificate
from kazashi.reception.japan import japan_today
from kazashi.reception.validity import Validity, good_until, last_day, validity
from kazashi.words import Language
from reception.issuing import Authority

ISSUED = Authority().issue()
JAPAN = timezone(timedelta(hours=9))
YEARS = st.dates(date(2023, 1, 1), date(2033, 12, 31))


def certificate(last: date, first: date = date(2020, 1, 1)) -> Certificate:
    """As J-LIS issues them: to the last second of a day in Japan."""
    begin = datetime(first.year, first.month, first.day, 10, 0, tzinfo=JAPAN)
    end = datetime(last.year, last.month, last.day, 23, 59, 59, tzinfo=JAPAN)
    return replace(ISSUED, not_before=begin.astimezone(UTC), not_after=end.astimezone(UTC))


@pytest.mark.parametrize(
    ("last", "today", "expected"),
    [
        ("2030-05-05", "2030-02-04", Validity.NORMAL),
        ("2030-05-05", "2030-02-05", Validity.ENDING),
        ("2030-05-05", "2030-05-05", Validity.ENDING),
        ("2030-05-05", "2030-05-06", Validity.ELIGIBILITY_ONLY),
        ("2030-05-05", "2030-08-31", Validity.ELIGIBILITY_ONLY),
        ("2030-05-05", "2030-09-01", Validity.UNUSABLE),
        ("2030-05-31", "2030-02-27", Validity.NORMAL),  # there is no 31st of February
        ("2030-05-31", "2030-02-28", Validity.ENDING),
        ("2028-05-31", "2028-02-28", Validity.NORMAL),  # but a 29th
        ("2028-05-31", "2028-02-29", Validity.ENDING),
        ("2027-11-30", "2028-02-29", Validity.ELIGIBILITY_ONLY),
        ("2027-11-30", "2028-03-01", Validity.UNUSABLE),
        ("2028-02-29", "2027-11-29", Validity.ENDING),
        ("2029-11-01", "2030-02-28", Validity.ELIGIBILITY_ONLY),
        ("2029-11-01", "2030-03-01", Validity.UNUSABLE),
        ("2030-01-15", "2029-10-14", Validity.NORMAL),  # over the turn of a year
        ("2030-01-15", "2029-10-15", Validity.ENDING),
        ("2030-05-05", "2019-12-31", Validity.NOT_YET),
        ("2030-05-05", "2020-01-01", Validity.NORMAL),
    ],
)
def test_a_certificate_is_normal_then_ending_then_for_eligibility_then_unusable(
    last, today, expected
):
    found = validity(
        certificate(date.fromisoformat(last)), date.fromisoformat(today), is_phone=False
    )
    assert found is expected


def told_otherwise(last: date, today: date) -> Validity:
    """The same rule without any shifted date: turns of the month between the two are counted."""
    turns = (last.year - today.year) * 12 + last.month - today.month
    if today <= last:
        is_month_end = (today + timedelta(days=1)).day == 1
        is_near = turns < 3 or (turns == 3 and (today.day >= last.day or is_month_end))
        return Validity.ENDING if is_near else Validity.NORMAL
    return Validity.ELIGIBILITY_ONLY if turns >= -3 else Validity.UNUSABLE


@given(last=YEARS, offset=st.integers(-150, 150))
def test_each_day_is_what_counting_months_says(last, offset):
    today = last + timedelta(days=offset)
    assert validity(certificate(last), today, is_phone=False) is told_otherwise(last, today)


def test_every_day_around_every_end_of_four_years_is_what_counting_months_says():
    ends = [date(2027, 1, 1) + timedelta(days=days) for days in range(1461)]
    for last in ends:
        found = certificate(last)
        for offset in (*range(-93, -87), -1, 0, 1, *range(88, 125)):
            today = last + timedelta(days=offset)
            assert validity(found, today, is_phone=False) is told_otherwise(last, today)


def test_every_day_of_five_years_ends_like_the_calendar_says():
    day = date(2024, 1, 1)
    while day < date(2029, 1, 1):
        found = certificate(day)
        month = day.month + 4
        after = date(day.year + (month > 12), (month - 1) % 12 + 1, 1)  # first day without grace
        assert validity(found, after, is_phone=False) is Validity.UNUSABLE
        grace = validity(found, after - timedelta(days=1), is_phone=False)
        assert grace is Validity.ELIGIBILITY_ONLY
        assert validity(found, day, is_phone=False) is Validity.ENDING
        day += timedelta(days=1)


@given(last=YEARS, days=st.integers(1, 500))
def test_a_phone_has_no_grace(last, days):
    found = validity(certificate(last), last + timedelta(days=days), is_phone=True)
    assert found is Validity.UNUSABLE


@given(last=YEARS, days=st.integers(0, 1000))
def test_until_its_last_day_a_phone_is_like_a_card(last, days):
    today = last - timedelta(days=days)
    on_card = validity(certificate(last), today, is_phone=False)
    assert validity(certificate(last), today, is_phone=True) is on_card


@given(last=YEARS)
def test_notice_is_given_for_about_three_months(last):
    notice = [
        days
        for days in range(120)
        if validity(certificate(last), last - timedelta(days=days), is_phone=False)
        is Validity.ENDING
    ]
    assert notice == list(range(len(notice)))  # without a gap, up to the last day
    assert 89 <= len(notice) - 1 <= 92


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    st.integers(-12 * 60, 14 * 60),
)
def test_the_day_is_japans_in_whatever_zone_the_machine_tells_the_time(now, minutes):
    elsewhere = now.astimezone(timezone(timedelta(minutes=minutes)))
    assert japan_today(elsewhere) == (now + timedelta(hours=9)).date()


def test_japan_turns_the_day_at_15_oclock_utc():
    assert japan_today(datetime(2028, 2, 28, 14, 59, 59, tzinfo=UTC)) == date(2028, 2, 28)
    assert japan_today(datetime(2028, 2, 28, 15, 0, 0, tzinfo=UTC)) == date(2028, 2, 29)


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        japan_today(datetime(2030, 1, 1))


@pytest.mark.parametrize("year", [1, 9999])
def test_a_certificate_with_the_first_or_the_last_date_there_is_has_a_validity(year):
    edge = datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC)
    found = replace(ISSUED, not_before=datetime(1, 1, 1, tzinfo=UTC), not_after=edge)
    assert last_day(found).year in (2, year)
    expected = Validity.UNUSABLE if year == 1 else Validity.NORMAL
    assert validity(found, date(2030, 1, 1), is_phone=False) is expected


@given(
    st.datetimes(timezones=st.just(UTC)),
    st.datetimes(timezones=st.just(UTC)),
    st.dates(),
    st.booleans(),
)
def test_any_dates_at_all_have_a_validity(begin, end, today, is_phone):
    found = replace(ISSUED, not_before=begin, not_after=end)
    assert validity(found, today, is_phone=is_phone) in Validity


def test_medical_information_needs_a_certificate_that_has_not_ended():
    assert [each for each in Validity if each.allows_medical_information] == ["normal", "ending"]
    assert [each for each in Validity if not each.allows_check_in] == ["unusable", "not_yet"]


# facts/reception.md, Dates: S0, MHLW newpage_50657, nishipla-kenpo
@pytest.mark.parametrize(
    ("last", "notice", "grace"),
    [
        ("2026-05-31", "2026-02-28", "2026-08-31"),
        ("2028-05-31", "2028-02-29", "2028-08-31"),
        ("2026-11-30", "2026-08-30", "2027-02-28"),
        ("2027-11-30", "2027-08-30", "2028-02-29"),
        ("2026-01-15", "2025-10-15", "2026-04-30"),
    ],
)
def test_published_first_days_of_notice_and_last_days_of_grace(last, notice, grace):
    found = certificate(date.fromisoformat(last))
    first, end = date.fromisoformat(notice), date.fromisoformat(grace)
    for today, expected in (
        (first - timedelta(days=1), Validity.NORMAL),
        (first, Validity.ENDING),
        (end, Validity.ELIGIBILITY_ONLY),
        (end + timedelta(days=1), Validity.UNUSABLE),
    ):
        assert validity(found, today, is_phone=False) is expected
    assert good_until(found, Validity.ENDING) == date.fromisoformat(last)
    assert good_until(found, Validity.ELIGIBILITY_ONLY) == end
    assert good_until(found, Validity.NORMAL) is None


# 練馬区: a certificate to 2023-07-07 is renewed from 2023-04-08; until then no notice is due
def test_notice_begins_no_earlier_than_the_day_before_offices_renew():
    found = certificate(date(2023, 7, 7))
    assert validity(found, date(2023, 4, 6), is_phone=False) is Validity.NORMAL
    assert validity(found, date(2023, 4, 8), is_phone=False) is Validity.ENDING


def told(found, *, is_phone):
    return found.notice(is_phone=is_phone).text(Language.JAPANESE)


@pytest.mark.parametrize("language", Language)
def test_each_validity_is_told_apart_on_a_card_and_on_a_phone(language):
    texts = {
        each.notice(is_phone=is_phone).text(language)
        for each in Validity
        for is_phone in (False, True)
    }
    assert len(texts) == 2 * len(Validity)


# S1: renew and register again
@pytest.mark.parametrize(
    "found", [Validity.ENDING, Validity.ELIGIBILITY_ONLY, Validity.UNUSABLE], ids=str
)
def test_a_card_is_renewed_and_registered_again(found):
    assert "市区町村の窓口で更新し、もう一度、健康保険証の利用登録をしてください" in told(
        found, is_phone=False
    )


# facts/reception.md, Phones: the notice of a card is wrong for a phone; the card may be used
@pytest.mark.parametrize("found", Validity)
def test_a_phone_is_not_sent_to_the_municipality(found):
    text = told(found, is_phone=True)
    assert "市区町村" not in text
    assert "スマートフォン用電子証明書" in text
    if found in (Validity.UNUSABLE, Validity.NOT_YET):
        assert "マイナンバーカードか、ほかのスマートフォン" in text


# screens.md §1: say first what still works
def test_who_may_still_see_the_doctor_is_told_so():
    assert "受診できます" in told(Validity.ELIGIBILITY_ONLY, is_phone=False)
    assert "これまでどおり使えます" in told(Validity.ENDING, is_phone=False)
