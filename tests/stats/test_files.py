"""CSV files of counts and sites: any encoding of Japan's, and no other surprise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazashi.stats.counts import Cell, Counts
from kazashi.stats.counts_file import counts_in, write_counts
from kazashi.stats.errors import CountsBroken, CsvFlaw
from kazashi.stats.rates import Count
from kazashi.stats.sites_file import sites_in

HEAD = "month,site,kind,prefecture,age,insurer,size,claims\n"
WHOLE = HEAD + '2026-11,山田医院,診療所,富山県,75-79,39160001,0,"1,234"\n'


@pytest.fixture
def file(tmp_path):
    def write(text, encoding="utf-8", name="counts.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    return write


def flaw(read, path):
    with pytest.raises(CountsBroken) as told:
        read(path)
    return told.value.line, told.value.flaw


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_file_is_read_in_each_encoding(file, encoding):
    counts = counts_in([file(WHOLE, encoding)])
    cell = Cell("2026-11", "山田医院", "clinic", "Toyama", "75-79", "elderly", "0-19")
    assert counts.cells == {cell: {Count.CLAIMS: 1234}}


def test_columns_come_in_any_order_and_an_empty_cell_is_not_nought(file):
    counts = counts_in([file("claims,month,card_persons\n0,2026/11,\n")])
    assert counts.cells == {Cell("2026-11"): {Count.CLAIMS: 0}}


@pytest.mark.parametrize(
    "written",
    [
        *("2026-11", "2026/11", "202611", "2026年11月", "２０２６／１１"),
        *("2026/11/1", "2026-11-30", "2026年11月30日"),
        "Nov-26",  # what Excel makes of 2026-11
    ],
)
def test_a_month_is_read_as_japanese_programs_write_it(file, written):
    counts = counts_in([file(f"month,claims\n{written},7\n")])
    assert counts.cells == {Cell("2026-11"): {Count.CLAIMS: 7}}


@pytest.mark.parametrize(
    ("text", "line", "wrong"),
    [
        ("", 0, CsvFlaw.NO_HEADER),
        ("month,patient,claims\n", 1, CsvFlaw.UNKNOWN_COLUMN),
        ("month,views,consents\n", 1, CsvFlaw.UNKNOWN_COLUMN),  # neither is a confirmation
        ("month;claims\n2026-11;1\n", 1, CsvFlaw.OTHER_SEPARATOR),
        ("month\tclaims\n2026-11\t1\n", 1, CsvFlaw.OTHER_SEPARATOR),
        ("month\tclaims\n2026-11\t1\n".encode("utf-16"), 0, CsvFlaw.NOT_DECODED),
        ("month,claims,claims\n", 1, CsvFlaw.COLUMN_TWICE),
        ("site,claims\n", 1, CsvFlaw.NO_COLUMN),
        ("month,claims\n2026-11,1\n2026-12\n", 3, CsvFlaw.CELL_COUNT),
        ("month,claims\n2026-11,1,2\n", 2, CsvFlaw.CELL_COUNT),
        ("month,claims\n2026-13,1\n", 2, CsvFlaw.NOT_A_MONTH),
        ("month,claims\n0000-11,1\n", 2, CsvFlaw.NOT_A_MONTH),
        ("month,claims\nNow-26,1\n", 2, CsvFlaw.NOT_A_MONTH),
        ("month,claims\n2026111,1\n", 2, CsvFlaw.NOT_A_MONTH),
        ("month,claims\n2026-11,-1\n", 2, CsvFlaw.NOT_A_COUNT),
        ("month,claims\n2026-11,1.5\n", 2, CsvFlaw.NOT_A_COUNT),
        ("month,claims\n2026-11,123456789012\n", 2, CsvFlaw.NOT_A_COUNT),
        ("month,kind,claims\n2026-11,shop,1\n", 2, CsvFlaw.NOT_ONE_OF),
        ("month,prefecture,claims\n2026-11,Edo,1\n", 2, CsvFlaw.NOT_ONE_OF),
        ("month,insurer,claims\n2026-11,99999999,1\n", 2, CsvFlaw.NOT_ONE_OF),
        ("month,age,claims\n2026-11,old,1\n", 2, CsvFlaw.NOT_AN_AGE),
        ("month,age,claims\n2026-11,79-75,1\n", 2, CsvFlaw.NOT_AN_AGE),
        ("month,age,claims\n2026-11,0-200,1\n", 2, CsvFlaw.NOT_AN_AGE),
        ("month,age,claims\n2026-11,200+,1\n", 2, CsvFlaw.NOT_AN_AGE),
        ("month,site,claims\n2026-11,=cmd(),1\n", 2, CsvFlaw.NOT_A_NAME),
        ("month,site,claims\n2026-11,＝cmd(),1\n", 2, CsvFlaw.NOT_A_NAME),
        ("month,site,claims\n2026-11,1234 5678 9012,1\n", 2, CsvFlaw.MY_NUMBER),
        ("month,claims\n2026-11,1\n\n2026/11,2\n", 4, CsvFlaw.TWICE),
        ("month,kind,claims\n2026-11,clinic,1\n2026-11,,9\n", 3, CsvFlaw.TOTAL_AND_PARTS),
        ("month,site,claims\n2026-11,a,1\n2026-11,,9\n", 3, CsvFlaw.TOTAL_AND_PARTS),
        ("month,site,kind,claims\n2026-11,,clinic,9\n2026-11,a,,1\n", 3, CsvFlaw.TOTAL_AND_PARTS),
        ("month,age,claims\n2026-11,75+,9\n2026-11,75-79,1\n", 3, CsvFlaw.AGES_OVERLAP),
        ("month,age,claims\n2026-11,75-79,1\n2026-11,0-75,9\n", 3, CsvFlaw.AGES_OVERLAP),
        ("month,age,claims\n2026-11,77,1\n2026-11,76-77,9\n", 3, CsvFlaw.AGES_OVERLAP),
        ("month,age,claims\n2026-11,5-9,1\n2026-11,05-09,9\n", 3, CsvFlaw.TWICE),
        ('month,claims\n"2026-11,1\n', 2, CsvFlaw.NOT_CSV),
        ('month,site,claims\n\n2026-11,"a\nb",-1\n', 3, CsvFlaw.NOT_A_NAME),  # where it begins
        ("\nmonth,claims,claims\n", 2, CsvFlaw.COLUMN_TWICE),
        (b"\x81 month", 0, CsvFlaw.NOT_DECODED),
    ],
)
def test_what_is_wrong_is_named_with_its_line(file, text, line, wrong):
    assert flaw(lambda path: counts_in([path]), file(text)) == (line, wrong)


@pytest.mark.parametrize("name", ["合計", "合　計", "総計", "小計", "計", "ＴＯＴＡＬ", "Total"])
def test_a_total_is_no_site(file, name):
    text = f"month,site,claims\n2026-11,a,1\n2026-11,{name},1\n"
    assert flaw(lambda path: counts_in([path]), file(text)) == (3, CsvFlaw.TOTAL)
    assert flaw(sites_in, file(f"site\na\n{name}\n")) == (3, CsvFlaw.TOTAL)


def test_ages_that_overlap_are_refused_in_two_files_as_in_one(file):
    first = file("month,age,claims\n2026-11,75-79,4\n")
    second = file("month,age,claims\n2026-11,75+,9\n", name="again.csv")
    with pytest.raises(CountsBroken) as told:
        counts_in([first, second])
    assert (told.value.flaw, told.value.detail) == (CsvFlaw.AGES_OVERLAP, f"{first}, 2")


@pytest.mark.parametrize(
    "lines",
    [
        ("2026-11,a,clinic,70-74,7,", "2026-11,a,clinic,75+,7,", "2026-11,a,clinic,unknown,7,"),
        ("2026-11,a,clinic,75-79,7,", "2026-12,a,clinic,75+,7,"),
        ("2026-11,a,clinic,75-79,7,", "2026-11,b,clinic,75+,7,"),
        ("2026-11,,clinic,75-79,7,", "2026-11,,hospital,75+,7,"),
        ("2026-11,a,clinic,75-79,7,", "2026-11,a,clinic,75+,,7"),
    ],
)
def test_ages_overlap_only_where_the_same_persons_would_be_counted(file, lines):
    text = "\n".join(["month,site,kind,age,claims,card_persons", *lines])
    assert len(counts_in([file(text)]).cells) == len(lines)


@pytest.mark.parametrize(
    ("size", "beds"),
    [("0-19", (0, 19)), ("20-99", (20, 99)), ("100-199", (100, 199)), ("200+", (200,))],
)
def test_a_number_of_beds_is_of_a_group(file, size, beds):
    for number in beds:
        counts = counts_in([file(f"month,size,claims\n2026-11,{number},7\n")])
        assert [cell.size for cell in counts.cells] == [size]


def test_what_two_files_count_alike_is_named_with_both_places(file):
    first, second = file(WHOLE), file(WHOLE, name="again.csv")
    with pytest.raises(CountsBroken) as told:
        counts_in([first, second])
    assert (told.value.path, told.value.detail) == (second, f"{first}, 2")


def test_a_file_that_is_not_there_is_told(tmp_path):
    assert flaw(sites_in, tmp_path / "none.csv") == (0, CsvFlaw.UNREADABLE)


def test_no_cell_is_repeated_in_an_error(file):
    secret = "仮名花子"
    for text in (f"month,{secret}\n", f"month,kind,claims\n2026-11,{secret},1\n"):
        with pytest.raises(CountsBroken) as told:
            counts_in([file(text)])
        assert secret not in str(told.value)


def test_sites_are_read_and_one_that_stands_there_twice_is_named(file):
    text = "site,kind,prefecture,size\n山田医院,診療所,16,0\n"
    expected = {"山田医院": Cell("", "山田医院", "clinic", "Toyama", size="0-19")}
    assert sites_in(file(text, "cp932")) == expected
    assert flaw(sites_in, file(text + "山田医院,病院,富山,120\n")) == (3, CsvFlaw.TWICE)


def mutated():
    """A good file with some bytes changed, cut or put in."""
    edits = st.tuples(st.integers(0, len(WHOLE)), st.integers(0, 4), st.binary(max_size=4))

    @st.composite
    def edited(draw):
        data = WHOLE.encode(draw(st.sampled_from(["utf-8", "utf-8-sig", "cp932"])))
        for at, cut, put in draw(st.lists(edits, max_size=4)):
            data = data[:at] + put + data[at + cut :]
        return data

    return edited()


@given(data=st.binary(max_size=300) | mutated() | st.text().map(str.encode))
@pytest.mark.parametrize("read", [sites_in, lambda path: counts_in([path])])
def test_no_file_raises_anything_but_an_error_of_ours(tmp_path_factory, read, data):
    path = tmp_path_factory.mktemp("any") / "any.csv"
    path.write_bytes(data)
    try:
        read(path)
    except CountsBroken:
        pass


CELLS = st.builds(
    Cell,
    month=st.sampled_from(["2026-11", "2026-12"]),
    site=st.sampled_from(["山田医院", 'a "b", c']),
    kind=st.sampled_from(["clinic", "hospital"]),
    prefecture=st.just("Toyama"),
    age=st.sampled_from(["75-79", "85+", "unknown"]),
    insurer=st.sampled_from(["elderly", "unknown"]),
    size=st.sampled_from(["0-19", "200+"]),
)


@given(st.dictionaries(CELLS, st.dictionaries(st.sampled_from(Count), st.integers(0, 10**10))))
def test_counts_that_are_written_are_read_again(tmp_path_factory, cells):
    path = tmp_path_factory.mktemp("kept") / "kept.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        write_counts(Counts(cells), out)
    found = counts_in([path]).cells
    assert found == {cell: counted for cell, counted in cells.items() if counted}
