"""People held at one computer are asked about at any of the site, one at a time, once."""

import json
import logging
from datetime import timedelta
from shutil import copyfile

import pytest

from kazashi.reception.centre import Eligibility, NoCentre
from kazashi.reception.journal import (
    Answer,
    BeingAsked,
    HeldError,
    Journal,
    NeedsItsComputer,
    NeedsSite,
    View,
)
from kazashi.reception.journal.followed import Followed, unfollow
from kazashi.reception.outage import PROFILE, ask_held
from kazashi.reception.persons import Persons
from kazashi.reception.rules import Item
from kazashi.site import held as rows
from kazashi.site.elsewhere import HeldElsewhere
from kazashi.site.entries import bring
from kazashi.site.line import Line
from kazashi.site.settings import DatabaseSettings
from kazashi.site.visits import Visits
from kazashi.stats.journals import JournalReader
from kazashi.testing.centre import SimulatedCentre
from program import command
from site_people import GIVEN_AT, errors_of, in_database, is_error
from site_waits import until


def test_another_computer_asks_and_the_own_one_lets_go(east, west, server):
    east.hold("仮名 一郎", "仮名 二郎")
    with east.following():
        until(lambda: in_database(server, "東館") == {1: True, 2: True})
        with west.people() as people:
            assert [(each.name, each.computer) for each in people.held()] == [
                ("仮名 一郎", "東館"),
                ("仮名 二郎", "東館"),
            ]
        assert [name for name, _ in west.ask()] == ["仮名 一郎", "仮名 二郎"]
        until(lambda: east.held == [])
        until(lambda: in_database(server, "東館") == {})
    assert west.ask() == east.ask() == []
    assert east.answers == []
    assert [reader.rpartition("/")[2] for reader in west.answers] == ["1", "2"]


def test_many_people_are_read_seldom_however_often_they_change(east, west, server, monkeypatch):
    monkeypatch.setattr("kazashi.site.elsewhere._A_SECOND", 0.01)
    part = HeldElsewhere(west.path, DatabaseSettings(server.url, "西館"))

    def seen():
        part.turn(line.connection)
        return [each.name for each in part.others]

    with Line(server.url) as line:
        east.hold("仮名 一郎")
        east.follows()
        assert seen() == ["仮名 一郎"]
        east.hold("仮名 二郎")
        east.follows()
        assert seen() == ["仮名 一郎"]
        assert 30 < part.pause_s < 100  # not for ever
        part.lost()
        assert seen() == ["仮名 一郎", "仮名 二郎"]


def test_the_own_computer_asks_by_the_database_too(east, west, server):
    east.hold("仮名 一郎")
    east.follows()
    assert [name for name, _ in east.ask()] == ["仮名 一郎"]
    assert west.ask() == []
    assert (east.answers, east.held) == (["held 1"], [])
    east.follows()
    assert in_database(server, "東館") == {}


def test_what_they_answered_with_the_card_goes_along(east, west):
    asked = []

    class Listening(SimulatedCentre):
        def complete(self, completion):
            asked.append(completion)
            return super().complete(completion)

    east.hold("仮名 一郎")
    east.follows()
    west.ask(Listening())
    ((consent,),) = (each.consents.items for each in asked)
    assert (consent.item, consent.given_at.isoformat()) == (Item.MEDICATION, GIVEN_AT)
    with View(west.path) as view:
        (visit,) = view.visits()
        assert visit.fact("certificate_sha256") == "ab" * 32  # by which they are counted


def test_whom_a_simulated_centre_has_answered_about_is_held_still(east, west, server):
    east.hold("仮名 一郎")
    east.follows()
    ((journal,),) = server.rows("SELECT id FROM kazashi.journal")
    with Journal(west.path) as answers:
        answers.answer(Answer(PROFILE, f"held {journal}/1", [], "held"), None)
    west.follows()
    assert in_database(server, "東館") == {1: True}


def test_a_person_comes_after_the_whole_of_their_visit(east, server):
    east.hold("仮名 一郎")
    with Line(server.url) as line, Followed(east.path) as followed:
        bring(line.connection, followed, "東館", most=2)
        rows.bring_held(line.connection, followed)
        assert in_database(server, "東館") == {}
        bring(line.connection, followed, "東館")
        rows.bring_held(line.connection, followed)
        assert in_database(server, "東館") == {1: True}


def test_who_was_answered_about_elsewhere_is_in_no_file_of_their_computer(east, west, tmp_path):
    with Journal(east.path):  # the log stays while it is open
        east.hold("仮名 一郎")
        east.follows()
        west.ask()
        east.follows()
        files = [each.read_bytes() for each in tmp_path.glob("東館.db*")]
    assert not any("仮名".encode() in each for each in files)


def test_whose_visit_is_not_in_the_database_is_not_asked_about_elsewhere(east, west, server):
    east.hold("仮名 一郎")
    east.follows()
    server.run("DELETE FROM kazashi.entry", "DELETE FROM kazashi.visit")
    assert errors_of(west.ask()) == [HeldError]


def test_of_one_whose_answer_comes_by_files_it_is_said_where_to_ask(east, west):
    east.hold("仮名 一郎")
    east.follows()
    assert errors_of(west.ask(SimulatedCentre(fails=[NoCentre()]))) == [NeedsItsComputer]
    assert errors_of(east.ask(SimulatedCentre(fails=[NoCentre()]))) == [NoCentre]


def test_without_the_database_those_wait_whom_it_has(east, west, cluster, server):
    east.hold("仮名 一郎")
    east.follows()
    east.hold("仮名 二郎")
    west.hold("仮名 三郎")
    cluster.kill()
    try:
        (first, error), (second, answer) = east.ask()
        assert (first, type(error)) == ("仮名 一郎", NeedsSite)
        assert second == "仮名 二郎"
        assert not is_error(answer)
        assert [name for name, _ in west.ask()] == ["仮名 三郎"]
    finally:
        cluster.start()
    assert [name for name, _ in west.ask()] == ["仮名 一郎"]


def test_a_database_that_is_gone_during_the_question_sees_the_answer_later(
    east, west, cluster, server
):
    east.hold("仮名 一郎")
    east.follows()

    class Gone(SimulatedCentre):
        def complete(self, completion):
            cluster.kill()
            return super().complete(completion)

    try:
        assert not is_error(west.ask(Gone())[0][1])
    finally:
        cluster.start()
    assert errors_of(east.ask()) == [BeingAsked]
    with west.following():
        until(lambda: in_database(server, "東館") == {1: False})
    assert east.ask() == []
    east.follows()
    assert (east.held, in_database(server, "東館")) == ([], {})


def test_a_database_that_comes_back_empty_gets_them_again_but_whoever_was_answered_about(
    east, west, server
):
    east.hold("仮名 一郎", "仮名 二郎", "仮名 三郎")
    east.follows()
    with west.people() as people:
        first, second, _ = people.held()
        asking = ask_held(people, SimulatedCentre(), only=[first.id, second.id], is_test=True)
        next(asking)
        next(asking)
        server.empty()
        with east.following():
            until(lambda: server.rows("SELECT to_regclass('kazashi.held')") != [(None,)])
            until(lambda: in_database(server, "東館") == {1: True, 2: True, 3: True})
            assert errors_of(east.ask()) == [BeingAsked] * 3  # they may be asked about just now
            asking.close()
            with west.following():
                until(lambda: east.held == [2, 3])
    assert in_database(server, "東館") == {2: True, 3: True}


def test_a_database_that_went_back_holds_nobody_who_was_answered_about(east, west, server):
    east.hold("仮名 一郎")
    east.follows()
    before = server.rows("SELECT journal::text, visit, held_at, person::text FROM kazashi.held")
    west.ask()
    east.follows()
    assert east.held == []
    with Line(server.url) as line:
        for row in before:
            insert = "INSERT INTO held (journal, visit, held_at, person) VALUES (%s, %s, %s, %s)"
            line.connection.execute(insert, row)
    east.follows()
    assert in_database(server, "東館") == {}


@pytest.mark.parametrize("was_left", [False, True])
def test_a_journal_that_went_back_brings_nobody_twice(east, tmp_path, server, was_left):
    east.hold("仮名 一郎")
    east.follows()
    copyfile(east.path, tmp_path / "older")
    east.hold("仮名 二郎")
    east.follows()
    copyfile(tmp_path / "older", east.path)
    if was_left:
        unfollow(east.path)
    east.hold("仮名 三郎", "仮名 四郎")
    with east.following():
        until(lambda: len(server.rows("SELECT FROM kazashi.held")) == 4)
    names = server.rows("SELECT person ->> 'name' FROM kazashi.held ORDER BY 1")
    assert sorted(name for (name,) in names) == sorted(f"仮名 {each}郎" for each in "一二三四")


def test_who_was_held_before_the_journal_went_back_counts_by_the_card(
    east, tmp_path, server, monkeypatch
):
    monkeypatch.setattr(rows, "LENGTH", timedelta(0))  # claims that were lost end
    east.hold("仮名 一郎")
    east.follows()
    copyfile(east.path, tmp_path / "older")
    east.hold("仮名 二郎")
    east.follows()
    copyfile(tmp_path / "older", east.path)
    east.hold("仮名 三郎")
    with east.following():
        until(lambda: len(server.rows("SELECT FROM kazashi.held")) == 3)
        east.ask()
        answers = "SELECT FROM kazashi.visit WHERE profile = 'held'"
        until(lambda: len(server.rows(answers)) == 3)
    reader = JournalReader(Persons(bytes(32)), with_tests=True)
    with Visits(DatabaseSettings(server.url, "office")) as visits:
        counted = [
            each.is_by_card
            for journal in visits.journals()
            for each in reader.of_visits(visits.of(journal), "site")
        ]
    assert counted == [True] * 3


def test_without_a_configured_database_they_are_asked_about_at_their_own_computer(east, server):
    east.hold("仮名 一郎")
    east.follows()
    with Journal(east.path) as journal:
        assert errors_of(ask_held(journal, SimulatedCentre(), is_test=True)) == [NeedsSite]
        unfollow(east.path)
        assert errors_of(ask_held(journal, SimulatedCentre(), is_test=True)) == [Eligibility]


def test_nothing_of_them_stays_in_the_database_or_is_logged(east, west, server, caplog):
    caplog.set_level(logging.DEBUG)
    east.hold("仮名\0一郎")
    with east.following(), west.following():
        until(lambda: in_database(server, "東館") == {1: True})
        with west.people() as people:
            claim = people.claim(people.held()[0])
            assert not any(each in repr(claim) for each in ("仮名", "架空町", "1950"))
            people.give_back(claim)
        west.ask()
        assert server.rows("SELECT FROM kazashi.held WHERE person IS NOT NULL") == []
        until(lambda: east.held == [])
    tables = ("journal", "visit", "entry", "held")
    dump = repr([server.rows(f"SELECT * FROM kazashi.{table}") for table in tables])
    for each in ("仮名", "架空町", "1950"):
        assert each not in dump
        assert each not in caplog.text


@pytest.mark.parametrize("person", ['{"name": 1}', "[]", "9" * 5_000, "[" * 2_000 + "]" * 2_000])
def test_a_person_that_no_computer_would_write_is_left_out(east, west, server, person):
    east.hold("仮名 一郎", "仮名 二郎")
    east.follows()
    server.run(f"UPDATE kazashi.held SET person = '{person}' WHERE visit = 1")
    assert [name for name, _ in west.ask()] == ["仮名 二郎"]


def held_command(computer, folder):
    """`kazashi held` at that computer: (JSON, what it says beside it)."""
    config = folder / "kazashi.toml"
    config.write_text(f'[database]\nurl = "{computer.server.url}"\ndesk = "{computer.name}"')
    words = ("held", "--test", "--centre", "valid", "--config", config, "--json")
    done = command(*words, "--journal", computer.path)
    assert done.returncode == 0
    return json.loads(done.stdout), done.stderr


def test_the_command_asks_about_people_of_all_computers(east, west, tmp_path):
    east.hold("仮名 一郎")
    east.follows()
    west.hold("仮名 二郎")
    told, beside = held_command(west, tmp_path)
    assert [(each["visit"], each["computer"]) for each in told["answers"]] == [
        (1, None),
        (1, "東館"),
    ]
    assert (told["held"], beside) == (0, "")


def test_the_command_says_that_the_database_is_away(west, cluster, tmp_path):
    west.hold("仮名 二郎")
    cluster.kill()
    try:
        told, beside = held_command(west, tmp_path)
    finally:
        cluster.start()
    assert len(told["answers"]) == 1
    assert "the site's database is not reached" in beside
