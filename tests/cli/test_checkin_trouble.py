"""`kazashi checkin` if something fails: reader, journal, camera, or a person who says nothing."""

import pytest

import faces
import kazashi
from kazashi.errors import ReaderSilent
from kazashi.reader import Reader
from kazashi.reception.face.matching import FaceNotAvailable, FaceNotConfigured
from kazashi.reception.journal import Journal, JournalFull
from kazashi.sim import person
from said import line_of
from visit_schema import told

PIN = "7351"
ALL = ("--consent", "all", "--prescription", "paper")
YES = "1"
PORTAL_YES = (YES, YES)
NOWHERE = "socket://127.0.0.1:1"


def test_no_card_needs_neither_reader_nor_anchors(checkin, monkeypatch):
    monkeypatch.setattr(kazashi, "open", lambda _: pytest.fail("the reader was opened"))
    done = checkin("--no-card", "--json", lines=PORTAL_YES, reader=NOWHERE)
    assert done.exit_code == 0, done.stderr
    assert told(done)["fallback"] == "portal"


@pytest.mark.parametrize("way", ["pin", "face", "on_phone"])
def test_a_reader_that_is_not_there_is_told_and_the_fallbacks_follow(checkin, way):
    done = checkin("--way", way, "--json", lines=PORTAL_YES, reader=NOWHERE)
    assert done.exit_code == 0, done.stderr
    visit = told(done)
    assert (visit["outcome"], visit["way"], visit["fallback"]) == ("fell_back", None, "portal")
    assert f"no reader at {NOWHERE}" in done.stderr


def test_a_reader_that_is_silent_is_told_and_nobody_answers(checkin, monkeypatch):
    def silent(_url):
        raise ReaderSilent(3.0)

    monkeypatch.setattr(kazashi, "open", silent)
    done = checkin("--way", "pin", "--json")
    assert done.exit_code == 1
    assert told(done)["outcome"] == "reader_failed"
    assert line_of(ReaderSilent(3)) in done.stderr


@pytest.mark.parametrize(
    ("lines", "outcome", "status"), [([PIN], "checked_in", 0), ([], "not_identified", 1)]
)
def test_a_reader_unplugged_before_the_line_is_closed_loses_no_result(
    checkin, monkeypatch, lines, outcome, status
):
    show = Reader.show

    def unplug(reader, *arguments):
        show(reader, *arguments)
        reader._link._pipe.process.kill()
        reader._link._pipe.process.wait()

    monkeypatch.setattr(Reader, "show", unplug)
    done = checkin("--way", "pin", "--json", *ALL, lines=lines)
    assert (told(done)["outcome"], done.exit_code) == (outcome, status)


def test_a_journal_that_is_damaged_is_told_and_keeps_no_patient_waiting(checkin, path):
    path.write_bytes(b"my thesis")
    done = checkin("--way", "pin", "--json", *ALL, lines=[PIN])
    assert done.exit_code == 0, done.stderr
    visit = told(done)
    assert (visit["outcome"], visit["is_kept"]) == ("checked_in", False)
    assert "is damaged" in done.stderr
    assert path.read_bytes() == b"my thesis"


@pytest.mark.parametrize("what", ["__init__", "prune"])
def test_a_full_disk_is_told_and_keeps_no_patient_waiting(checkin, path, monkeypatch, what):
    def full(*_):
        raise JournalFull(path)

    config = path.with_name("kazashi.toml")
    config.write_text("[journal]\nkeep_days = 1\n", encoding="utf-8")
    monkeypatch.setattr(Journal, what, full)
    done = checkin("--way", "pin", "--json", *ALL, "--config", config, lines=[PIN])
    assert done.exit_code == 0, done.stderr
    assert told(done)["outcome"] == "checked_in"
    assert f"no space for the journal {path}" in done.stderr


def test_a_picture_that_is_not_there_is_none(checkin, tmp_path, monkeypatch):
    monkeypatch.setattr(person, "portrait", lambda _seed: faces.photo(1))
    config = faces.configure(tmp_path)
    done = checkin(
        *("--way", "face", "--json", *ALL, "--config", config),
        lines=[person.Person().code_b, tmp_path / "no such file"],
    )
    assert done.exit_code == 1
    assert told(done)["outcome"] == "not_identified"


def test_without_stdin_nobody_is_identified(checkin):
    done = checkin("--way", "pin", "--json", *ALL)
    assert done.exit_code == 1
    assert told(done)["outcome"] == "not_identified"
    assert told(done)["signature"] is None


def test_another_way_may_be_chosen_and_goes_on_with_the_same_card(checkin, monkeypatch):
    def unavailable(_settings):
        raise FaceNotAvailable((FaceNotConfigured(),))

    monkeypatch.setattr("kazashi.reception.configuration.matcher_of", unavailable)
    lines = [PIN]
    done = checkin("--way", "face", "--json", "--language", "en", *ALL, lines=[YES, *lines])
    assert done.exit_code == 0, done.stderr
    assert told(done)["way"] == "pin"
    assert "Face matching cannot be used." in " ".join(done.stderr.split())
