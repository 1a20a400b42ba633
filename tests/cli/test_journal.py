"""`kazashi journal` as a person runs it."""

import csv
import json
import os
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from typer.testing import CliRunner

from kazashi.cli import app
from kazashi.reception.journal import Journal, View
from kazashi.reports import SIMULATED_SERIAL
from kazashi.visible import is_safe
from program import command


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal.db"


def write(path, begun=datetime(2026, 11, 20, 14, 59, 30, tzinfo=UTC), reason="暗証番号をお忘れ"):
    """A visit that was done, one hour later, over midnight in Japan, one that was interrupted."""
    clock = [begun]
    with Journal(path, lambda: clock[0]) as journal:
        visit = journal.begin("desk", "usb:1")
        visit.step("pin", way="pin", error="wrong", tries_left=2)
        visit.step("visual check", way="visual", staff="佐藤", reason=reason)
        visit.end("checked_in")
        clock[0] += timedelta(hours=1)
        journal.begin("[bold]phone", "usb:2")


def run(*arguments, columns=120):
    return CliRunner().invoke(app, ["journal", *arguments], env={"COLUMNS": str(columns)})


def test_list_shows_visits_on_japans_days_with_way_outcome_and_steps(path):
    write(path)
    done = command("journal", "list", "--journal", str(path))
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert lines[1] == ["1", "2026-11-20", "23:59:30", "checked_in", "desk", "visual"]
    assert lines[-1] == ["2", "2026-11-21", "00:59:30", "interrupted", "[bold]phone"]
    assert "pin: wrong" in done.stdout


def test_list_shows_that_a_visit_runs_in_another_process(path):
    with Journal(path) as journal:
        journal.begin("desk", "usb:1").step("pin")
        (visit,) = json.loads(command("journal", "list", "--journal", str(path), "--json").stdout)
        assert visit["outcome"] is None
        assert len(visit["steps"]) == 1
        assert "running" in run("list", "--journal", str(path)).stdout


def test_list_says_once_what_happened_several_times(path):
    with Journal(path) as journal:
        visit = journal.begin("desk", "usb:1")
        visit.step("certificate")
        visit.steps("consent", [{"item": "tests", "state": "given"}] * 12)
        visit.end("checked_in")
    assert "certificate, consent ×12, end" in run("list", "--journal", str(path)).stdout


NARROW = """\
visit begun, in Japan     outcome
      profile     way    mark
    1 2026-11-20 23:59:30 checked_in
      desk        visual test
      pin: wrong, 目視確認: 写真とご本人
      が一致していません, consent ×12,
      end
    2 2026-11-20 23:59:30 interrupted
      居宅
    3 2026-11-20 23:59:30 no_card
      eligibility
      end
"""
WIDE = """\
visit begun, in Japan     outcome     profile     way    mark
    1 2026-11-20 23:59:30 checked_in  desk        visual test
      pin: wrong, 目視確認: 写真とご本人が一致していません, consent ×12, end
    2 2026-11-20 23:59:30 interrupted 居宅
    3 2026-11-20 23:59:30 no_card     eligibility
      end
"""


@pytest.mark.parametrize(("columns", "shown"), [(40, NARROW), (80, WIDE)])
def test_list_shows_every_column_on_a_narrow_terminal_and_cuts_no_word(path, columns, shown):
    with Journal(path, lambda: datetime(2026, 11, 20, 14, 59, 30, tzinfo=UTC)) as journal:
        visit = journal.begin("desk", SIMULATED_SERIAL)
        visit.step("pin", error="wrong")
        visit.step("目視確認", way="visual", error="写真とご本人が一致していません")
        visit.steps("consent", [{"item": "tests"}] * 12)
        visit.end("checked_in")
        journal.begin("居宅", "usb:1")
        journal.begin("eligibility", "usb:1").end("no_card")
    assert run("list", "--journal", str(path), columns=columns).stdout == shown


@pytest.mark.parametrize("columns", range(20, 90, 7))
def test_no_line_of_the_list_is_wider_than_the_terminal(path, columns):
    with Journal(path) as journal:
        visit = journal.begin("eligibility", "usb:1")
        visit.step("visual check", way="android", error="ご本人であることを確認できませんでした")
        visit.end("not_a_my_number_card")
    lines = run("list", "--journal", str(path), columns=columns).stdout.splitlines()
    assert max(map(cell_len, lines)) <= columns
    for word in ("not_a_my_number_card", "eligibility", "android", "visual", "check:"):
        assert columns < 26 or any(word in line.split() for line in lines)


def test_times_in_facts_are_japans_and_other_words_are_as_they_were_kept(path, tmp_path):
    kept = {"given_at": "2026-11-21T03:00:00+00:00", "ends_at": "9999-12-31T23:00:00+00:00"}
    with Journal(path) as journal:
        visit = journal.begin("desk", "usb:1")
        visit.step("consent", reason="2026-11-21T03:00:00+00:00", **kept)
    shown = kept | {"reason": kept["given_at"], "given_at": "2026-11-21T12:00:00+09:00"}
    visit = json.loads(run("show", "1", "--journal", str(path), "--json").stdout)
    assert visit["steps"][0]["facts"] == shown
    run("export", str(tmp_path / "all.csv"), "--journal", str(path))
    with (tmp_path / "all.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert json.loads(row["facts"]) == shown
    assert row["at"].endswith("+09:00")
    assert row["begun_at"].endswith("+09:00")


@pytest.mark.parametrize(
    "facts",
    [{"certificate_sha256": "00" * 32, "is_test": True}, {"eligibility": "valid", "is_test": True}],
)
def test_a_visit_that_is_only_a_test_is_marked_wherever_it_shows(path, tmp_path, facts):
    with Journal(path) as journal:
        for step in (facts, {"is_test": False}):
            visit = journal.begin("desk", "usb:1")
            visit.step("step", **step)
            visit.step("later", is_test=False)
            visit.end("checked_in")
    at = ("--journal", str(path))
    lines = [line.split() for line in run("list", *at).stdout.splitlines()]
    assert [line[5:] for line in lines[1::2]] == [["test"], []]
    assert [visit["is_test"] for visit in json.loads(run("list", *at, "--json").stdout)] == [
        *(True, False)
    ]
    run("export", str(tmp_path / "all.csv"), *at)
    with (tmp_path / "all.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["is_test"] for row in csv.DictReader(file)] == ["True"] * 3 + ["False"] * 3


@pytest.mark.parametrize(
    ("options", "visits"),
    [
        ([], [1, 2]),
        (["--since", "2026-11-21"], [2]),
        (["--until", "2026-11-20"], [1]),
        (["--since", "2026-11-20", "--until", "2026-11-21"], [1, 2]),
        (["--since", "0001-01-01", "--until", "9999-12-31"], [1, 2]),
        (["--limit", "1"], [2]),
        (["--since", "2026-11-22"], []),
    ],
)
def test_list_takes_japans_days_and_a_limit(path, options, visits):
    write(path)
    done = run("list", "--journal", str(path), "--json", *options)
    assert [visit["visit"] for visit in json.loads(done.stdout)] == visits


def test_list_as_json_has_what_the_list_shows(path):
    write(path)
    with Journal(path) as journal:
        journal.begin("desk", "usb:1").steps("consent", [{"item": "tests"}] * 12)
    visit, interrupted, consenting = json.loads(
        run("list", "--journal", str(path), "--json").stdout
    )
    at = "2026-11-20T23:59:30+09:00"
    assert visit == {
        "visit": 1,
        "begun_at": at,
        "profile": "desk",
        "reader": "usb:1",
        "is_test": False,
        "outcome": "checked_in",
        "ended_at": at,
        "way": "visual",
        "fallback": None,
        "steps": [
            {"step": "pin", "error": "wrong", "times": 1},
            {"step": "visual check", "error": None, "times": 1},
            {"step": "end", "error": None, "times": 1},
        ],
    }
    assert (interrupted["outcome"], interrupted["ended_at"]) == ("interrupted", None)
    assert (interrupted["way"], interrupted["steps"]) == (None, [])
    assert consenting["steps"] == [{"step": "consent", "error": None, "times": 12}]


@given(words=st.text(max_size=50), encoding=st.sampled_from(["utf-8", "cp932", "ascii"]))
@example(words="¢", encoding="cp932")
def test_list_as_json_is_exact_whatever_was_kept(tmp_path_factory, words, encoding):
    path = tmp_path_factory.mktemp("words") / "journal.db"
    with Journal(path) as journal:
        journal.begin("desk", "usb:1").step("pin", error=words)
    arguments = ["journal", "list", "--json", "--journal", str(path)]
    done = CliRunner(charset=encoding).invoke(app, arguments)
    (visit,) = json.loads(done.stdout)
    assert visit["steps"] == [{"step": "pin", "error": words, "times": 1}]
    assert all(each == "\n" or is_safe(each) for each in done.stdout)


def test_show_tells_each_step_with_its_facts(path):
    write(path)
    lines = [line.split() for line in run("show", "1", "--journal", str(path)).stdout.splitlines()]
    assert ["profile", "desk"] in lines
    assert lines.index(["pin"]) < lines.index(["error", "wrong"])
    assert lines.index(["visual", "check"]) < lines.index(["reason", "暗証番号をお忘れ"])


@pytest.mark.parametrize("number", ["3", "0", str(2**64), "last"])
def test_show_of_a_visit_that_is_none_is_a_usage_error(path, number):
    write(path)
    assert run("show", number, "--journal", str(path)).exit_code == 2


def test_show_as_json_has_all_that_was_kept(path):
    write(path)
    visit = json.loads(run("show", "1", "--journal", str(path), "--json").stdout)
    at = "2026-11-20T23:59:30+09:00"
    assert visit == {
        "visit": 1,
        "begun_at": at,
        "profile": "desk",
        "reader": "usb:1",
        "is_test": False,
        "outcome": "checked_in",
        "ended_at": at,
        "steps": [
            {"at": at, "step": "pin", "facts": {"way": "pin", "error": "wrong", "tries_left": 2}},
            {
                "at": at,
                "step": "visual check",
                "facts": {"way": "visual", "staff": "佐藤", "reason": "暗証番号をお忘れ"},
            },
            {"at": at, "step": "end", "facts": {}},
        ],
    }


@pytest.mark.parametrize("options", [["--since", "soon"], ["--limit", "0"]])
def test_days_and_limits_that_are_none_are_usage_errors(path, options):
    assert run("list", "--journal", str(path), *options).exit_code == 2


def test_the_journal_of_this_person_is_the_default(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    missing = command("journal", "list")
    assert missing.returncode == 1
    assert f"no journal at {tmp_path}/kazashi/journal.db" in missing.stderr.replace("\n", "")
    assert "受付の記録" in missing.stderr
    write(tmp_path / "kazashi" / "journal.db")
    assert command("journal", "list").returncode == 0


def test_a_file_that_is_no_journal_ends_in_one_clear_line_and_stays(path):
    path.write_bytes(b"my thesis")
    done = command("journal", "list", "--journal", str(path))
    assert done.returncode == 1
    assert "is damaged" in done.stderr
    assert done.stderr.count("\n") == 1
    assert path.read_bytes() == b"my thesis"


@settings(max_examples=25)
@given(reason=st.text(max_size=200), year=st.integers(1, 9998))
def test_any_words_survive_both_kinds_of_export(tmp_path_factory, reason, year):
    folder = tmp_path_factory.mktemp("export")
    write(folder / "journal.db", datetime(year, 1, 1, tzinfo=UTC), reason)
    with View(folder / "journal.db") as view:
        kept = [step.facts for visit in view.visits() for step in visit.steps]
    for name in ("all.jsonl", "all.csv"):
        done = run("export", str(folder / name), "--journal", str(folder / "journal.db"))
        assert done.exit_code == 0, done.output
    lines = (folder / "all.jsonl").read_text("utf-8").removesuffix("\n").split("\n")
    visits = [json.loads(line) for line in lines]
    assert [step["facts"] for visit in visits for step in visit["steps"]] == kept
    assert kept[1]["reason"] == reason
    with (folder / "all.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [json.loads(row["facts"]) for row in rows] == [*kept, {}]
    assert [(row["visit"], row["step"]) for row in rows] == [
        *(("1", "pin"), ("1", "visual check"), ("1", "end"), ("2", "")),
    ]
    assert [row["outcome"] for row in rows] == ["checked_in"] * 3 + ["interrupted"]


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX")
def test_an_export_is_for_its_owner_and_nobody_is_held_in_it(path, tmp_path):
    with Journal(path) as journal:
        visit = journal.begin("desk", "usb:1")
        journal.hold(
            visit.id, name="N A M E", address="A", birth=date(1990, 1, 1), sex=1, reason="down"
        )
    for name in ("all.jsonl", "all.csv"):
        assert run("export", str(tmp_path / name), "--journal", str(path)).exit_code == 0
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
        assert "N A M E" not in (tmp_path / name).read_text("utf-8")


def test_an_export_replaces_nothing_and_leaves_nothing_half(path, tmp_path):
    write(path)
    there = tmp_path / "there.csv"
    there.write_text("mine")
    done = run("export", str(there), "--journal", str(path))
    assert done.exit_code == 2
    assert "File exists" in " ".join(done.stderr.replace("│", " ").split())
    assert there.read_text() == "mine"
    for name, said in (("all.xlsx", "name a file of .jsonl or .csv"), ("no/all.csv", "cannot")):
        done = run("export", str(tmp_path / name), "--journal", str(path))
        assert done.exit_code == 2
        assert said in done.stderr
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("UPDATE step SET facts = '' WHERE id = 2")
    assert run("export", str(tmp_path / "all.csv"), "--journal", str(path)).exit_code == 1
    assert not (tmp_path / "all.csv").exists()
