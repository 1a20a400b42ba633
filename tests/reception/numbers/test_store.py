"""The map: found by 照会番号 and certificate, decided by staff, lists taken whole or not at all."""

import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazashi.reception.numbers.errors import (
    KeyFlaw,
    LineFlaw,
    ListRefused,
    NumbersBroken,
    NumbersError,
    NumbersKeyUnusable,
    NumbersNewer,
    NumbersRefused,
)
from kazashi.reception.numbers.file import put
from kazashi.reception.numbers.lists import Line
from kazashi.reception.numbers.marks import Marks, is_mark
from kazashi.reception.numbers.patient import Expected, FoundBy, FoundPatient, number_of
from kazashi.reception.numbers.settings import NumbersSettings
from kazashi.reception.numbers.store import NumbersFile
from kazashi.reception.numbers.ties import Kind, joined, said
from kazashi.reception.secret_file import new_key
from kazashi.reception.settings import BadSettings

NOW = datetime(2026, 11, 29, tzinfo=UTC)
OLD_CARD, NEW_CARD = (sha256(each).hexdigest() for each in (b"old", b"new"))
MARKS = Marks(bytes(32))


@pytest.fixture
def numbers(tmp_path):
    return NumbersFile(tmp_path / "numbers.db", MARKS, lambda: NOW)


def tied(numbers, number, certificate=OLD_CARD):
    numbers.take([Line(2, number, certificate=MARKS.of(certificate))])


def test_a_patient_is_found_by_reference_by_certificate_and_by_both(numbers):
    numbers.take([Line(2, "12", "A-1")])
    assert numbers.of(["A-1"], "") == FoundPatient("12", FoundBy.REFERENCE)
    tied(numbers, "12")
    assert numbers.of([], OLD_CARD) == FoundPatient("12", FoundBy.CERTIFICATE)
    assert numbers.of(["A-1"], OLD_CARD) == FoundPatient("12", FoundBy.BOTH)


def test_a_reference_that_nobody_has_is_offered_if_the_certificate_tells_the_number(numbers):
    tied(numbers, "12")
    found = numbers.of(["A-1"], OLD_CARD)
    assert (found.number, found.is_new_reference) == ("12", True)
    numbers.offer(["A-1"], OLD_CARD, 7, is_test=False)
    (offer,) = numbers.offers()
    assert (offer.reference, offer.number, offer.tied) == ("A-1", "12", "")
    assert numbers.tie(offer.id, "12", "佐藤")
    assert numbers.of(["A-1"], NEW_CARD).number == "12"


@pytest.mark.parametrize("text", ["山田", "123456789012", "=1+1", "１"])
def test_what_is_no_reference_by_its_form_is_not_offered(numbers, text):
    tied(numbers, "12")
    assert not numbers.of([text], OLD_CARD).is_new_reference
    numbers.offer([text], OLD_CARD, 7, is_test=False)
    assert numbers.offers() == []


def test_a_reference_is_not_offered_for_a_certificate_that_tells_no_number(numbers):
    numbers.take([Line(2, "12", "A-1")])
    assert not numbers.of(["A-1", "A-2"], NEW_CARD).is_new_reference
    assert offered(numbers, ["A-1", "A-2"], NEW_CARD).reference == ""
    assert len(numbers.offers()) == 1


def test_nobody_is_found_by_what_is_not_in_the_map(numbers):
    assert numbers.of([], "") == numbers.of(["A-1"], "") == FoundPatient()
    assert numbers.of(["A-1"], NEW_CARD) == FoundPatient(is_new_certificate=True)


def test_a_new_certificate_of_a_known_patient_is_told_as_new(numbers):
    numbers.take([Line(2, "12", "A-1")])
    found = numbers.of(["A-1"], NEW_CARD)
    assert (found.number, found.is_new_certificate) == ("12", True)


def test_reference_and_certificate_that_tell_two_numbers_tell_none(numbers):
    numbers.take([Line(2, "12", "A-1"), Line(3, "34", "B-1")])
    tied(numbers, "34")
    assert numbers.of(["A-1"], OLD_CARD) == FoundPatient(conflicting=("12", "34"))
    assert numbers.of(["A-1", "B-1"], "") == FoundPatient(conflicting=("12", "34"))


def test_what_is_expected_of_a_patient_comes_with_the_number(numbers):
    numbers.take([Line(2, "12", "A-1", welfare=True, subsidy=True)])
    assert numbers.of(["A-1"], "").expects == (Expected.WELFARE, Expected.SUBSIDY)
    numbers.take([Line(2, "12", welfare=False)])
    assert numbers.of(["A-1"], "").expects == (Expected.SUBSIDY,)


def offered(numbers, references, certificate):
    numbers.offer(references, certificate, 7, is_test=False)
    return numbers.offers()[-1]


def test_a_certificate_is_tied_by_the_staff_alone(numbers):
    numbers.take([Line(2, "12", "A-1")])
    offer = offered(numbers, ["A-1"], NEW_CARD)
    assert (offer.number, offer.tied, offer.visit, offer.at) == ("12", "", 7, NOW)
    assert numbers.of([], NEW_CARD).number == ""
    assert numbers.tie(offer.id, "12", "佐藤")
    assert numbers.of([], NEW_CARD).number == "12"
    assert numbers.offers() == []


def test_the_staff_may_type_the_number_of_somebody_new(numbers):
    offer = offered(numbers, [], NEW_CARD)
    assert offer.number == ""
    assert numbers.tie(offer.id, "99", "佐藤")
    assert numbers.of([], NEW_CARD) == FoundPatient("99", FoundBy.CERTIFICATE)


def test_the_staff_decide_a_conflict(numbers):
    numbers.take([Line(2, "12", "A-1")])
    tied(numbers, "34")
    offer = offered(numbers, ["A-1"], OLD_CARD)
    assert (offer.number, offer.tied) == ("12", "34")
    assert numbers.tie(offer.id, "12", "佐藤")
    assert numbers.of(["A-1"], OLD_CARD) == FoundPatient("12", FoundBy.BOTH)


def test_a_certificate_that_is_left_is_offered_again_at_the_next_visit(numbers):
    assert numbers.leave(offered(numbers, [], NEW_CARD).id, "佐藤")
    assert numbers.offers() == []
    assert offered(numbers, [], NEW_CARD).number == ""


def test_a_certificate_is_offered_once_and_decided_once(numbers):
    first, second = offered(numbers, [], NEW_CARD), offered(numbers, [], NEW_CARD)
    assert numbers.offers() == [second]
    assert not numbers.tie(first.id, "12", "佐藤")
    assert numbers.leave(second.id, "佐藤")
    assert not numbers.leave(second.id, "佐藤")


def test_what_is_not_decided_within_thirty_days_is_offered_no_more(tmp_path):
    now = [NOW]
    numbers = NumbersFile(tmp_path / "numbers.db", MARKS, lambda: now[0])
    offered(numbers, [], OLD_CARD)
    now[0] += timedelta(days=31)
    newer = offered(numbers, [], NEW_CARD)
    assert numbers.offers() == [newer]


def test_what_desks_say_differently_is_offered_until_it_is_decided(tmp_path):
    now = [NOW]
    numbers = NumbersFile(tmp_path / "numbers.db", MARKS, lambda: now[0])
    at = NOW.isoformat()
    ours, theirs = (said(None, Kind.REFERENCE, "A-1", each, "佐藤", at) for each in ("12", "34"))
    with numbers.file.writing() as db:
        put(db, joined(ours, theirs), is_unsent=False)
    assert numbers.of(["A-1"], "").conflicting == ("12", "34")
    contested = offered(numbers, ["A-1"], "")
    now[0] += timedelta(days=31)
    newer = offered(numbers, [], NEW_CARD)
    assert numbers.offers() == [contested, newer]


def test_a_list_is_taken_whole_or_not_at_all(numbers):
    numbers.take([Line(2, "12", "A-1")])
    tied(numbers, "12")
    mark = MARKS.of(OLD_CARD)
    with pytest.raises(ListRefused) as told:
        numbers.take([Line(2, "1", "C-1"), Line(3, "34", "A-1"), Line(4, "56", "", mark)])
    assert [(each.line, each.flaw, each.detail) for each in told.value.troubles] == [
        (3, LineFlaw.REFERENCE_TAKEN, "12"),
        (4, LineFlaw.CERTIFICATE_TAKEN, "12"),
    ]
    assert numbers.of(["C-1"], "") == FoundPatient()


def test_what_has_moved_is_moved_if_that_is_asked_for(numbers):
    numbers.take([Line(2, "12", "A-1")])
    numbers.take([Line(2, "34", "A-1")], moves=True)
    assert numbers.of(["A-1"], "").number == "34"


def test_the_same_list_may_be_taken_again(numbers):
    lines = [Line(2, "12", "A-1", MARKS.of(OLD_CARD), True, False)]
    numbers.take(lines)
    numbers.take(lines)
    assert numbers.of(["A-1"], OLD_CARD).found_by is FoundBy.BOTH


def test_what_was_exported_makes_the_same_map(numbers, tmp_path):
    numbers.take([Line(2, "12", "A-1"), Line(3, "12", "A-2"), Line(4, "34", welfare=True)])
    tied(numbers, "12")
    lines = numbers.lines()
    assert [(each.number, each.reference) for each in lines] == [
        ("12", "A-1"),
        ("12", "A-2"),
        ("34", ""),
    ]
    other = NumbersFile(tmp_path / "other.db", MARKS)
    other.take(lines)
    assert other.lines() == lines


def test_a_patient_of_whom_a_list_says_the_number_alone_is_exported_too(numbers):
    numbers.take([Line(2, "12")])
    assert numbers.lines() == [Line(0, "12")]


FLAGS = [None, False, True]


@pytest.mark.parametrize("welfare", FLAGS)
@pytest.mark.parametrize("subsidy", FLAGS)
@pytest.mark.parametrize("reference", ["", "A-1"])
def test_what_a_list_told_is_exported_and_what_it_did_not_tell_is_not(
    numbers, reference, welfare, subsidy
):
    line = Line(0, "12", reference, welfare=welfare, subsidy=subsidy)
    numbers.take([line])
    assert numbers.lines() == [line]


@pytest.mark.parametrize(
    "before", [Line(2, "12", "A-1"), Line(2, "12"), Line(2, "12", subsidy=True)]
)
def test_an_older_export_takes_nothing_away_that_was_not_known_to_it(numbers, before):
    numbers.take([before])
    exported = numbers.lines()
    numbers.take([Line(2, "12", "A-1", welfare=True)])
    known = numbers.of(["A-1"], "").expects
    numbers.take(exported)
    assert Expected.WELFARE in known
    assert numbers.of(["A-1"], "").expects == known


def test_an_export_says_again_that_nothing_is_expected_if_a_list_said_so(numbers):
    numbers.take([Line(2, "12", "A-1", welfare=True, subsidy=True)])
    numbers.take([Line(2, "12", welfare=False)])
    exported = numbers.lines()
    numbers.take([Line(2, "12", welfare=True)])
    numbers.take(exported)
    assert numbers.of(["A-1"], "").expects == (Expected.SUBSIDY,)


def test_without_the_key_nothing_in_the_file_tells_a_certificate(numbers):
    tied(numbers, "12")
    assert OLD_CARD.encode() not in numbers.path.read_bytes()
    other = NumbersFile(numbers.path, Marks(bytes(31) + b"\1"))
    assert other.of([], OLD_CARD) == FoundPatient(is_new_certificate=True)


def test_the_file_is_its_owners_alone_whatever_it_was(numbers):
    assert stat.S_IMODE(numbers.path.stat().st_mode) == 0o600
    numbers.path.chmod(0o644)
    NumbersFile(numbers.path, MARKS)
    assert stat.S_IMODE(numbers.path.stat().st_mode) == 0o600


def test_a_mark_names_the_key(numbers):
    mark = MARKS.of(OLD_CARD)
    assert is_mark(mark)
    assert MARKS.is_ours(mark)
    assert not Marks(bytes(31) + b"\1").is_ours(mark)


@pytest.mark.parametrize("text", [b"no database, and longer than a header", b"\0" * 5000])
def test_another_file_is_told_and_left_as_it_is(tmp_path, text):
    path = tmp_path / "numbers.db"
    path.write_bytes(text)
    with pytest.raises(NumbersBroken):
        NumbersFile(path, MARKS)
    assert path.read_bytes() == text


BEFORE_1 = """
CREATE TABLE patient (number TEXT PRIMARY KEY, welfare INTEGER NOT NULL, subsidy INTEGER NOT NULL);
CREATE TABLE reference (
    reference TEXT PRIMARY KEY, number TEXT NOT NULL REFERENCES patient ON DELETE CASCADE
);
CREATE TABLE certificate (
    mark TEXT PRIMARY KEY, number TEXT NOT NULL REFERENCES patient ON DELETE CASCADE,
    tied_at TEXT NOT NULL, tied_by TEXT NOT NULL
);
CREATE TABLE offer (
    id INTEGER PRIMARY KEY AUTOINCREMENT, mark TEXT NOT NULL UNIQUE, number TEXT NOT NULL,
    tied TEXT NOT NULL, visit INTEGER, at TEXT NOT NULL, is_test INTEGER NOT NULL
);
INSERT INTO patient VALUES ('12', 1, 1), ('34', 0, 1), ('56', 0, 0);
INSERT INTO reference VALUES ('A-1', '12');
INSERT INTO certificate VALUES ('{old}', '34', '2026-11-29T00:00:00+00:00', '佐藤');
INSERT INTO offer VALUES (5, '{new}', '12', '', 7, '2026-11-29T00:00:00+00:00', 0);
PRAGMA application_id = 0x4B5A4E4D;
"""


def test_a_map_of_the_first_layout_keeps_all_it_knows(tmp_path):
    path = tmp_path / "numbers.db"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(BEFORE_1.format(old=MARKS.of(OLD_CARD), new=MARKS.of(NEW_CARD)))
    NumbersFile(path, MARKS)
    numbers = NumbersFile(path, MARKS, lambda: NOW)
    assert numbers.lines() == [
        Line(0, "12", "A-1", "", True, True),
        Line(0, "34", "", MARKS.of(OLD_CARD), None, True),
        Line(0, "56"),
    ]
    (offer,) = numbers.offers()
    assert (offer.id, offer.number, offer.tied, offer.visit) == (5, "12", "", 7)
    assert numbers.tie(5, "12", "佐藤")
    assert numbers.of(["A-1"], NEW_CARD).found_by is FoundBy.BOTH


def test_a_newer_release_s_map_is_told_and_left_alone(numbers):
    with closing(sqlite3.connect(numbers.path)) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(NumbersNewer):
        NumbersFile(numbers.path, MARKS)


@pytest.mark.parametrize("version", [0, 1])
def test_a_database_of_another_program_is_told(tmp_path, version):
    path = tmp_path / "numbers.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE theirs (id)")
        db.execute(f"PRAGMA user_version = {version}")
    with pytest.raises(NumbersBroken):
        NumbersFile(path, MARKS)


def test_a_map_that_is_gone_or_locked_is_told(numbers, monkeypatch):
    monkeypatch.setattr("kazashi.reception.numbers.file._WAIT_S", 0.01)
    found = FoundPatient()
    with closing(sqlite3.connect(numbers.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(NumbersRefused):
            numbers.offer([], NEW_CARD, None, is_test=False)
        assert numbers.of(["A-1"], "") == found  # who reads does not wait
    numbers.path.unlink()
    with pytest.raises(NumbersRefused):
        numbers.of(["A-1"], "")


@given(st.binary(max_size=100))
def test_no_bytes_of_a_damaged_map_raise_anything_but_its_error(tmp_path_factory, noise):
    folder = tmp_path_factory.mktemp("map")
    numbers = NumbersFile(folder / "numbers.db", MARKS)
    tied(numbers, "12")
    whole = numbers.path.read_bytes()
    at = len(noise) * 37 % len(whole)
    numbers.path.write_bytes(whole[:at] + noise + whole[at + len(noise) :])
    try:
        numbers.of([], OLD_CARD)
        numbers.offers()
    except NumbersError as error:
        assert error.path == numbers.path  # noqa: PT017


def key_file(tmp_path, text, mode=0o600):
    path = tmp_path / "numbers.key"
    path.write_text(text)
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("text", "mode", "flaw"),
    [
        ("00" * 32, 0o644, KeyFlaw.OPEN_TO_OTHERS),
        ("00" * 32, 0o640, KeyFlaw.OPEN_TO_OTHERS),
        ("", 0o600, KeyFlaw.NO_KEY),
        ("00ff", 0o600, KeyFlaw.NO_KEY),
        ("鍵", 0o600, KeyFlaw.NO_KEY),
    ],
)
def test_a_key_that_cannot_be_used_is_told(tmp_path, text, mode, flaw):
    with pytest.raises(NumbersKeyUnusable) as told:
        Marks.of_file(key_file(tmp_path, text, mode))
    assert told.value.flaw is flaw


def test_a_missing_key_and_an_unreadable_one_are_told_apart(tmp_path):
    for path, flaw in ((tmp_path / "none", KeyFlaw.MISSING), (tmp_path, KeyFlaw.UNREADABLE)):
        with pytest.raises(NumbersKeyUnusable) as told:
            Marks.of_file(path)
        assert told.value.flaw is flaw


def test_the_configuration_names_key_and_file(tmp_path):
    key_file(tmp_path, new_key())
    config = tmp_path / "kazashi.toml"
    config.write_text('[numbers]\nkey = "numbers.key"\n')
    settings = NumbersSettings.read(config)
    assert settings == NumbersSettings(tmp_path / "numbers.key")
    opened = settings.open(tmp_path / "state" / "journal.db")
    assert opened.path == tmp_path / "state" / "numbers.db"
    config.write_text("")
    assert NumbersSettings.read(config) is None
    config.write_text("[numbers]\n")
    with pytest.raises(BadSettings):
        NumbersSettings.read(config)


@pytest.mark.parametrize("text", ["", " ", "山田", "1 ２", "-1", "1-", "a\0b", "1" * 51])
def test_what_is_no_number_is_refused(text):
    if text == "1 ２":
        assert number_of(text) == "12"
        return
    with pytest.raises(ValueError, match="no number"):
        number_of(text)
