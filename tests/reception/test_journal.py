"""What the journal keeps, refuses, shows and forgets."""

from datetime import UTC, date, datetime, timedelta

import pytest

from kazashi.cards.birth import PartialDate
from kazashi.reception.journal import (
    INTERRUPTED,
    NO_READER,
    Journal,
    View,
)
from kazashi.reports import SIMULATED_SERIAL
from kept import Clock, ids, visit_on

PERSON = {
    "name": "カザシ タロウ",
    "address": "東京都千代田区霞が関一丁目",
    "birth": date(1956, 2, 29),
    "sex": 9,
    "reason": "the centre is down",
}


def test_a_visit_is_kept_with_its_steps_in_their_order(journal, clock):
    entry = journal.begin("desk", "usb:1")
    entry.step("certificate", token="card", is_test=True)
    clock.at += timedelta(seconds=2.5)
    entry.step("pin", way="pin", error="wrong", tries_left=2)
    entry.end("checked_in", way="visual", staff="佐藤", reason="暗証番号を\nお忘れ", score=0.5)
    (visit,) = journal.visits()
    assert (visit.profile, visit.reader, visit.outcome) == ("desk", "usb:1", "checked_in")
    assert visit.begun_at == datetime(2026, 11, 21, 3, tzinfo=UTC)
    assert visit.ended_at == visit.begun_at + timedelta(seconds=2.5)
    assert [(step.name, step.facts) for step in visit.steps] == [
        ("certificate", {"token": "card", "is_test": True}),
        ("pin", {"way": "pin", "error": "wrong", "tries_left": 2}),
        ("end", {"way": "visual", "staff": "佐藤", "reason": "暗証番号を\nお忘れ", "score": 0.5}),
    ]
    assert visit.fact("way") == "visual"
    assert visit.fact("tries_left") == 2
    assert visit.fact("item") is None


def test_a_visit_on_a_simulated_reader_is_a_test_even_if_nothing_was_kept_of_it(journal):
    journal.begin("desk", SIMULATED_SERIAL).step("certificate", is_test=False)
    journal.begin("desk", f"Kazashi ({SIMULATED_SERIAL.upper()}) 00 00")
    journal.begin("desk", "e6605838834c5a2c")
    assert [visit.is_test for visit in journal.visits()] == [True, True, False]


@pytest.mark.parametrize(
    "facts",
    [
        {"pin": "1234"},
        {"my_number": "123456789018"},
        {"pupi": b"\x01\x02\x03\x04"},
        {"reason": b"bytes"},
        {"reason": "x" * 1001},
        {"reason": "\ud800"},
        {"way": "two\nlines"},
        {"way": ""},
        {"tries_left": 1234},
        {"tries_left": True},
        {"score": float("nan")},
        {"score": 123456789018},
        {"is_test": 1},
        {"given_at": "2026-11-21T09:00"},
        {"given_at": "soon"},
        {"certificate_sha256": "1234"},
        {"certificate_sha256": None},
    ],
)
def test_what_has_no_place_in_the_journal_is_refused_untold_and_leaves_nothing(journal, facts):
    entry = journal.begin("desk", "usb:1")
    (name, value), *_ = facts.items()
    for write in (entry.step, entry.end):
        with pytest.raises(ValueError, match=name) as refused:
            write("certificate", **facts)
        assert not value or str(value) not in str(refused.value)
    (visit,) = journal.visits()
    assert visit.steps == ()
    assert visit.outcome is None


@pytest.mark.parametrize("word", ["", "a\x1b[31m", "x" * 201, b"desk"])
def test_names_are_printable_words(journal, word):
    entry = journal.begin("desk", "usb:1")
    for write in (
        lambda: journal.begin(word, "usb:1"),
        lambda: journal.begin("desk", word),
        lambda: entry.step(word),
        lambda: entry.end(word),
    ):
        with pytest.raises(ValueError, match="as a word only"):
            write()


def test_nothing_is_written_after_the_end_of_a_visit(journal):
    entry = journal.begin("desk", "usb:1")
    entry.end("checked_in")
    with pytest.raises(ValueError, match="has ended"):
        entry.step("late")
    with pytest.raises(ValueError, match="has ended"):
        entry.end("gone")
    (visit,) = journal.visits()
    assert visit.outcome == "checked_in"
    assert len(visit.steps) == 1


def test_a_closed_journal_says_so(path):
    journal = Journal(path)
    journal.close()
    with pytest.raises(ValueError, match="after its end"):
        journal.begin("desk", "usb:1")


def test_a_visit_without_an_end_is_interrupted_by_the_next_at_its_reader_alone(journal):
    journal.begin("desk", "usb:1")
    journal.begin("phone", "usb:2")
    journal.begin("desk", "usb:1")
    assert [visit.outcome for visit in journal.visits()] == [INTERRUPTED, None, None]


@pytest.mark.parametrize("reader", [NO_READER, SIMULATED_SERIAL])
def test_visits_of_two_desks_with_the_same_reader_or_none_do_not_end_each_other(path, reader):
    with Journal(path) as one, Journal(path) as other:
        first, second = one.begin("desk", reader), other.begin("desk", reader)
        first.end("checked_in")
        second.end("held")
        one.begin("desk", reader)
        one.begin("desk", reader)
        assert [visit.outcome for visit in one.visits()] == [
            "checked_in",
            "held",
            INTERRUPTED,
            None,
        ]


def test_a_visit_runs_as_long_as_its_process_and_was_interrupted_after_that(path):
    journal = Journal(path)
    journal.begin("desk", "usb:1")
    with View(path) as view, Journal(path) as other:
        assert [visit.outcome for visit in view.visits()] == [None]
        assert [visit.outcome for visit in other.visits()] == [None]
        journal.close()
        assert [visit.outcome for visit in view.visits()] == [None]  # the other is still there
    with View(path) as view:
        assert [visit.outcome for visit in view.visits()] == [INTERRUPTED]
    with Journal(path) as journal:
        assert [visit.outcome for visit in journal.visits()] == [INTERRUPTED]


def test_days_are_those_of_japan_and_a_limit_takes_the_last(journal, clock):
    for hour in (14, 15):  # 23:59 and 00:59 in Japan
        clock.at = datetime(2026, 11, 20, hour, 59, tzinfo=UTC)
        journal.begin("desk", "usb:1").end("checked_in")
    before, after = date(2026, 11, 20), date(2026, 11, 21)
    assert [visit.id for visit in journal.visits(since=after)] == [2]
    assert [visit.id for visit in journal.visits(until=before)] == [1]
    assert [visit.id for visit in journal.visits(since=before, until=after)] == [1, 2]
    assert [visit.id for visit in journal.visits(limit=1)] == [2]
    assert [visit.id for visit in journal.visits(until=before, limit=5)] == [1]
    assert journal.count() == 2


def test_many_visits_come_all_and_in_order(journal):
    for _ in range(1001):
        journal.begin("desk", "usb:1")
    assert ids(journal) == list(range(1, 1002))
    assert [visit.id for visit in journal.visits(limit=700)] == list(range(302, 1002))


@pytest.mark.parametrize("jump", [timedelta(days=3650), timedelta(days=-20000)])
def test_a_clock_that_jumps_leaves_the_order_as_it_was(journal, clock, jump):
    journal.begin("desk", "usb:1").end("first")
    clock.at += jump
    entry = journal.begin("desk", "usb:1")
    entry.step("one")
    clock.at -= jump
    entry.step("two")
    entry.end("second")
    journal.begin("desk", "usb:1").end("third")
    visits = list(journal.visits())
    assert [visit.outcome for visit in visits] == ["first", "second", "third"]
    assert [step.name for step in visits[1].steps] == ["one", "two", "end"]


def test_visits_are_kept_for_as_many_days_and_not_longer(journal):
    visit_on(journal, "2026-01-01", "2026-01-02", "2026-01-30", "2026-01-31", "2026-02-01")
    assert journal.prune(29) == 0
    assert journal.prune(28) == 1
    assert ids(journal) == [2, 3, 4, 5]
    assert journal.prune(1) == 1
    assert journal.prune(1) == 0
    assert journal.prune(10**9) == 0
    with pytest.raises(ValueError, match="a day"):
        journal.prune(0)


def test_a_number_is_never_given_again(path):
    with Journal(path, Clock()) as journal:
        visit_on(journal, "2026-01-01", "2026-06-01", "2026-06-02", "2026-06-03")
        journal.prune(1)
    with Journal(path) as journal:
        assert journal.begin("desk", "usb:1").id == 5


def test_a_clock_ahead_for_a_moment_deletes_nothing_and_its_visits_go_in_their_turn(journal):
    visit_on(journal, "2026-01-01", "2026-01-02", "2026-01-03", "2036-01-01", "2036-01-02")
    assert journal.prune(90) == 0
    visit_on(journal, "2026-01-04", "2026-01-05")
    assert journal.prune(90) == 0
    visit_on(journal, "2026-05-01", "2026-05-02", "2026-05-03")
    assert journal.prune(90) == 7
    assert ids(journal) == [8, 9, 10]


def test_a_clock_behind_for_a_moment_deletes_nothing_and_holds_nothing_up(journal):
    visit_on(journal, "2026-01-01", "1970-01-01", "1970-01-02", "1970-01-03", "1970-01-04")
    assert journal.prune(90) == 0
    visit_on(journal, "2026-01-02", "2026-01-03")
    assert journal.prune(90) == 0
    visit_on(journal, "2026-05-01", "2026-05-02", "2026-05-03")
    assert journal.prune(90) == 7


def test_a_clock_that_is_not_set_yet_deletes_nothing(journal, clock):
    visit_on(journal, "2026-01-01", "2026-05-01", "2026-05-02", "2026-05-03")
    clock.at = datetime(1970, 1, 1, tzinfo=UTC)
    assert journal.prune(1) == 0
    clock.at = datetime(2046, 1, 1, tzinfo=UTC)
    assert journal.prune(90) == 1


def test_a_visit_of_a_person_held_and_one_that_runs_are_not_deleted(journal, clock):
    journal._now.at = datetime(2026, 1, 1, tzinfo=UTC)
    journal.begin("phone", "usb:2")
    held = journal.begin("desk", "usb:1")
    journal.hold(held.id, **PERSON)
    held.end("held")
    visit_on(journal, "2026-01-02", "2026-05-01", "2026-05-02", "2026-05-03")
    assert journal.prune(90) == 1
    assert ids(journal) == [1, 2, 4, 5, 6]
    journal.release(held.id)
    assert journal.prune(90) == 1
    assert ids(journal) == [1, 4, 5, 6]


def test_a_person_is_held_until_released_and_shown_nowhere_else(path, clock):
    with Journal(path, clock) as journal:
        entry = journal.begin("desk", "usb:1")
        journal.hold(entry.id, **{**PERSON, "name": "mistyped"})
        journal.hold(entry.id, **PERSON)
        entry.end("held")
    with Journal(path) as journal:
        (held,) = journal.held()
        told = {name: getattr(held, name) for name in PERSON}
        assert told == PERSON
        assert (held.visit, held.held_at) == (entry.id, clock.at)
        for item in ("カザシ", "東京", "1956", "9)"):
            assert item not in repr(held)
        journal.release(held.visit)
        journal.release(held.visit)
        assert journal.held() == []


def test_a_birth_that_is_not_known_in_part_is_held_as_it_stands(journal):
    entry = journal.begin("desk", "usb:1")
    journal.hold(entry.id, **PERSON | {"birth": PartialDate(1960, 0, 0)})
    assert journal.held()[0].birth == PartialDate(1960, 0, 0)


# JIS X 0303 and OQSCD007; 9 was in journals from the start
@pytest.mark.parametrize("sex", [0, 1, 2, 3, 9])
def test_each_code_of_a_sex_is_held_as_it_stands(journal, sex):
    entry = journal.begin("desk", "usb:1")
    journal.hold(entry.id, **PERSON | {"sex": sex})
    assert journal.held()[0].sex == sex


def test_of_a_birth_with_a_time_the_day_is_held(journal):
    entry = journal.begin("desk", "usb:1")
    journal.hold(entry.id, **PERSON | {"birth": datetime(1956, 2, 29, 12)})
    assert journal.held()[0].birth == date(1956, 2, 29)


@pytest.mark.parametrize(
    "wrong", [{"sex": 4}, {"name": b"\x00"}, {"address": "x" * 1001}, {"reason": "\ud800"}]
)
def test_a_person_is_held_with_what_a_card_has_alone(journal, wrong):
    entry = journal.begin("desk", "usb:1")
    with pytest.raises(ValueError, match="a person is held with"):
        journal.hold(entry.id, **(PERSON | wrong))
    with pytest.raises(ValueError, match="no visit 7"):
        journal.hold(7, **PERSON)
    assert journal.held() == []


def test_who_was_released_and_what_was_pruned_is_in_no_file_any_more(path):
    with Journal(path, Clock()) as journal:
        for number in range(50):
            entry = journal.begin("desk", f"usb:{number}")
            journal.hold(entry.id, **(PERSON | {"name": f"REMEMBERED {number}"}))
            entry.end("held", reason="FORGOTTEN")
        for held in journal.held():
            journal.release(held.visit)
        visit_on(journal, "2027-05-01", "2027-05-02", "2027-05-03")
        assert journal.prune(1) == 50
        files = [file.read_bytes() for file in path.parent.iterdir()]
    assert len(files) == 4
    for word in (b"REMEMBERED", b"FORGOTTEN", "霞が関".encode()):
        assert not any(word in file for file in files)
