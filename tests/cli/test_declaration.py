"""`kazashi declaration` as a person runs it."""

import json
import stat
import sys

import pytest
from pypdf import PdfReader
from typer.testing import CliRunner

from kazashi.cli import app
from kazashi.reception.journal import Journal

TYPED = {
    "card_shown": True,
    "name": "仮名 花子",
    "birth": "S60.4.3",
    "sex": "女",
    "address": "東京都架空区1-2-3",
    "telephone": "03-1234-5678",
    "staff": "佐藤",
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "new.pdf"


def run(path, typed, *arguments):
    whole = typed if isinstance(typed, bytes) else json.dumps(typed)
    return CliRunner().invoke(app, ["declaration", str(path), *arguments], input=whole)


def test_it_makes_a_pdf_for_its_owner_alone_and_says_the_text_of_the_claim(path):
    done = run(path, TYPED)
    assert done.exit_code == 0, done.stderr
    assert done.stdout == "不詳 住所:東京都架空区1-2-3 連絡先:03-1234-5678\n"
    assert done.stderr == ""
    text = PdfReader(path).pages[0].extract_text()
    assert "仮名 花子" in text
    assert "TEST" not in text
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_is_there_is_never_overwritten(path):
    path.write_text("mine")
    done = run(path, TYPED)
    assert done.exit_code == 2
    assert path.read_text() == "mine"


def test_a_test_is_marked_and_the_basis_chooses_the_text(path):
    done = run(path, TYPED, "--test", "--basis", "declared_former")
    assert done.stdout == "旧資格情報\n"
    assert "TEST" in PdfReader(path).pages[0].extract_text()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"card_shown": False}, "マイナンバーカードを見せた方だけ"),
        ({"telephone": "1234"}, "telephone: 電話番号は、10桁か11桁"),
        ({"address": "1234 5678 9012"}, "Never type a My Number"),
    ],
)
def test_what_is_wrong_is_said_with_its_reason_and_nothing_is_written(path, change, said):
    done = run(path, TYPED | change)
    assert done.exit_code == 1
    assert said in " ".join(done.stderr.split())
    assert "1234" not in done.stderr
    assert not path.exists()


@pytest.mark.parametrize(
    "typed", [b"", b"{", b"\xff", b"[]", b"{}", {"name": 1}, {"nom": "x"}, {"card_shown": "yes"}]
)
def test_what_is_no_declaration_is_wrong_usage(path, typed):
    done = run(path, typed)
    assert done.exit_code == 2
    assert not path.exists()


def test_a_basis_without_declaration_is_wrong_usage(path):
    assert run(path, TYPED, "--basis", "portal").exit_code == 2


@pytest.fixture
def visits(tmp_path):
    """A journal: visit 1 has led to a declaration, visit 2 to マイナポータル."""
    kept = tmp_path / "journal.db"
    with Journal(kept) as journal:
        for basis in ("declared_current", "portal"):
            entry = journal.begin("desk", "reader")
            entry.step("visual check", staff="鈴木", is_match=True)
            entry.step("fall-back", fallback=basis)
            entry.end("fell_back", is_test=True)
    return ("--journal", str(kept), "--visit")


CURRENT = {"insurer": "01130012", "number": "1234"}


def test_a_visit_of_the_journal_fills_what_is_known_of_it(path, visits):
    typed = {each: text for each, text in TYPED.items() if each not in ("card_shown", "staff")}
    done = run(path, typed | CURRENT, *visits, "1")
    assert done.exit_code == 0, done.stderr
    text = PdfReader(path).pages[0].extract_text()
    assert "受付番号\n1\n" in text
    assert "■現在のもの" in text
    assert "鈴木" in text
    assert "TEST" in text  # as the visit was


def test_what_is_typed_counts_more_than_the_journal(path, visits):
    done = run(path, TYPED, *visits, "1", "--basis", "declared_unknown")
    assert done.stdout.startswith("不詳")
    text = PdfReader(path).pages[0].extract_text()
    assert "佐藤" in text
    assert "鈴木" not in text


@pytest.mark.parametrize("number", ["2", "3"])
def test_a_visit_without_a_declaration_is_wrong_usage(path, visits, number):
    assert run(path, TYPED, *visits, number).exit_code == 2
    assert not path.exists()


def test_the_card_counts_as_shown_only_where_the_visit_says_so(path, visits):
    typed = {each: text for each, text in TYPED.items() if each != "card_shown"}
    done = run(path, typed, *visits, "2", "--basis", "declared_unknown")
    assert done.exit_code == 1
    assert "マイナンバーカードを見せた方だけ" in done.stderr
