"""Five failures in a row, then a pause, in all programs at a reader together."""

from datetime import timedelta

import pytest

import kept
from kazashi.reception.face.attempts import Attempts
from kazashi.reception.journal import Journal, JournalFull


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def attempts(clock):
    return Attempts(60, clock)


def fail(attempts, times):
    for _ in range(times):
        attempts.count(is_match=False)


def test_four_failures_are_no_reason_to_wait(attempts):
    fail(attempts, 4)
    assert attempts.wait_s == 0


def test_after_the_fifth_there_is_a_pause(attempts, clock):
    fail(attempts, 5)
    assert attempts.wait_s == 60
    clock.now += 59
    assert attempts.wait_s == 1
    clock.now += 1
    assert attempts.wait_s == 0


def test_after_the_pause_there_are_five_again(attempts, clock):
    fail(attempts, 5)
    clock.now += 60
    fail(attempts, 4)
    assert attempts.wait_s == 0
    fail(attempts, 1)
    assert attempts.wait_s == 60


def test_a_match_ends_the_row(attempts):
    fail(attempts, 4)
    attempts.count(is_match=True)
    fail(attempts, 4)
    assert attempts.wait_s == 0


@pytest.mark.parametrize("is_match", [True, False])
def test_nothing_is_compared_during_the_pause(attempts, is_match):
    fail(attempts, 5)
    with pytest.raises(ValueError, match="during a pause"):
        attempts.count(is_match=is_match)


# --- what the journal has of other programs -----------------------------------------------------

READER = "e6605838834c5a2c"


class Program:
    """Another one, with its own memory and its own steady clock, at the same journal."""

    def __init__(self, journal, wall, reader=READER):
        self.journal, self.reader = journal, reader
        self.attempts = Attempts(60, Clock())
        self.attempts.recall_from(journal, reader, wall)

    def compare(self, *answers):
        """In a visit, as `by_face` does."""
        entry = self.journal.begin("desk", self.reader)
        for is_match in answers:
            assert not self.attempts.wait_s
            entry.step("face", error="no_face")
            self.attempts.count(is_match=is_match)
            entry.step("face", score=0.5, threshold=0.4, is_match=is_match)


@pytest.fixture
def wall():
    return kept.Clock()


@pytest.fixture
def journal(tmp_path, wall):
    with Journal(tmp_path / "journal.db", wall) as journal:
        yield journal


@pytest.fixture
def program(journal, wall):
    """Begins another program."""
    return lambda reader=READER: Program(journal, wall, reader)


def test_failures_of_a_program_that_has_ended_count(program, wall):
    program().compare(False, False, False)
    program().compare(False, False)
    wall.at += timedelta(seconds=20)
    assert program().attempts.wait_s == 40
    wall.at += timedelta(seconds=40)
    later = program()
    later.compare(False, False, False, False)
    assert later.attempts.wait_s == 0
    later.compare(False)
    assert later.attempts.wait_s == program().attempts.wait_s == 60


def test_two_programs_beside_one_another_count_together(program):
    one, other = program(), program()
    one.compare(False, False)
    other.compare(False, False)
    one.compare(False)
    assert one.attempts.wait_s == other.attempts.wait_s == 60


def test_a_match_in_another_program_ends_the_row(program):
    one, other = program(), program()
    one.compare(False, False, False, False)
    other.compare(True)
    one.compare(False, False, False, False)
    assert one.attempts.wait_s == other.attempts.wait_s == 0


def test_each_reader_has_a_row_of_its_own(program):
    program().compare(*[False] * 5)
    assert program("e6605838834c0000").attempts.wait_s == 0


@pytest.mark.parametrize(("jump_s", "other_s"), [(-86400, 0), (-1, 60), (86400, 0)])
def test_a_clock_that_jumps_pauses_neither_longer_nor_for_ever(program, wall, jump_s, other_s):
    same = program()
    same.compare(*[False] * 5)
    wall.at += timedelta(seconds=jump_s)
    assert same.attempts.wait_s == 60  # its own clock is steady
    assert program().attempts.wait_s == other_s
    same.attempts._clock.now += 60
    assert same.attempts.wait_s == 0


def test_a_row_with_steps_from_the_future_pauses_again_after_five_more(program, wall):
    program().compare(*[False] * 5)
    wall.at -= timedelta(days=365)
    program().compare(*[False] * 5)
    assert 59 < program().attempts.wait_s <= 60


def test_while_the_journal_fails_this_program_counts_alone(program, journal, monkeypatch):
    def full(_reader):
        raise JournalFull(None)

    monkeypatch.setattr(journal, "faces_refused", full)
    attempts = program().attempts
    fail(attempts, 5)
    assert attempts.wait_s == 60


def test_what_cannot_be_kept_counts_here(program):
    one = program()
    one.compare(False, False)
    fail(one.attempts, 3)  # not kept
    assert one.attempts.wait_s == 60


def test_only_the_latest_steps_of_a_long_journal_are_looked_through(journal):
    with journal._file.transaction() as db:
        visit = (1, "2026-11-21T02:00:00.000Z", "desk", READER)
        db.execute("INSERT INTO visit (id, begun_at, profile, reader) VALUES (?,?,?,?)", visit)
        steps = [(1, visit[1], "face", '{"is_match": false}')] * 10_005
        db.executemany("INSERT INTO step (visit, at, name, facts) VALUES (?,?,?,?)", steps)
    assert journal.faces_refused(READER).count == 10_000  # 40 ms; 100,000 visits: the same
