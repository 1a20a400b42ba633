"""What staff type."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazashi.cards.birth import PartialDate
from kazashi.cards.surface import Sex
from kazashi.reception.papers.fields import birth_date, sex_of, whole_date
from kazashi.reception.typed import Mistyped, digits, plain, required
from said import raises, screen_of

TODAY = date(2030, 6, 15)
MY_NUMBERS = [
    "123456789012",
    "１２３４５６７８９０１２",
    "1234 5678 9012",
    "1234-5678-9012",
    "123456789012²",
]


@pytest.mark.parametrize(
    ("typed", "born"),
    [
        ("昭和60年4月3日", "1985-04-03"),
        ("昭和６０年４月３日", "1985-04-03"),
        ("S60.4.3", "1985-04-03"),
        (" s 60 / 04 / 03 ", "1985-04-03"),
        ("1985-04-03", "1985-04-03"),
        ("1985/4/3", "1985-04-03"),
        ("1985年4月3日", "1985-04-03"),
        ("19850403", "1985-04-03"),
        ("令和元年5月1日", "2019-05-01"),
        ("R1.5.1", "2019-05-01"),
        ("H31.4.30", "2019-04-30"),
        ("平成元年1月8日", "1989-01-08"),
        ("S64.1.7", "1989-01-07"),
        ("T15.12.25", "1926-12-25"),
        ("S1.12.25", "1926-12-25"),
        ("M45.7.30", "1912-07-30"),
        ("大正元年7月30日", "1912-07-30"),
        ("H12.2.29", "2000-02-29"),
    ],
)
def test_a_birth_is_typed_by_either_calendar(typed, born):
    assert birth_date(typed, TODAY) == date.fromisoformat(born)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("S64.1.8", "not in that era"),
        ("平成31年5月1日", "not in that era"),
        ("R0.5.1", "not in that era"),
        ("H13.2.29", "no such day"),
        ("S60.13.1", "no such day"),
        ("M9999.1.1", "no such day"),
        ("60.4.3", "SHORT_YEAR"),
        ("0.1.1", "SHORT_YEAR"),
        ("0000-02-30", "no such day"),
        ("1935-00-32", "no such day"),
        ("2031-00-00", "FUTURE"),
        ("S0.0.0", "not in that era"),
        ("平成32年月日不詳", "not in that era"),
        ("1872年月日不詳", "SHORT_YEAR"),
        ("年不詳", "NO_DATE"),
        ("2030-06-16", "FUTURE"),
        ("R12.6.16", "FUTURE"),
        ("3 April 1985", "NO_DATE"),
        ("", "NO_DATE"),
        ("600403", "NO_DATE"),
    ],
)
def test_a_birth_that_cannot_be_is_told_apart(typed, told):
    with raises(Mistyped, match=told) as error:
        birth_date(typed, TODAY)
    assert error.value.field == "birth"
    assert screen_of(error.value)


# facts/reception.md and 住民票: an unknown month or day is kept as it stands
@pytest.mark.parametrize(
    ("typed", "born"),
    [
        ("昭和10年00月00日", (1935, 0, 0)),
        ("昭和10年0月0日", (1935, 0, 0)),
        ("Ｓ１０．００．００", (1935, 0, 0)),
        ("昭和10年月日不詳", (1935, 0, 0)),
        ("昭和10年不詳", (1935, 0, 0)),
        ("昭和10年不詳月不詳日", (1935, 0, 0)),
        ("昭和10年5月00日", (1935, 5, 0)),
        ("昭和10年5月日不詳", (1935, 5, 0)),
        ("昭和10年5月不詳日", (1935, 5, 0)),
        ("昭和64年月日不詳", (1989, 0, 0)),  # one week was of Shōwa
        ("平成元年月日不詳", (1989, 0, 0)),
        ("19350000", (1935, 0, 0)),
        ("1935-05-00", (1935, 5, 0)),
        ("1935-00-05", (1935, 0, 5)),
        ("0000-05-03", (0, 5, 3)),
        ("00000000", (0, 0, 0)),
        ("不詳", (0, 0, 0)),
        ("年月日不詳", (0, 0, 0)),
    ],
)
def test_unknown_parts_of_a_birth_are_kept(typed, born):
    assert birth_date(typed, TODAY) == PartialDate(*born)


@given(st.dates(date(1873, 1, 1), TODAY), st.booleans(), st.booleans())
def test_what_is_known_of_a_birth_stands_in_it(day, has_month, has_day):
    month, last = has_month * day.month, has_day * day.day
    born = birth_date(f"{day.year}-{month}-{last}", TODAY)
    assert (born.year, born.month, born.day) == (day.year, month, last)
    assert birth_date(born.isoformat(), TODAY) == born


def test_a_date_on_a_paper_may_be_to_come_but_is_whole():
    assert whole_date("expires", "令和１３年７月３１日") == date(2031, 7, 31)
    for typed in ("20310000", "令和13年7月日不詳"):
        with raises(Mistyped, match="no such day") as error:
            whole_date("expires", typed)
        assert error.value.field == "expires"


@given(st.text(max_size=20) | st.from_regex(r"[TSHR]?[0-9]{1,4}[年.][0-9]{1,2}[月.][0-9]{1,2}日?"))
def test_whatever_is_typed_as_a_date_is_one_or_a_clear_no(typed):
    try:
        found = whole_date("expires", typed)
    except Mistyped as error:
        named = error.field
    else:
        named = "expires"
        assert whole_date("expires", found.isoformat()) == found
    assert named == "expires"


@given(st.sampled_from(Sex))
def test_a_sex_is_its_code_in_any_width(sex):
    assert sex_of(str(int(sex))) is sex
    assert sex_of(chr(ord("０") + sex)) is sex


@given(st.text(max_size=5))
def test_whatever_is_typed_as_a_sex_is_one_or_a_clear_no(typed):
    try:
        found = sex_of(typed)
    except Mistyped as error:
        assert error.field == "sex"  # noqa: PT017
    else:
        assert found in Sex


@given(st.text(max_size=20))
def test_digits_have_no_blanks_and_stay_as_they_are(typed):
    found = digits(typed)
    assert not any(each.isspace() for each in found)
    assert digits(found) == found


@pytest.mark.parametrize("typed", ["1234", "１２３４", " 12\u300034 ", "１2３4", "1 2 3 4"])
def test_digits_are_digits_in_any_width(typed):
    assert digits(typed) == "1234"


ERAS = [("M", 1868), ("T", 1912), ("S", 1926), ("H", 1989), ("R", 2019)]


@given(st.dates(date(1873, 1, 1), TODAY))
def test_every_day_is_the_same_day_by_both_calendars(day):
    assert birth_date(day.isoformat(), TODAY) == day
    read = []
    for letter, year_one in ERAS:
        try:
            read.append(
                birth_date(f"{letter}{day.year - year_one + 1}.{day.month}.{day.day}", TODAY)
            )
        except Mistyped:
            pass
    assert set(read) == {day}  # in one era, or on the day that one turned, in two
    assert len(read) == (2 if day in (date(1912, 7, 30), date(1926, 12, 25)) else 1)


@given(
    st.text(max_size=20)
    | st.from_regex(r"[MTSHR]?[0-9]{1,5}[./-][0-9]{1,3}[./-][0-9]{1,3}")
    | st.text("昭和令年月日不詳元0123", max_size=12)
)
def test_whatever_is_typed_is_a_past_day_or_a_clear_no(typed):
    try:
        born = birth_date(typed, TODAY)
    except Mistyped:
        return
    if isinstance(born, date):
        assert date(1873, 1, 1) <= born <= TODAY
    else:
        assert 0 in (born.year, born.month, born.day)
        assert born.year == 0 or 1873 <= born.year <= TODAY.year


@pytest.mark.parametrize("number", MY_NUMBERS)
@pytest.mark.parametrize("around", ["{}", "山田 {}", "番号:{}です"])
def test_a_my_number_is_refused_and_not_repeated(number, around):
    with raises(Mistyped, match="never type a My Number") as error:
        plain("name", around.format(number))
    assert "1234" not in f"{error.value} {screen_of(error.value)}"


@pytest.mark.parametrize(
    "text", ["東京都千代田区1-2-3", "03-1234-5678", "1234567890123", "12345678901", "090-1234-5678"]
)
def test_other_numbers_are_not_my_numbers(text):
    assert plain("address", text) == text


@pytest.mark.parametrize("text", ["a\x00b", "山\n田", "1234\u200b56789012", "\ud800"])
def test_what_is_no_text_is_refused(text):
    with raises(Mistyped, match="NOT_TEXT"):
        plain("name", text)


def test_a_name_is_kept_as_it_was_typed_but_for_blanks_around_it():
    assert plain("name", "  﨑山\u3000花子 ") == "﨑山\u3000花子"
    assert plain("name", "\ufa19") == "\ufa19"  # a form that normalising would change
    with raises(Mistyped, match="at most 200"):
        plain("name", "あ" * 201)
    with raises(Mistyped, match="EMPTY"):
        required("name", " \u3000 ")
