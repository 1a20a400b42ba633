"""The journal under any sequence of calls and crashes, any words, and any bytes in its place."""

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from kazashi.reception.journal import INTERRUPTED, Journal, JournalError, JournalFull, View
from said import raises

TEXTS = st.text(max_size=1000)
WORDS = st.text(min_size=1, max_size=200).filter(str.isprintable)
TIMES = st.datetimes(timezones=st.just(UTC))
FACTS = st.fixed_dictionaries(
    {},
    optional={
        "way": WORDS,
        "reason": TEXTS,
        "error": TEXTS,
        "tries_left": st.integers(0, 999),
        "score": st.floats(-1e9, 1e9),
        "is_test": st.booleans(),
        "given_at": TIMES.map(datetime.isoformat),
    },
)


class Journals(RuleBasedStateMachine):
    """A journal beside a list of what it should tell."""

    entries = Bundle("entries")

    def __init__(self):
        super().__init__()
        self.folder = TemporaryDirectory()
        self.places = count()
        self.path = Path(self.folder.name) / "0" / "journal.db"
        self.at = datetime(2026, 11, 21, tzinfo=UTC)
        self.visits = {}  # by number: reader, outcome, steps
        self.held = {}
        self.open()

    def teardown(self):
        self.journal.close()
        self.folder.cleanup()

    def open(self):
        self.journal = Journal(self.path, lambda: self.at)
        for visit in self.visits.values():
            visit["outcome"] = visit["outcome"] or INTERRUPTED

    @rule(target=entries, reader=st.sampled_from(["usb:1", "usb:2"]))
    def begin(self, reader):
        entry = self.journal.begin("desk", reader)
        for visit in self.visits.values():
            if visit["reader"] == reader:
                visit["outcome"] = visit["outcome"] or INTERRUPTED
        self.visits[entry.id] = {"reader": reader, "outcome": None, "steps": []}
        return self.journal, entry

    def runs(self, entry):
        journal, entry = entry
        return (
            journal is self.journal and not self.visits.get(entry.id, {"outcome": "x"})["outcome"]
        )

    @rule(entry=entries, name=WORDS, facts=FACTS)
    def step(self, entry, name, facts):
        if self.runs(entry):
            entry[1].step(name, **facts)
            self.visits[entry[1].id]["steps"].append((name, facts))
        elif entry[0] is self.journal:
            with pytest.raises(ValueError, match="has ended"):
                entry[1].step(name, **facts)

    @rule(entry=entries, outcome=WORDS, facts=FACTS)
    def end(self, entry, outcome, facts):
        if self.runs(entry):
            entry[1].end(outcome, **facts)
            visit = self.visits[entry[1].id]
            visit["steps"].append(("end", facts))
            visit["outcome"] = outcome

    @rule(entry=entries, text=TEXTS)
    def no_space(self, entry, text):
        db = self.journal._file._db
        pages = db.execute("PRAGMA page_count").fetchone()[0]
        db.execute(f"PRAGMA max_page_count = {pages}")
        try:
            self.step(entry, "consent", {"reason": text})
        except JournalFull:
            pass
        db.execute("PRAGMA max_page_count = 1000000")

    @rule(
        entry=entries,
        name=TEXTS,
        address=TEXTS,
        birth=st.dates(),
        sex=st.sampled_from([0, 1, 2, 3, 9]),
    )
    def hold(self, entry, name, address, birth, sex):
        number = entry[1].id
        if number in self.visits:
            items = {"name": name, "address": address, "birth": birth, "sex": sex, "reason": ""}
            self.journal.hold(number, **items)
            self.held[number] = items

    @rule(entry=entries)
    def release(self, entry):
        self.journal.release(entry[1].id)
        self.held.pop(entry[1].id, None)

    @rule(days=st.integers(-9000, 9000))
    def clock_jumps(self, days):
        self.at = datetime(2026, 11, 21, tzinfo=UTC) + timedelta(days=days)

    @rule(days=st.integers(1, 400))
    def prune(self, days):
        before = self.kept()
        pruned = self.journal.prune(days)
        after = self.kept()
        assert len(before) - pruned == len(after)
        gone = set(before) - set(after)
        for number in gone:
            assert self.visits.pop(number)["outcome"]
            assert number not in self.held
        stay = [n for n in after if self.visits[n]["outcome"] and n not in self.held]
        assert not gone or not stay or max(gone) < min(stay)

    @rule()
    def closes(self):
        self.journal.close()
        self.open()

    @rule()
    def is_killed(self):
        """What is on the disk at this moment is all that is left."""
        old = self.path
        self.path = old.parent.with_name(str(next(self.places) + 1)) / old.name
        self.path.parent.mkdir()
        for file in (old, old.with_name(old.name + "-wal")):
            shutil.copy(file, self.path.with_name(file.name))
        self.journal.close()
        self.open()

    def kept(self):
        return [visit.id for visit in self.journal.visits()]

    @invariant()
    def tells_what_was_written(self):
        told = {
            visit.id: {
                "reader": visit.reader,
                "outcome": visit.outcome,
                "steps": [(step.name, step.facts) for step in visit.steps],
            }
            for visit in self.journal.visits()
        }
        assert told == self.visits
        assert list(told) == sorted(told)
        for visit, listed in zip(self.journal.visits(), self.journal.listed(), strict=True):
            assert (listed.id, listed.outcome) == (visit.id, visit.outcome)
            assert (listed.way, listed.is_test) == (visit.fact("way"), visit.is_test)
            shown = [(each.name, each.error) for each in listed.steps for _ in range(each.times)]
            assert shown == [(step.name, step.facts.get("error")) for step in visit.steps]
        held = {
            person.visit: {name: getattr(person, name) for name in self.held[person.visit]}
            for person in self.journal.held()
        }
        assert held == self.held


Journals.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
test_any_sequence_of_calls_and_crashes_tells_what_was_written = Journals.TestCase


def use(path: Path) -> None:
    """All that may be done to a journal."""
    with View(path) as view:
        view.count()
        list(view.visits(date(2026, 1, 1), date(2027, 1, 1), limit=3))
        list(view.listed())
    with Journal(path, lambda: datetime(2030, 1, 1, tzinfo=UTC)) as journal:
        list(journal.visits())
        journal.held()
        visit = journal.begin("desk", "usb:1")
        visit.step("pin", tries_left=3)
        items = {"name": "", "address": "", "birth": date.min, "sex": 1, "reason": ""}
        journal.hold(visit.id, **items)
        journal.release(1)
        visit.end("checked_in")
        journal.prune(1)


@given(st.binary(min_size=1, max_size=5000), st.booleans())
@example(b"\0", False)
def test_no_bytes_in_its_place_raise_anything_else_and_they_stay(noise, has_header):
    noise = b"SQLite format 3\0" * has_header + noise
    with TemporaryDirectory() as folder:
        path = Path(folder) / "journal.db"
        path.write_bytes(noise)
        for _ in range(2):
            with pytest.raises(JournalError):
                Journal(path)
            with pytest.raises(JournalError):
                View(path)
            assert path.read_bytes() == noise


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("sound") / "journal.db"
    with Journal(path, lambda: datetime(2026, 11, 21, tzinfo=UTC)) as journal:
        for number in range(20):
            visit = journal.begin("desk", f"usb:{number}")
            visit.step("face", way="face", score=0.5, reason="理由")
            journal.hold(
                visit.id, name="N", address="A", birth=date(1990, 1, 1), sex=1, reason="down"
            )
            visit.end("held")
    return path


@given(damage=st.dictionaries(st.integers(0, 0xFFFF), st.integers(0, 255), min_size=1, max_size=4))
@example({3700: 0x80})  # in the words of a table's declaration
def test_a_journal_damaged_anywhere_raises_nothing_else(sound, damage):
    damaged = bytearray(sound.read_bytes())
    for place, byte in damage.items():
        damaged[place % len(damaged)] = byte
    with TemporaryDirectory() as folder:
        path = Path(folder) / "journal.db"
        path.write_bytes(damaged)
        try:
            use(path)
        except JournalError:
            pass


@pytest.mark.parametrize("column", ["begun_at", "ended_at"])
@pytest.mark.parametrize("value", ["soon", b"\xff"])
def test_rows_that_we_never_wrote_are_told_as_damage(tmp_path, sound, column, value):
    path = tmp_path / "journal.db"
    path.write_bytes(sound.read_bytes())
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute(f"UPDATE visit SET {column} = ?", (value,))
    with View(path) as view, raises(JournalError, match="damaged"):
        list(view.visits())


@pytest.mark.parametrize(
    ("column", "value"),
    [("birth", "1990-02-30"), ("sex", 7), ("name", b"N"), ("held_at", "soon")],
)
def test_people_whom_we_never_held_are_told_as_damage(tmp_path, sound, column, value):
    path = tmp_path / "journal.db"
    path.write_bytes(sound.read_bytes())
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute(f"UPDATE held SET {column} = ?", (value,))
    with Journal(path) as journal, raises(JournalError, match="damaged"):
        journal.held()


@pytest.mark.parametrize(
    "facts", ["[" * 100_000, "", "[]", '{"way": []}', '{"way": "\\ud800"}', "{"]
)
def test_facts_that_we_never_wrote_are_told_as_damage(tmp_path, sound, facts):
    path = tmp_path / "journal.db"
    path.write_bytes(sound.read_bytes())
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("UPDATE step SET facts = ?", (facts,))
    with View(path) as view, raises(JournalError, match="damaged"):
        list(view.visits())
