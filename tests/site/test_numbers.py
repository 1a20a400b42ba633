"""Copies of the clinic's numbers and the site's database; judged by a real PostgreSQL."""

import pytest

from kazashi.finding import Level
from kazashi.reception.numbers.copy import NumbersCopy
from kazashi.reception.numbers.lists import Line
from kazashi.reception.numbers.marks import Marks
from kazashi.reception.numbers.patient import Expected
from kazashi.reception.numbers.store import NumbersFile
from kazashi.site.line import Line as Connected
from kazashi.site.look import look
from kazashi.site.numbers import Numbers, numbers_finding
from kazashi.site.schema import prepare
from kazashi.site.settings import DatabaseSettings
from kazashi.site.ties import BATCH, OtherKey, bring
from kazashi.site.trouble import Trouble
from site_numbers import CARD, MARKS, OTHER_CARD, Desk


def test_what_the_staff_tie_at_one_desk_is_known_at_the_others(desks):
    one, two = desks(), desks()
    one.tie(CARD, "12")
    two.meet()
    one.meet()
    two.meet()
    assert two.number() == "12"
    assert [desk.copy.state().waiting for desk in (one, two)] == [0, 0]


def test_a_list_at_one_desk_reaches_the_others_in_bounded_batches(desks):
    one, two = desks(), desks()
    lines = [Line(0, f"{n}", f"A-{n}", "", n % 2 == 0, False) for n in range(10 * BATCH)]
    one.numbers.take(lines)
    assert one.meet() > 10
    assert two.meet() > 10
    assert {*two.numbers.lines()} == {*one.numbers.lines()} == {*lines}


def test_what_is_expected_follows_and_the_later_one_is_right(desks):
    one, two = desks(), desks()
    one.numbers.take([Line(0, "12", "A-1", welfare=True)])
    two.numbers.take([Line(0, "12", subsidy=True)])
    for desk in (one, two, one):
        desk.meet()
    assert [d.numbers.of(["A-1"], "").expects for d in (one, two)] == [(Expected.SUBSIDY,)] * 2
    assert one.numbers.offers() == two.numbers.offers() == []


def test_two_desks_that_say_the_same_have_no_conflict(desks):
    one, two = desks(), desks()
    for desk in (one, two, one):
        desk.tie(CARD, "12") if not desk.number() else None
        desk.meet()
    assert one.numbers.offers() == two.numbers.offers() == []


def test_a_desk_that_has_seen_the_other_s_tie_may_change_it(desks):
    one, two = desks(), desks()
    one.tie(CARD, "12")
    one.meet()
    two.meet()
    two.numbers.take([Line(0, "34", "", MARKS.of(CARD))], moves=True)
    one.numbers.take([Line(0, "12", "A-1")])
    for desk in (one, two, one):
        desk.meet()
    assert [(desk.number(), desk.numbers.offers()) for desk in (one, two)] == [("34", [])] * 2


def test_what_is_decided_elsewhere_is_offered_no_more(desks):
    one, two = desks(), desks()
    two.numbers.offer([], CARD, 9, is_test=False)
    told = []
    two.numbers.tell(lambda: told.append("changed"))
    one.tie(CARD, "12")
    one.meet()
    two.meet()
    assert (two.number(), two.numbers.offers(), told) == ("12", [], ["changed"])


def test_a_batch_whose_answer_was_lost_is_sent_again_and_counts_once(desks, server, monkeypatch):
    one, two = desks(), desks()
    one.tie(CARD, "12")
    with monkeypatch.context() as lost:
        lost.setattr(one.copy, "take", lambda *batch: None)
        bring(one.connection, one.copy, "one", {})
    two.meet()
    two.numbers.take([Line(0, "34", "", MARKS.of(CARD))], moves=True)
    two.meet()
    one.meet()
    assert (one.number(), one.numbers.offers()) == ("34", [])
    assert one.copy.state().waiting == 0


def test_a_change_made_while_another_of_the_same_is_sent_is_sent_next(desks, monkeypatch):
    one, two = desks(), desks()
    one.tie(CARD, "12")
    take = one.copy.take

    def takes_late(*batch):
        one.numbers.take([Line(0, "34", "", MARKS.of(CARD))], moves=True)
        take(*batch)

    with monkeypatch.context() as late:
        late.setattr(one.copy, "take", takes_late)
        bring(one.connection, one.copy, "one", {})
    assert one.number() == "34"
    one.meet()
    two.meet()
    assert (two.number(), two.numbers.offers()) == ("34", [])


def empty(server, connection):
    server.empty()
    prepare(connection)


def test_a_database_that_comes_back_empty_is_filled_by_the_copies(desks, server, conflict):
    one, two, three = conflict
    one.numbers.take([Line(0, "78", "A-1", welfare=True)])
    one.meet()
    empty(server, one.connection)
    for desk in (two, three, one, two, three):
        desk.meet()
    for desk in conflict:
        assert desk.said() == ("12", ["34"])
        assert desk.numbers.of(["A-1"], "").number == "78"


def test_of_an_empty_database_the_newer_state_wins_whichever_copy_comes_first(desks, server):
    one, two = desks(), desks()
    one.tie(CARD, "12")
    one.meet()
    two.meet()
    two.numbers.take([Line(0, "34", "", MARKS.of(CARD))], moves=True)
    two.meet()
    empty(server, one.connection)  # `one` has not heard of 34
    for desk in (one, two, one):
        desk.meet()
    assert [(desk.number(), desk.numbers.offers()) for desk in (one, two)] == [("34", [])] * 2


TABLES = ("numbers", "numbers_copy", "tie")


def back_up(server):
    server.run(
        "DROP SCHEMA IF EXISTS backup CASCADE",
        "CREATE SCHEMA backup",
        *(f"CREATE TABLE backup.{t} AS TABLE kazashi.{t}" for t in TABLES),
    )


def restore(server):
    server.run(
        *(f"DELETE FROM kazashi.{t}" for t in TABLES),
        *(f"INSERT INTO kazashi.{t} SELECT * FROM backup.{t}" for t in TABLES),
    )


def test_a_database_restored_to_an_older_state_gets_what_it_lost(desks, server):
    one, two, three = desks(), desks(), desks()
    one.tie(CARD, "12")
    for desk in (one, two, three):
        desk.meet()
    back_up(server)
    one.tie(OTHER_CARD, "34")
    one.meet()
    two.meet()
    restore(server)
    # One that knows nothing of what was lost goes on, past the number that the others have reached.
    three.numbers.take([Line(0, f"{n}", f"C-{n}") for n in range(9)])
    for desk in (three, two, one, three, two):
        desk.meet()
    for desk in (one, two, three):
        assert desk.number(OTHER_CARD) == "34"
        assert len(desk.numbers.lines()) == 11


def test_a_computer_with_a_map_of_its_own_brings_it_in(desks):
    one, late = desks(), desks()
    one.tie(CARD, "12")
    one.numbers.take([Line(0, "12", "A-1")])
    one.meet()
    late.tie(CARD, "99")
    late.numbers.take([Line(0, "98", "B-1")])
    for desk in (late, one):
        desk.meet()
    for desk in (one, late):
        assert [desk.numbers.of([each], "").number for each in ("A-1", "B-1")] == ["12", "98"]
        assert desk.said() == ("12", ["99"])


def test_a_computer_with_another_key_is_refused_and_nothing_is_mixed(desks, tmp_path, server):
    one = desks()
    one.tie(CARD, "12")
    one.meet()
    stranger = Desk(one.connection, tmp_path / "stranger.db", Marks(bytes(31) + b"\1"))
    stranger.tie(CARD, "56")
    with pytest.raises(OtherKey):
        stranger.meet()
    assert stranger.copy.state().waiting == 1
    assert server.rows("SELECT count(*) FROM kazashi.tie") == [(1,)]


def test_a_computer_that_gets_the_right_key_sends_no_mark_of_the_former_one(desks, tmp_path):
    one = desks()
    one.meet()
    path = tmp_path / "changed.db"
    Desk(one.connection, path, Marks(bytes(31) + b"\1")).tie(CARD, "56")
    mended = Desk(one.connection, path)
    mended.tie(CARD, "12")
    mended.meet()
    one.meet()
    assert [each.number for each in one.numbers.lines()] == ["12"]
    assert mended.copy.state().waiting == 0


def test_what_staff_typed_is_brought_letter_by_letter(desks):
    one, two = desks(), desks()
    one.tie(CARD, "12", "佐\0藤\ud7ff")
    two.tie(CARD, "34", "'\"\\")
    for desk in (two, one):
        desk.meet()
    assert one.offer().claims[0].by == "佐\0藤\ud7ff"


def test_no_name_and_no_certificate_is_there(desks, server):
    one = desks()
    one.tie(CARD, "12")
    one.meet()
    dump = repr(server.rows("SELECT * FROM kazashi.tie"))
    assert MARKS.of(CARD) in dump
    assert CARD not in dump


def test_how_a_copy_stands_is_told_to_who_looks_after_the_terminal(conflict, tmp_path):
    one, _, _ = conflict
    finding = numbers_finding(one.copy)
    assert (finding.level, finding.key) == (Level.WARNING, "numbers.conflicts")
    one.numbers.leave(one.offer().id, "佐藤")
    assert numbers_finding(one.copy).fields == {"waiting": 1}
    one.meet()
    finding = numbers_finding(one.copy)
    assert (finding.level, finding.fields) == (Level.OK, {"waiting": 0})
    one.numbers.path.write_bytes(b"damaged" * 1000)
    assert numbers_finding(one.copy).key == "numbers.copy"


def test_what_waits_for_a_database_that_is_away_is_told(desks):
    one = desks()
    one.tie(CARD, "12")
    settings = DatabaseSettings("postgresql://127.0.0.1:1/kazashi", "one")
    reached, finding = look(settings, one.copy)
    assert reached.level is Level.FAILURE
    assert finding == next(iter(Numbers(one.copy, "one").findings(Trouble.UNREACHABLE)))
    assert (finding.level, finding.key) == (Level.WARNING, "numbers.apart")
    assert finding.fields == {"waiting": 1}


def test_another_key_is_a_finding_and_stops_no_other_part(desks, tmp_path, server):
    desks().meet()
    stranger = NumbersFile(tmp_path / "stranger.db", Marks(bytes(31) + b"\1"))
    part = Numbers(NumbersCopy(stranger), "stranger")
    with Connected(server.url) as line:
        assert not part.turn(line.connection)
    settings = DatabaseSettings(server.url, "stranger")
    reached, of_doctor = look(settings, NumbersCopy(stranger))
    assert reached.level is Level.OK
    (finding,) = part.findings(None)
    assert finding == of_doctor
    assert (finding.level, finding.key) == (Level.WARNING, "numbers.other-key")


@pytest.mark.parametrize(
    "column",
    [
        "told = '7'",
        """told = '["佐藤", "yesterday"]'""",
        """told = '[1, "2026-11-29T00:00:00+00:00"]'""",
        "told = '" + "[" * 2_000 + "]" * 2_000 + "'",
        """claims = '[["1", "2", "3"]]'""",
        "kind = 'palm'",
    ],
)
def test_a_tie_that_no_release_wrote_is_left_out_and_told(desks, server, column):
    one, two = desks(), desks()
    one.tie(CARD, "12")
    one.tie(OTHER_CARD, "34")
    one.meet()
    server.run(f"UPDATE kazashi.tie SET {column} WHERE value = '12'")
    part = Numbers(two.copy, "two")
    part.turn(two.connection)
    assert (two.number(), two.number(OTHER_CARD)) == ("", "34")
    told, _ = part.findings(None)
    assert (told.level, told.key, told.fields["count"]) == (
        Level.WARNING,
        "numbers.unreadable",
        1,
    )


def test_a_tie_that_the_database_has_lost_is_unreadable_no_more(desks, server):
    one, two = desks(), desks()
    one.tie(CARD, "12")
    one.meet()
    server.run("UPDATE kazashi.tie SET told = '{}'")
    part = Numbers(two.copy, "two")
    part.turn(two.connection)
    server.empty()
    prepare(two.connection)
    part.turn(two.connection)
    assert [each.key for each in part.findings(None)] == ["numbers"]


def test_a_tie_of_the_same_name_replaces_one_that_no_release_wrote(desks, server):
    one, two = desks(), desks()
    one.tie(CARD, "12")
    one.meet()
    server.run("UPDATE kazashi.tie SET told = '{}'")
    part = Numbers(two.copy, "two")
    part.turn(two.connection)
    two.tie(CARD, "34")
    part.turn(two.connection)
    one.meet()
    assert (one.number(), two.number()) == ("34", "34")
    assert [each.key for each in part.findings(None)] == ["numbers"]
