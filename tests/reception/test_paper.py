"""資格確認書, typed at the desk."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazashi.cards.birth import PartialDate
from kazashi.reception.papers.certificate import (
    CertificatePaper,
    Form,
    certificate_paper,
    check_digit,
    share_of,
)
from kazashi.reception.texts import Message
from kazashi.reception.typed import Mistyped
from kazashi.words import Language
from said import raises, screen_of

TYPED = {
    "insurer": "33120015",
    "symbol": "12-34",
    "number": "567",
    "branch": "01",
    "birth": "S60.4.3",
    "name": "仮名 花子",
    "expires": "令和12年7月31日",
    "share": "3割",
    "form": Form.CARD,
    "today": date(2030, 1, 1),
}


def test_what_is_typed_becomes_what_the_centre_is_asked():
    assert certificate_paper(**TYPED, cost_limit=True) == CertificatePaper(
        insurer="33120015",
        symbol="12-34",
        number="567",
        branch="01",
        birth=date(1985, 4, 3),
        name="仮名 花子",
        expires=date(2030, 7, 31),
        share=3,
        form=Form.CARD,
        cost_limit=True,
    )


def test_wide_digits_are_digits():
    wide = {
        "insurer": "３３１２００１５",
        "branch": "０１",
        "share": " ３ 割",
        "expires": "Ｒ１２．７．３１",
    }
    found = certificate_paper(**TYPED | wide)
    assert (found.insurer, found.branch, found.share) == ("33120015", "01", 3)
    assert found.expires == date(2030, 7, 31)


def test_symbol_and_branch_may_be_missing():
    found = certificate_paper(**TYPED | {"symbol": "", "branch": ""})
    assert (found.symbol, found.branch) == ("", "")


# S0: an expired one is told so
@pytest.mark.parametrize(("expires", "is_good"), [("2029-12-31", False), ("2030-01-01", True)])
def test_an_expired_one_is_refused_and_told_when_it_ended(expires, is_good):
    if is_good:
        assert certificate_paper(**TYPED | {"expires": expires}).expires == TYPED["today"]
        return
    with raises(Mistyped, match="has expired: it was valid until 2029-12-31") as error:
        certificate_paper(**TYPED | {"expires": expires})
    assert error.value.field == "expires"
    assert "有効期限(2029-12-31)が過ぎている" in screen_of(error.value)


# S0: four forms
def test_there_are_four_forms_each_told_apart():
    assert [*Form] == ["card", "postcard", "a4", "electronic"]
    assert len({form.message.text(language) for form in Form for language in Language}) == 8


@pytest.mark.parametrize(("typed", "share"), [("", None), ("1", 1), ("２割", 2), ("3", 3)])
def test_the_share_to_pay_may_be_missing(typed, share):
    assert certificate_paper(**TYPED | {"share": typed}).share == share


@given(st.text(max_size=6))
def test_whatever_is_typed_as_a_share_is_one_or_a_clear_no(typed):
    try:
        share = share_of(typed)
    except Mistyped:
        return
    assert share in (None, 1, 2, 3)


# S0: clock on its screen runs; the phone may be kept a moment with consent
def test_an_electronic_one_counts_when_staff_saw_its_clock_run():
    electronic = TYPED | {"form": Form.ELECTRONIC}
    with raises(Mistyped, match="clock"):
        certificate_paper(**electronic)
    assert certificate_paper(**electronic, clock_seen=True).form is Form.ELECTRONIC
    asked = Message("type.clock-seen").text(Language.JAPANESE)
    assert "時計は動いていますか" in asked
    assert "同意があれば、少しの間だけお預かりできます" in asked


def test_a_birth_with_unknown_parts_is_kept():
    assert certificate_paper(**TYPED | {"birth": "S10.0.0"}).birth == PartialDate(1935, 0, 0)


# 33120015: www5f.biglobe.ne.jp/~h-it mc0124. 77777779 is what claims for an unknown insured
# person say where the software checks: the rule has to agree with it.
@pytest.mark.parametrize("number", ["33120015", "77777779"])
def test_the_check_digit_is_that_of_published_numbers(number):
    assert check_digit(number[:-1]) == int(number[-1])


@given(st.from_regex(r"[0-9]{5}|[0-9]{7}", fullmatch=True), st.integers(1, 9))
def test_of_the_last_digits_one_fits(digits, off):
    right = check_digit(digits)
    assert certificate_paper(**TYPED | {"insurer": f"{digits}{right}"}).insurer[-1] == str(right)
    with raises(Mistyped, match="check digit"):
        certificate_paper(**TYPED | {"insurer": f"{digits}{(right + off) % 10}"})


@given(st.from_regex(r"[0-9]{7}", fullmatch=True), st.integers(0, 6), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(digits, at, off):
    wrong = digits[:at] + str((int(digits[at]) + off) % 10) + digits[at + 1 :]
    assert check_digit(wrong) != check_digit(digits)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("insurer", ""),
        ("insurer", "3312001"),
        ("insurer", "33120016"),
        ("insurer", "  120015"),
        ("number", ""),
        ("number", "123456789012"),
        ("symbol", "1234-5678-9012"),
        ("symbol", "x" * 20),
        ("branch", "1"),
        ("branch", "001"),
        ("birth", "S64.1.8"),
        ("name", " "),
        ("name", "1234 5678 9012"),
        ("expires", "123456789012"),
        ("expires", "令和12年7月00日"),
        ("expires", ""),
        ("share", "4"),
        ("share", "123456789012"),
    ],
)
def test_the_field_that_is_wrong_is_named(field, text):
    with pytest.raises(Mistyped) as error:
        certificate_paper(**TYPED | {field: text})
    assert error.value.field == field
    assert screen_of(error.value)


@given(
    st.fixed_dictionaries(dict.fromkeys([*TYPED.keys() - {"form", "today"}], st.text(max_size=12)))
)
def test_whatever_is_typed_is_taken_or_refused_with_a_reason(typed):
    try:
        certificate_paper(**typed, form=Form.A4, today=date(2030, 1, 1))
    except Mistyped as error:
        wrong = error.field
    else:
        return
    assert wrong in typed


def test_no_repr_tells_who_it_is():
    shown = repr(certificate_paper(**TYPED))
    assert not [each for each in ("567", "1985", "仮名") if each in shown]
