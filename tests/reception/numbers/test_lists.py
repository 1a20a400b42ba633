"""Lists of patients' numbers: encodings, columns, and all that is wrong with its line."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kazashi.reception.numbers.errors import (
    BadLine,
    BadList,
    LineFlaw,
    ListFlaw,
    ListRefused,
    NumbersError,
)
from kazashi.reception.numbers.lists import (
    COLUMNS,
    Encoding,
    Line,
    lines_of,
    list_as_text,
)

MARK = "0123abcd-" + "5e" * 32
NUMBERS = st.from_regex(r"[0-9A-Za-z]{1,8}", fullmatch=True)


def is_ours(mark):
    return mark.startswith("0123abcd-")


def read(text):
    return lines_of(text.encode(), is_ours)


def troubles(text):
    """(line, flaw, detail) of each."""
    with pytest.raises(ListRefused) as told:
        read(text)
    return [(each.line, each.flaw, each.detail) for each in told.value.troubles]


def test_a_line_has_the_number_and_what_else_is_known():
    text = f"number,reference,certificate,welfare,subsidy\r\n00123,A-1,{MARK},0,1\r\n"
    assert read(text) == [Line(2, "00123", "A-1", MARK, False, True)]


def test_columns_come_in_any_order_in_japanese_too_and_blank_lines_are_none():
    assert read("\n照会番号,診察券番号,生活保護\n\n A1 , 12 ,1\n") == [
        Line(4, "12", "A1", "", True)
    ]


def test_wide_digits_become_narrow_ones_and_leading_zeros_stay():
    assert read("number\n００１２\n") == [Line(2, "0012")]


@pytest.mark.parametrize("encoding", Encoding)
@pytest.mark.parametrize("is_named", [True, False])
def test_each_encoding_is_read_named_or_not(encoding, is_named):
    data = "診察券番号,医療費助成\n0012,1\n".encode(encoding)
    lines = lines_of(data, is_ours, encoding if is_named else None)
    assert lines == [Line(2, "0012", subsidy=True)]


@pytest.mark.parametrize("encoding", [Encoding.UTF_8, None])
def test_another_encoding_is_told(encoding):
    with pytest.raises(BadList) as told:
        lines_of(b"number\n\x81", is_ours, encoding)
    expected = (ListFlaw.NOT_DECODED, encoding or "UTF-8, cp932")
    assert (told.value.flaw, told.value.detail) == expected


@pytest.mark.parametrize(
    ("header", "flaw", "detail"),
    [
        ("", ListFlaw.NO_HEADER, ""),
        ("\n \n", ListFlaw.NO_HEADER, ""),
        ("number,name", ListFlaw.UNKNOWN_COLUMN, f"2: {', '.join(COLUMNS.names)}"),
        ("123456789012,仮名花子", ListFlaw.UNKNOWN_COLUMN, f"1: {', '.join(COLUMNS.names)}"),
        ("number;reference", ListFlaw.OTHER_SEPARATOR, ""),
        ("number,診察券番号", ListFlaw.COLUMN_TWICE, "number"),
        ("reference", ListFlaw.NO_COLUMN, "number"),
    ],
)
def test_wrong_columns_are_named(header, flaw, detail):
    with pytest.raises(BadList) as told:
        read(header + "\n1\n" if header.strip() else header)
    assert (told.value.flaw, told.value.detail) == (flaw, detail)


def test_the_line_of_wrong_columns_is_told():
    with pytest.raises(BadList) as told:
        read("\n\nname\n")
    assert told.value.line == 3


def test_columns_may_be_in_wide_letters():
    assert read("　診察券番号,ＰＭＨ\n7,1\n") == [Line(2, "7", subsidy=True)]


@pytest.mark.parametrize(
    ("cells", "flaw", "detail"),
    [
        (",a,,0,0", LineFlaw.NO_NUMBER, ""),
        ("1,a,,0", LineFlaw.CELL_COUNT, ""),
        ("1,a,,0,0,0", LineFlaw.CELL_COUNT, ""),
        ("山田,a,,0,0", LineFlaw.BAD_NUMBER, ""),
        ("123456789012,a,,0,0", LineFlaw.BAD_NUMBER, ""),
        ("=1+1,a,,0,0", LineFlaw.BAD_NUMBER, ""),
        ("1" * 51 + ",a,,0,0", LineFlaw.BAD_NUMBER, ""),
        ("1,a b!,,0,0", LineFlaw.BAD_REFERENCE, ""),
        ("1,a,5e5e,0,0", LineFlaw.BAD_CERTIFICATE, ""),
        (f"1,a,f{MARK[1:]},0,0", LineFlaw.OTHER_KEY, ""),
        ("1,a,,yes,0", LineFlaw.BAD_FLAG, "welfare"),
        ("1,a,,0,2", LineFlaw.BAD_FLAG, "subsidy"),
        ('1,"a"b,,0,0', LineFlaw.NOT_CSV, ""),
    ],
)
def test_what_is_wrong_with_a_line_is_told_with_its_number(cells, flaw, detail):
    text = f"number,reference,certificate,welfare,subsidy\n9,,,0,0\n{cells}\n"
    assert troubles(text) == [(3, flaw, detail)]


@pytest.mark.parametrize(
    ("lines", "flaw", "detail"),
    [
        (("1,a,,", "1,a,,"), LineFlaw.REPEATED, "2"),
        (("1,,,", "1,,,"), LineFlaw.REPEATED, "2"),
        (("1,a,,", "2,a,,"), LineFlaw.REFERENCE_TWICE, "2"),
        ((f"1,,{MARK},", f"2,,{MARK},"), LineFlaw.CERTIFICATE_TWICE, "2"),
        (("1,a,,1", "1,b,,0"), LineFlaw.EXPECTS_OTHERWISE, "2"),
    ],
)
def test_lines_that_repeat_or_contradict_others_are_told(lines, flaw, detail):
    text = "\n".join(["number,reference,certificate,welfare", *lines])
    assert troubles(text) == [(3, flaw, detail)]


def test_a_patient_may_have_several_lines_and_all_troubles_are_told_in_order():
    text = "number,reference\n1,a\n1,b\n2,b\n,c\n山,d\n"
    assert [line for line, _, _ in troubles(text)] == [4, 5, 6]


def test_a_quoted_cell_over_two_lines_is_counted_as_two():
    assert troubles('number,reference\n1,"a\nb"\n山,c\n')[-1][0] == 4


LINES = st.builds(
    Line, number=NUMBERS, reference=NUMBERS, line=st.just(0), subsidy=st.none() | st.booleans()
)
NO_TWO_ALIKE = (lambda line: line.number, lambda line: line.reference)


@given(st.lists(LINES, unique_by=NO_TWO_ALIKE))
def test_what_is_written_is_read_again(lines):
    found = read(list_as_text(lines))
    assert [replace(each, line=0) for each in found] == lines


@given(st.binary(max_size=200), st.sampled_from([*Encoding, None]))
@example(b'number\n"', None)
@example(b'"', None)
@example(b"number\n\0", None)
def test_no_bytes_raise_anything_but_an_error_of_the_list(data, encoding):
    try:
        lines_of(data, is_ours, encoding)
    except NumbersError as error:
        assert isinstance(error, BadList | ListRefused)  # noqa: PT017


def test_errors_of_many_lines_do_not_keep_what_stood_there():
    with pytest.raises(ListRefused) as told:
        read("number\n山\n")
    (trouble,) = told.value.troubles
    assert (trouble.__traceback__, trouble.__context__) == (None, None)


def test_a_my_number_in_a_list_is_not_repeated():
    with pytest.raises(ListRefused) as told:
        read("number\n123456789012\n")
    assert "123456789012" not in repr(vars(told.value.troubles[0]))
    assert isinstance(told.value.troubles[0], BadLine)
