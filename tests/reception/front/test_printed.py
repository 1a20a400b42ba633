"""照合番号B among printed lines."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazashi.reception.front.printed import Line, code_b_of

TODAY = date(2026, 11, 29)
BIRTH, EXPIRY, CODE = "平成元年3月31日生", "2029年3月31日まで有効", "セキュリティコード 1234"


def lines(*texts):
    return [Line(text, 100, 50 * at, 200) for at, text in enumerate(texts)]


def read(birth=BIRTH, expiry=EXPIRY, code=CODE, *more):
    return code_b_of(lines("氏名", birth, "性別 女", expiry, code, *more), TODAY)


@pytest.mark.parametrize(
    ("birth", "digits"),
    [
        ("平成元年3月31日生", "010331"),
        ("昭和 60 年 3 月 21 日生", "600321"),
        ("大正１５年１２月２４日生 性別 男", "151224"),
        ("令和8年11月29日生", "081129"),
        ("1985年3月21日生", "850321"),
        ("2001年10月5日生", "011005"),
    ],
)
def test_a_birth_is_six_digits_with_the_year_of_its_era(birth, digits):
    assert read(birth=birth) == f"{digits}20291234"


@pytest.mark.parametrize(
    "birth",
    [
        "平成元年2月30日生",
        "昭和00年3月21日生",
        "令和9年1月1日生",
        "2027年1月1日生",
        "平成元年13月1日生",
        "平成元年3月31日",
        "3月31日生",
    ],
)
def test_a_birth_that_cannot_be_is_not_read(birth):
    assert read(birth=birth) is None


@pytest.mark.parametrize(
    "expiry",
    [
        "2024年3月31日まで有効",
        "2038年3月31日まで有効",
        "2029年2月29日まで有効",
        "12029年3月31日まで有効",
        "2029年3月31日",
    ],
)
def test_an_expiry_that_no_usable_card_has_is_not_read(expiry):
    assert read(expiry=expiry) is None


def test_a_security_code_may_stand_beside_its_label():
    beside = [*lines(BIRTH, EXPIRY), Line("セキュリティコ一ド", 100, 100, 200)]
    assert code_b_of([*beside, Line("0042", 260, 100, 50)], TODAY) == "01033120290042"
    assert code_b_of([*beside, Line("0042", 500, 100, 50)], TODAY) is None


@pytest.mark.parametrize(
    "code", ["セキュリティコード", "セキュリティコード 123", "1234", "コード 12345"]
)
def test_four_digits_without_their_label_are_no_security_code(code):
    assert read(code=code) is None


@pytest.mark.parametrize(
    "more", ["昭和60年3月21日生", "2030年3月31日まで有効", "セキュリティコード 4321"]
)
def test_what_stands_there_twice_and_differs_is_not_read(more):
    assert read(BIRTH, EXPIRY, CODE, more) is None


@given(
    st.lists(
        st.text(st.sampled_from("平成昭和元年月日生まで有効セキュリティコード0123456789 \n²①"))
    )
)
def test_any_text_gives_fourteen_digits_or_none(texts):
    code = code_b_of(lines(*texts), TODAY)
    assert code is None or (len(code) == 14 and code.isascii() and code.isdigit())
