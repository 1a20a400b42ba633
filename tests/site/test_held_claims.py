"""A claim of a person held: one computer asks about them at a time, and an end without one."""

from dataclasses import replace
from datetime import timedelta
from threading import Thread

from kazashi.reception.centre import CentreFailed
from kazashi.reception.japan import utc_now
from kazashi.reception.journal import (
    BeingAsked,
    Claim,
    Journal,
)
from kazashi.site import held as rows
from kazashi.site.line import Line
from kazashi.testing.centre import SimulatedCentre
from site_people import Computer, errors_of, in_database, is_error
from site_waits import until


def test_of_many_desks_one_claims_each_person(east, tmp_path, server):
    east.hold(*(f"仮名 {number}郎" for number in range(20)))
    east.follows()
    computers = [Computer(tmp_path, server, str(number)) for number in range(5)] + [east]
    answered = []

    def ask(computer):
        answered.extend(name for name, answer in computer.ask() if not is_error(answer))

    threads = [Thread(target=ask, args=(each,)) for each in (*computers, *computers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answered) == sorted(f"仮名 {number}郎" for number in range(20))
    assert len([each for computer in computers for each in computer.answers]) == 20


def test_who_is_being_asked_about_waits_and_after_an_error_another_may_ask(east, west):
    east.hold("仮名 一郎")
    east.follows()

    class Asked(SimulatedCentre):
        def identify(self, reference, who):
            assert errors_of(west.ask()) == errors_of(east.ask()) == [BeingAsked]
            raise CentreFailed("E1")

    assert errors_of(east.ask(Asked())) == [CentreFailed]
    assert not is_error(west.ask()[0][1])


def test_a_claim_ends_by_itself_though_not_before_the_database_was_there_for_so_long(
    east, west, server, monkeypatch
):
    east.hold("仮名 一郎")
    east.follows()
    with west.people() as people:
        people.claim(people.held()[0])
    server.run("UPDATE kazashi.held SET claimed_at = now() - interval '1 day'")
    assert errors_of(east.ask()) == [BeingAsked]
    monkeypatch.setattr(rows, "LENGTH", timedelta(0))
    assert not is_error(east.ask()[0][1])


def test_one_who_was_stopped_for_longer_leaves_the_answer_to_another(east, west, monkeypatch):
    east.hold("仮名 一郎")
    east.follows()

    class Slow(SimulatedCentre):
        def identify(self, reference, who):
            monkeypatch.setattr(rows, "LENGTH", timedelta(0))
            assert not is_error(east.ask()[0][1])
            return super().identify(reference, who)

    assert errors_of(west.ask(Slow())) == [BeingAsked]
    assert (east.answers, west.answers) == (["held 1"], [])


def test_a_claim_that_another_has_taken_over_is_neither_renewed_nor_given_back(
    east, west, monkeypatch
):
    east.hold("仮名 一郎")
    east.follows()
    with west.people() as first, east.people() as second:
        claim = first.claim(first.held()[0])
        monkeypatch.setattr(rows, "LENGTH", timedelta(0))
        other = second.claim(second.held()[0])
        assert not first.renew(claim)
        first.give_back(claim)
        assert second.renew(other)


def test_a_claim_ends_while_the_database_is_away(east, west, cluster):
    east.hold("仮名 一郎")
    east.follows()
    with west.people() as people:
        claim = people.claim(people.held()[0])
        cluster.kill()
        try:
            assert people.renew(claim)
            assert not people.renew(replace(claim, until=utc_now()))
        finally:
            cluster.start()


def test_who_was_claimed_in_the_journal_is_brought_later(east, server):
    east.hold("仮名 一郎")
    with Journal(east.path) as journal:
        claim = journal.claim(journal.held()[0])
        with east.following() as following:
            until(lambda: following.trouble is None)
            until(lambda: server.rows("SELECT FROM kazashi.visit"))
            assert in_database(server, "東館") == {}
            journal.give_back(claim)
            until(lambda: in_database(server, "東館") == {1: True})


def test_a_claim_that_was_sent_twice_is_granted_once(east, server):
    east.hold("仮名 一郎")
    east.follows()
    ((journal,),) = server.rows("SELECT id::text FROM kazashi.journal")
    with Journal(east.path) as kept, Line(server.url) as line:
        claim = Claim(replace(kept.held()[0], journal=journal))
        assert rows.claim(line.connection, claim)
        assert rows.claim(line.connection, claim)
        assert rows.claim(line.connection, Claim(claim.held)) is False
