"""被保険者資格申立書: what is declared, the text of 摘要欄, and the form on paper."""

from datetime import date
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from kazashi.cards.birth import PartialDate
from kazashi.cards.surface import Sex
from kazashi.reception.fallback import Basis
from kazashi.reception.papers.declaration import (
    Insurance,
    Numbers,
    Since,
    declaration,
    remarks,
    telephone_of,
)
from kazashi.reception.papers.declaration_form import declaration_pdf
from kazashi.reception.typed import Mistyped
from said import raises, screen_of

TODAY = date(2026, 11, 29)
TYPED = {
    "name": "山﨑 𠮷子",  # characters of names that not each font and encoding has
    "kana": "ヤマサキ ヨシコ",
    "birth": "昭和10年00月00日",
    "sex": "女",
    "address": "東京都架空区みどり1-2-3",
    "telephone": "０３－１２３４－５６７８",
    "insurance": "employees",
    "insurer_name": "架空健康保険組合",
    "employer": "株式会社さくら & <商事>",
    "since": "one_month",
    "share": "３割",
    "numbers": "former",
    "insurer": "０１１３００１２",
    "symbol": "12",
    "number": "34",
    "visit": "2130",
    "staff": "佐藤 花子",
}
GIVEN = {"today": TODAY, "card_shown": True}


def declared(**changes):
    return declaration(**GIVEN, **TYPED | changes)


def read(pdf):
    """The text of its pages, without blanks and line ends."""
    pages = PdfReader(BytesIO(pdf)).pages
    return "".join("".join(page.extract_text() for page in pages).split())


def test_what_is_typed_is_what_is_declared():
    found = declared()
    assert (found.birth, found.sex) == (PartialDate(1935, 0, 0), Sex.FEMALE)
    assert (found.telephone, found.insurer, found.share) == ("03-1234-5678", "01130012", 3)
    assert (found.insurance, found.since) == (Insurance.EMPLOYEES, Since.ONE_MONTH)
    assert (found.numbers, found.signed) == (Numbers.FORMER, TODAY)


def test_what_is_not_known_may_be_missing():
    needed = {key: TYPED[key] for key in ("name", "birth", "sex", "address", "telephone", "staff")}
    found = declaration(**GIVEN, **needed)
    assert (found.insurance, found.since) == (Insurance.UNKNOWN, Since.UNKNOWN)
    assert (found.share, found.numbers, found.employer) == (None, Numbers.NONE, "")


# S0: filled in by people who present the card, telephone number included
def test_without_the_card_nothing_is_declared():
    with raises(Mistyped, match="shown their My Number Card") as error:
        declaration(**GIVEN | {"card_shown": False}, **TYPED)
    assert "マイナンバーカードを見せた方だけ" in screen_of(error.value)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        *(("name", ""), ("address", ""), ("telephone", ""), ("staff", ""), ("birth", "")),
        *(("telephone", "1234-5678"), ("telephone", "13-1234-5678"), ("telephone", "03-1234-x678")),
        *(("sex", "4"), ("share", "4"), ("insurance", "x"), ("since", "x"), ("numbers", "x")),
        *(("insurer", ""), ("insurer", "01130013"), ("number", "")),
        *((each, "1234 5678 9012") for each in TYPED),
    ],
)
def test_the_field_that_is_wrong_is_named(field, text):
    with pytest.raises(Mistyped) as error:
        declared(**{field: text})
    assert error.value.field == field
    assert screen_of(error.value)
    assert "1234" not in f"{error.value} {screen_of(error.value)}"


@pytest.mark.parametrize(
    "typed", ["03-1234-5678", "(03)1234-5678", "０９０ー１２３４ー５６７８", "0312345678"]
)
def test_a_telephone_number_has_ten_or_eleven_digits(typed):
    assert telephone_of(typed)


@given(st.from_regex(r"0[0-9]{9,10}", fullmatch=True), st.integers(1, 4))
def test_a_telephone_number_is_kept_with_its_hyphens(number, at):
    typed = f"{number[:at]}-{number[at:]}"
    assert telephone_of(typed) == typed


@given(st.fixed_dictionaries(dict.fromkeys(TYPED, st.text(max_size=14))))
def test_whatever_is_typed_is_taken_or_refused_with_a_reason(typed):
    try:
        found = declaration(**GIVEN, **typed)
    except Mistyped as error:
        wrong = error.field
    else:
        wrong = ""
        assert all((found.name, found.address, found.telephone))
    assert wrong in {"", *TYPED}


# media.shaho.co.jp/n/n42fbe7fcbc00: 不詳 first, then address, employer, telephone
@pytest.mark.parametrize(
    ("basis", "text"),
    [
        (
            Basis.DECLARED_UNKNOWN,
            "不詳 住所:東京都架空区みどり1-2-3 事業所名:株式会社さくら & <商事> "
            "連絡先:03-1234-5678",
        ),
        (
            Basis.DECLARED_UNKNOWN_ELDERLY,
            "不詳 住所:東京都架空区みどり1-2-3 連絡先:03-1234-5678",
        ),
        (Basis.DECLARED_FORMER, "旧資格情報"),
        (Basis.DECLARED_CURRENT, ""),
    ],
)
def test_the_text_of_the_claim_follows_what_is_known(basis, text):
    assert remarks(basis, declared()) == text


def test_an_employer_that_is_not_known_is_left_out_of_the_claim():
    assert "事業所名" not in remarks(Basis.DECLARED_UNKNOWN, declared(employer=""))


def test_a_visit_without_a_declaration_has_no_such_text():
    with pytest.raises(ValueError, match="portal has no declaration"):
        remarks(Basis.PORTAL, declared())


def test_the_form_shows_all_that_was_declared_on_one_page():
    found = declared()
    pdf = declaration_pdf(found, remarks(Basis.DECLARED_UNKNOWN, found), is_test=False)
    assert len(PdfReader(BytesIO(pdf)).pages) == 1
    text = read(pdf)
    for shown in (
        *("被保険者資格申立書", "山﨑𠮷子(ヤマサキヨシコ)", "1935年00月00日", "□男■女"),
        *("東京都架空区みどり1-2-3", "03-1234-5678", "■社保□国保□後期高齢者□わからない"),
        *("架空健康保険組合", "株式会社さくら&<商事>", "■1か月以内", "■3割□2割□1割□わからない"),
        *("■以前のもの", "保険者番号01130012", "記号12番号34", "2026年11月29日", "署名"),
        *("受付番号2130", "マイナンバーカードの提示あり", "確認した職員佐藤花子", "摘要欄の文不詳"),
        "公式の様式と照合してから",  # screens.md, s07
    ):
        assert shown in text, shown
    assert "TEST" not in text


@pytest.mark.parametrize(
    ("sex", "shown"),
    [("0", "□男□女■不明(0)"), ("3", "□男□女■未設定(3)"), ("9", "□男□女■適用不能(9)")],
)
def test_a_code_of_a_sex_stands_on_the_form_as_it_is(sex, shown):
    assert shown in read(declaration_pdf(declared(sex=sex), "", is_test=False))


def test_the_form_of_a_test_says_so_on_each_page():
    long = declared(**dict.fromkeys(("name", "kana", "address", "employer", "staff"), "長" * 200))
    pages = PdfReader(BytesIO(declaration_pdf(long, "長" * 650, is_test=True))).pages
    assert len(pages) > 1
    assert all("TEST: 受付には使えません" in page.extract_text() for page in pages)


def test_no_repr_and_no_property_of_the_file_tells_who_it_is():
    found = declared()
    assert not [each for each in ("山﨑", "1935", "みどり", "5678", "34'") if each in repr(found)]
    told = PdfReader(BytesIO(declaration_pdf(found, "", is_test=False))).metadata
    assert "山﨑" not in str(told)
