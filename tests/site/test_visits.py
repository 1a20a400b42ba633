"""Visits of all computers are read from the database as their journals kept them."""

import json
from contextlib import ExitStack

import psycopg
import pytest
from psycopg import Connection

from kazashi.reception.journal import Journal, View
from kazashi.site.reached import DatabaseAway
from kazashi.site.settings import DatabaseSettings
from kazashi.site.visits import Visits, visits_after
from program import command
from site_desks import follower, is_same, visit
from site_waits import until


def brought(folder, server, **counts):
    """Journals by computer, each with so many visits, all of them in the database."""
    paths = {computer: folder / f"{computer}.db" for computer in counts}
    for computer, path in paths.items():
        with Journal(path) as journal:
            for _ in range(counts[computer]):
                visit(journal)
    with ExitStack() as stack:
        for computer, path in paths.items():
            stack.enter_context(follower(path, server, computer))
        until(lambda: all(is_same(path, server, computer) for computer, path in paths.items()))
    return paths


def test_each_visit_is_read_as_its_journal_has_it(server, tmp_path, monkeypatch):
    monkeypatch.setattr("kazashi.site.visits._PAGE", 3)
    paths = brought(tmp_path, server, one=7, two=3)
    with Visits(DatabaseSettings(server.url, "three")) as visits:
        read = [[*visits.of(journal)] for journal in visits.journals()]
    kept = []
    for path in paths.values():
        with View(path) as view:
            kept.append([*view.visits()])
    assert read == kept


def test_visits_that_are_pruned_while_they_are_read_are_read_whole(server, tmp_path):
    brought(tmp_path, server, one=3)

    class Pruned(Connection):
        def execute(self, query, *values):
            if "entry" in query:
                server.run("DELETE FROM kazashi.entry WHERE visit < 3")
            return super().execute(query, *values)

    with Pruned.connect(server.url, options="-c search_path=kazashi", autocommit=True) as line:
        ((journal,),) = line.execute("SELECT id FROM journal").fetchall()
        read = visits_after(line, journal, 0, 10)
    assert [len(visit.steps) for visit in read] == [3, 3, 3]


def test_a_database_that_is_away_is_an_error_with_words(server, tmp_path):
    with pytest.raises(DatabaseAway) as away:
        Visits(DatabaseSettings(f"postgresql:///x?host={tmp_path}", "one")).journals()
    assert away.value.trouble == "unreachable"


def test_a_database_that_cannot_be_used_is_left(server, monkeypatch):
    def is_refused(_):
        raise psycopg.errors.InsufficientPrivilege

    monkeypatch.setattr("kazashi.site.reached.prepare", is_refused)
    with pytest.raises(DatabaseAway) as away:
        Visits(DatabaseSettings(server.url, "one")).journals()
    ours = "SELECT FROM pg_stat_activity WHERE application_name = 'kazashi'"
    until(lambda: server.rows(ours) == [])
    assert away.value.trouble == "refused"


def test_figures_are_made_of_the_journals_of_all_computers(server, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    brought(tmp_path, server, one=2, two=3)
    config = tmp_path / "kazashi.toml"
    config.write_text(f'[database]\nurl = "{server.url}"\ndesk = "office"\n')
    done = command("stats", "--test", "--database", f"hospital={config}", "--json")
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(done.stdout)["total"]
    assert (row["numerator"], row["denominator"]) == (5, 5)


def test_a_database_that_is_given_twice_is_refused(server, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    brought(tmp_path, server, one=2)
    options = []
    for name in ("office", "ward"):
        config = tmp_path / f"{name}.toml"
        config.write_text(f'[database]\nurl = "{server.url}"\ndesk = "{name}"\n')
        options += ["--database", config]
    done = command("stats", "--test", *options)
    assert (done.returncode, done.stdout) == (2, "")
    told = " ".join(done.stderr.replace("│", " ").split())
    assert "another one has a journal of" in told


def test_a_configuration_without_a_database_is_refused(tmp_path):
    config = tmp_path / "kazashi.toml"
    config.write_text("")
    assert command("stats", "--database", config).returncode == 2
