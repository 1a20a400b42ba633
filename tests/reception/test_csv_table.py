"""Tables as CSV: any bytes are rows or flaws, and what was written is read again, line by line."""

import csv
import re
from io import StringIO
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazashi.reception.csv_table import Columns, Flaw, Row, rows_of
from kazashi.reception.numbers.errors import LineFlaw, ListFlaw
from kazashi.stats.errors import CsvFlaw

COLUMNS = Columns(("number", "name"), ("number",), {"番号": "number"})
FLAWS = {each for part in get_args(Flaw) for each in get_args(part)}
TEXT = st.text(st.characters(codec="utf-8"))


def read(text):
    return [*rows_of(text.encode(), COLUMNS)]


def test_each_flaw_has_its_name_in_the_errors_of_both_who_read():
    assert {*CsvFlaw.__members__} >= FLAWS
    assert {*ListFlaw.__members__, *LineFlaw.__members__} >= FLAWS


def test_the_header_may_follow_empty_lines_and_names_columns_in_any_order():
    assert read("\n , \nNAME, 番号 \n\n山 ,1\n") == [Row(5, {"name": "山", "number": "1"})]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", (0, "NO_HEADER", "")),
        ("\n,\n", (0, "NO_HEADER", "")),
        ("\nnumber,山田\n", (2, "UNKNOWN_COLUMN", "2: number, name")),
        ("number,番号\n", (1, "COLUMN_TWICE", "number")),
        ("name\n", (1, "NO_COLUMN", "number")),
        ("\nnumber;name\n1;a\n", (2, "OTHER_SEPARATOR", "")),
        ("名前\t番号\n花子\t1\n", (1, "OTHER_SEPARATOR", "")),
        ('\ufeff"名前"\t"番号"\n"花子"\t"1"\n', (1, "OTHER_SEPARATOR", "")),
        ("number and name\n", (1, "UNKNOWN_COLUMN", "1: number, name")),
        ('number,name\n1,"a\nb"\n1,"a\n2,b\n', (4, "NOT_CSV", "unexpected end of data")),
        ('"number\n', (1, "NOT_CSV", "unexpected end of data")),
    ],
)
def test_what_is_wrong_with_a_table_ends_it(text, told):
    last = read(text)[-1]
    assert (last.line, last.flaw, last.detail) == told
    assert last.cells == {}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("named", ["utf-8", "cp932", None])
@pytest.mark.parametrize("text", ["number,name\n1,花子\n", "number\tname\n1\t花子\n"])
def test_utf_16_is_another_encoding(text, named, encoding):
    told = Row(0, {}, "NOT_DECODED", named or "UTF-8, cp932")
    assert [*rows_of(text.encode(encoding), COLUMNS, named)] == [told]


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff"])
def test_the_mark_of_utf_16_is_enough(mark):
    encoding = "utf-16-le" if mark == b"\xff\xfe" else "utf-16-be"
    (row,) = rows_of(mark + "番号\n".encode(encoding), COLUMNS)
    assert row.flaw == "NOT_DECODED"


def test_a_row_of_another_width_is_told_and_the_next_one_read():
    rows = read('number,name\n1\n"2\n",b,c\n3,d\n')
    assert rows[:2] == [Row(2, {}, "CELL_COUNT", "1, 2"), Row(3, {}, "CELL_COUNT", "3, 2")]
    assert rows[2:] == [Row(5, {"number": "3", "name": "d"})]


@given(st.binary(max_size=200) | TEXT.map(str.encode), st.sampled_from(["utf-8", "cp932", None]))
@pytest.mark.parametrize("header", [b"", b"number,name\n"])
def test_any_bytes_are_rows_in_order_with_all_columns_or_flaws(header, data, encoding):
    rows = [*rows_of(header + data, COLUMNS, encoding)]
    for row in rows:
        assert (row.flaw in FLAWS) != (row.flaw is None and len(row.cells) == len(COLUMNS.names))
    assert all(row.flaw in (None, "CELL_COUNT") for row in rows[:-1])
    lines = [row.line for row in rows]
    assert lines == sorted({*lines})


@given(st.lists(TEXT.map(lambda text: f"仮名花子{text}"), min_size=1, max_size=3))
def test_without_a_header_nothing_of_the_first_line_is_repeated(cells):
    (row,) = read(written([cells]))
    assert row == Row(1, {}, "UNKNOWN_COLUMN", "1: number, name")


CHARACTERS = st.characters(codec="cp932", exclude_characters="¢£¬‖−〜")  # no way back
CELLS = st.text(CHARACTERS | st.sampled_from('\r\n", 山'), max_size=8)
TABLES = st.lists(st.tuples(CELLS, CELLS) | st.just(("", "")), max_size=8)


@given(TABLES, st.sampled_from(["utf-8", "utf-8-sig", "cp932"]), st.booleans())
def test_what_is_written_is_read_with_the_lines_where_rows_begin(table, encoding, is_named):
    data = written([("番号", "name"), *table]).encode(encoding)  # in cp932 no UTF-8
    expected, line = [], 2
    for each in table:
        number, name = (cell.strip() for cell in each)
        if number or name:
            expected.append(Row(line, {"number": number, "name": name}))
        line += 1 + sum(len(re.findall("\r\n|\r|\n", cell)) for cell in each)
    assert [*rows_of(data, COLUMNS, encoding if is_named else None)] == expected


def written(rows):
    out = StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()
