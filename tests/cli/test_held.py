"""`kazashi held`, as a person runs it once the centre is back."""

import json
from datetime import UTC, date, datetime

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

from kazashi.cli import app
from kazashi.cli.held import held as held_command
from kazashi.reception.journal import Journal, JournalFull, View
from program import command

NAMES = ("架空[/]花子", "[bold]仮名 三郎")

HELD_AT = datetime(2026, 11, 20, 15, 0, 1, tzinfo=UTC)


@pytest.fixture
def path(tmp_path):
    """Two people are held."""
    path = tmp_path / "journal.db"
    with Journal(path, lambda: HELD_AT) as journal:
        for name in NAMES:
            visit = journal.begin("desk", "usb:1")
            journal.hold(
                visit.id, name=name, address="A", birth=date(1990, 1, 1), sex=1, reason="down"
            )
            visit.end("held", is_test=True)
    return path


def held(path, *arguments, columns=80):
    words = ["held", "--test", "--journal", str(path), *arguments]
    return CliRunner().invoke(app, words, env={"COLUMNS": str(columns)})


class Signalled(BaseException):
    """What a handler of a signal raises, wherever the program is."""


def names(path):
    with Journal(path) as journal:
        return [each.name for each in journal.held()]


def test_without_a_test_there_is_no_centre_and_nobody_is_let_go(path):
    done = command("held", "--journal", str(path))
    assert (done.returncode, done.stdout) == (1, "")
    assert "no centre is configured" in done.stderr
    assert done.stderr.count("\n") == 1
    assert names(path) == [*NAMES]


def test_all_are_asked_about_whatever_they_are_called(path):
    done = held(path, "--centre", "valid")
    assert done.exit_code == 0, done.exception
    for name in NAMES:
        assert name in done.stdout
    assert "2 asked about, 0 still held" in done.stdout
    assert names(path) == []


def test_with_a_key_of_figures_the_answer_tells_persons_apart(path):
    config = path.with_name("kazashi.toml")
    config.write_text('[figures]\nkey = "persons.key"\n')
    done = held(path, "--centre", "valid", "--config", str(config))
    assert done.exit_code == 0, done.exception
    with View(path) as journal:
        answers = [visit for visit in journal.visits() if visit.profile == "held"]
    assert all(visit.fact("person") for visit in answers)
    assert len(answers) == 2


def test_a_test_lets_nobody_go_who_was_really_held(path):
    with Journal(path) as journal:
        visit = journal.begin("desk", "usb:1")
        journal.hold(
            visit.id, name="本物 太郎", address="A", birth=date(1990, 1, 1), sex=1, reason="down"
        )
        visit.end("held")
    done = held(path, "--centre", "valid")
    assert "2 asked about, 1 still held" in done.stdout
    assert names(path) == ["本物 太郎"]


@pytest.mark.parametrize("columns", [40, 80])
def test_whom_it_asked_about_is_shown_marked_and_by_japans_clock(path, columns):
    shown = held(path, "--centre", "valid", columns=columns).stdout
    lines = [" ".join(line.split()) for line in shown.splitlines()]
    assert lines.count("held, in Japan 2026-11-21 00:00:01") == 2
    assert lines.count("eligibility valid") == lines.count("mark test") == 2
    assert max(map(cell_len, shown.splitlines())) <= columns


def test_the_answers_as_json_and_in_the_journal_are_marked_as_simulated(path):
    told = json.loads(held(path, "--centre", "welfare_unregistered", "--json").stdout)
    assert told["held"] == 0
    assert [answer["visit"] for answer in told["answers"]] == [1, 2]
    assert [answer["held_at"] for answer in told["answers"]] == ["2026-11-21T00:00:01+09:00"] * 2
    assert all(answer["is_test"] for answer in told["answers"])
    assert all(answer["eligibility"]["is_simulated"] for answer in told["answers"])
    with View(path) as journal:
        assert [visit.is_test for visit in journal.visits()] == [True] * 4


def test_while_the_centre_is_down_all_stay(path):
    done = held(path, "--centre", "down", "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout) == {"is_test": True, "answers": [], "held": 2}
    assert names(path) == [*NAMES]


@pytest.mark.parametrize("call", ["claim", "answer"])
def test_interrupted_it_prints_what_was_answered(path, monkeypatch, capsys, call):
    """A signal after the first person was let go, when the second is claimed, or let go."""
    real, calls = getattr(Journal, call), []

    def second_time(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise Signalled
        return real(*arguments)

    monkeypatch.setattr(Journal, call, second_time)
    with pytest.raises(Signalled):
        held_command(as_test=True, as_json=True, journal=path)
    told = json.loads(capsys.readouterr().out)
    assert told["held"] is None
    assert [answer["visit"] for answer in told["answers"]] == [1, 2][: 1 + (call == "answer")]
    assert names(path) == [NAMES[1]]


def test_a_journal_that_fails_in_the_middle_loses_no_answer(path, monkeypatch):
    def full(*_):
        raise JournalFull(path)

    monkeypatch.setattr(Journal, "answer", full)
    done = held(path, "--centre", "valid", "--json")
    assert type(done.exception) is JournalFull
    assert [answer["visit"] for answer in json.loads(done.stdout)["answers"]] == [1]
    assert names(path) == [*NAMES]


def test_what_only_looks_makes_no_journal(tmp_path):
    path = tmp_path / "folder" / "journal.db"
    looks = (("journal", "list"), ("held", "--test"), ("stats", "--key", str(tmp_path / "key")))
    for words in looks:
        done = command(*words, "--journal", str(path))
        assert (done.returncode, "there is no journal" in done.stderr) == (1, True), words
    assert [*tmp_path.iterdir()] == []
