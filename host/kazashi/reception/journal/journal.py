"""The journal, written: visits as they happen, and people held until the centre can be asked.

What a call wrote is on the disk when it returns; what it could not write is not there in part.
"""

import sqlite3
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from kazashi.cards.birth import Birth
from kazashi.cards.surface import Sex
from kazashi.reception.japan import utc_now
from kazashi.reception.journal import claims
from kazashi.reception.journal.facts import Fact, as_json, as_text, is_text, require_word
from kazashi.reception.journal.file import JournalFile, Presence
from kazashi.reception.journal.held import Claim, Held
from kazashi.reception.journal.listing import LISTED
from kazashi.reception.journal.view import DAY, INTERRUPTED, View
from kazashi.reports import is_simulated_serial

NO_READER = "none"  # in place of its serial number
_ALONE_S = 0.1  # to see whether another process writes; looking in from elsewhere takes less
_DAYS_CONFIRMING = 3
_SEXES = frozenset(Sex)

_END = f"UPDATE visit SET outcome = ?, ended_at = ?, listed = {LISTED}"
# The first visit that stays. One from the future is no sign of age where an older one came after.
_STAYS_FROM = f"""
    SELECT min(id) FROM visit WHERE {DAY} >= :oldest AND (
        begun_at <= :now OR id > (SELECT coalesce(max(id), 0) FROM visit WHERE {DAY} < :oldest)
    )"""
_PRUNE = f"""
    DELETE FROM visit WHERE id < ({_STAYS_FROM})
    AND outcome IS NOT NULL AND id NOT IN (SELECT visit FROM held)
    AND id NOT IN (SELECT visit FROM step WHERE step.id > (SELECT cursor FROM followed))"""
_TODAY = f"""
    SELECT DISTINCT {DAY} FROM visit WHERE begun_at <= :now
    ORDER BY 1 DESC LIMIT 1 OFFSET {_DAYS_CONFIRMING - 1}"""


@dataclass(frozen=True)
class Answer:
    """What the centre said later of a person held: a visit of its own. `steps`: (name, facts)."""

    profile: str
    reader: str
    steps: Sequence[tuple[str, Mapping[str, Fact]]]
    outcome: str


class Journal(View):
    """The journal at `path`, made where there is none; for one thread. `now`: aware of its zone.

    Visits without an end whose process is gone are INTERRUPTED from now on.

    Raises:
        JournalError: see errors.py; so from each method. After JournalFull and JournalBusy the same
            call may be made again at any time.
    """

    def __init__(self, path: Path, now: Callable[[], datetime] = utc_now) -> None:
        self._now = now
        self._last: dict[str, int] = {}  # by reader, the visit that was begun here
        self._presence = Presence(path)
        with ExitStack() as undo:
            self._presence.make()
            undo.callback(self._presence.leave)
            with self._presence.is_nobody(_ALONE_S) as is_nobody:
                if not is_nobody:
                    self._presence.stay()  # the other may be making it still
                self._file = JournalFile(path, is_writer=True)
                undo.callback(self._file.close)
                if is_nobody:
                    self._interrupt()
            self._presence.stay()
            self._undo = undo.pop_all()

    def _interrupt(self) -> None:
        with self._file.transaction() as db:
            db.execute(f"{_END} WHERE outcome IS NULL", (INTERRUPTED, None))
        self._file.forget()  # what a kill kept from being forgotten

    @contextmanager
    def _is_idle(self) -> Generator[bool]:
        yield False  # a visit without an end is one of ours

    def close(self) -> None:
        self._undo.close()

    def begin(self, profile: str, reader: str) -> "Entry":
        """A patient's visit at `reader`; the one before it there, without an end, is INTERRUPTED:
        if there is no reader, or a simulated one, that of this Journal, as others have the same.

        Raises:
            ValueError: not a word, see facts.py.
        """
        require_word(profile=profile, reader=reader)
        is_shared = reader == NO_READER or is_simulated_serial(reader)
        with self._file.transaction() as db:
            db.execute(
                f"{_END} WHERE outcome IS NULL AND reader = ? AND (id = ? OR NOT ?)",
                (INTERRUPTED, None, reader, self._last.get(reader), is_shared),
            )
            number = _begin(db, as_text(self._now()), profile, reader)
        self._last[reader] = number
        return Entry(number, self._file, self._now)

    def hold(
        self, visit: int, *, name: str, address: str, birth: Birth, sex: int, reason: str
    ) -> None:
        """Keep the four items of a person until `release`; again: instead of those before.

        Raises:
            ValueError: no such visit, no text, or no code of `Sex`.
        """
        if not (is_text(name) and is_text(address) and is_text(reason) and sex in _SEXES):
            raise ValueError("a person is held with name, address, birth, and a code of Sex")
        now = as_text(self._now())
        day = birth.date() if isinstance(birth, datetime) else birth
        row = (now, name, address, day.isoformat(), int(sex), reason, visit)
        with self._file.transaction() as db:
            kept = db.execute(
                "INSERT OR REPLACE INTO held (held_at, name, address, birth, sex, reason, visit) "
                "SELECT ?, ?, ?, ?, ?, ?, id FROM visit WHERE id = ?",
                row,
            )
            if kept.rowcount != 1:
                raise ValueError(f"there is no visit {visit}")

    def release(self, visit: int) -> None:
        """The centre was asked for the person of `visit`: delete what was held, if it still is."""
        with self._file.transaction() as db:
            db.execute("DELETE FROM held WHERE visit = ?", (visit,))
        self._file.forget()

    def claim(self, held: Held) -> Claim | None:
        """No other program asks about `held` until it is answered or given back, or 10 minutes.

        None: they are held no more.

        Raises:
            BeingAsked: another claim stands.
            NeedsSite: the site's database says who asks.
        """
        with self._file.transaction() as db:
            return claims.claim(db, held, self._now())

    def renew(self, claim: Claim) -> bool:
        """Whether it is still ours; if so, from now on for as long again."""
        with self._file.transaction() as db:
            return claims.renew(db, claim, self._now())

    def give_back(self, claim: Claim) -> None:
        """Another may ask; nothing happens if the person is held no more."""
        with self._file.transaction() as db:
            claims.give_back(db, claim)

    def answer(self, answer: Answer, claim: Claim | None) -> None:
        """Keep `answer` as a whole; with a `claim`, the person is held no more. Both or neither.

        Raises:
            ValueError: it has what the journal does not keep, see facts.py.
        """
        now = as_text(self._now())
        require_word(profile=answer.profile, reader=answer.reader, outcome=answer.outcome)
        rows = [(name, as_json(facts)) for name, facts in answer.steps]
        with self._file.transaction() as db:
            number = _begin(db, now, answer.profile, answer.reader)
            _write(db, number, now, [*rows, ("end", as_json({}))], answer.outcome)
            if claim:
                claims.let_go(db, claim)
        if claim:
            self._file.forget()

    def prune(self, days: int) -> int:
        """Delete visits that began more than `days` ago. Returns how many.

        "Ago" is counted from the third newest of Japan's days with visits that the clock has
        reached: a clock that is wrong for two days deletes nothing. Nothing is deleted after a
        visit that stays; one from the clock's future goes once one after it is old enough.
        Visits that run stay, those of people held, and those that a copy of the journal, which
        follows it, does not have yet.

        Raises:
            ValueError: `days` is less than 1.
        """
        if days < 1:
            raise ValueError("a visit is kept for a day at least")
        moment = {"now": as_text(self._now())}
        with self._file.transaction() as db:
            today = db.execute(_TODAY, moment).fetchone()
            if not today:
                return 0
            with self._understood():
                oldest = _days_before(today[0], days)
            pruned = db.execute(_PRUNE, moment | {"oldest": oldest}).rowcount
        self._file.forget()
        return pruned


def _days_before(day: str, days: int) -> str:
    ordinal = date.fromisoformat(day).toordinal() - days
    return date.fromordinal(max(ordinal, 1)).isoformat()


class Entry:
    """A visit while it runs, from `Journal.begin`; `id` is its number."""

    def __init__(self, number: int, file: JournalFile, now: Callable[[], datetime]) -> None:
        self.id = number
        self._file = file
        self._now = now

    def step(self, name: str, **facts: Fact) -> None:
        """Something happened.

        Raises:
            ValueError: `facts` has what the journal does not keep, see facts.py, or the visit
                ended before.
        """
        self._write(name, [facts], None)

    def steps(self, name: str, each: Iterable[Mapping[str, Fact]]) -> None:
        """Several of one kind happened at once: all are kept, or none. Errors as in `step`."""
        self._write(name, each, None)

    def end(self, outcome: str, **facts: Fact) -> None:
        """The visit is over; its `facts` are kept as a last step, "end". Errors as in `step`."""
        require_word(outcome=outcome)
        self._write("end", [facts], outcome)

    def _write(self, name: str, each: Iterable[Mapping[str, Fact]], outcome: str | None) -> None:
        require_word(name=name)
        now = as_text(self._now())
        rows = [(name, as_json(facts)) for facts in each]
        with self._file.transaction() as db:
            _write(db, self.id, now, rows, outcome)


def _begin(db: sqlite3.Connection, now: str, profile: str, reader: str) -> int:
    number = db.execute(
        "INSERT INTO visit (begun_at, profile, reader) VALUES (?, ?, ?)", (now, profile, reader)
    ).lastrowid
    assert number is not None
    return number


def _write(
    db: sqlite3.Connection,
    visit: int,
    now: str,
    steps: Iterable[tuple[str, str]],
    outcome: str | None,
) -> None:
    """`steps`: (name, facts as they are kept). `outcome`: it is over; None: it goes on."""
    for name, facts in steps:
        step = db.execute(
            "INSERT INTO step (visit, at, name, facts) "
            "SELECT id, ?, ?, ? FROM visit WHERE id = ? AND outcome IS NULL",
            (now, name, facts, visit),
        )
        if step.rowcount != 1:
            raise ValueError(f"visit {visit} has ended")
    if outcome is not None:
        db.execute(f"{_END} WHERE id = ?", (outcome, now, visit))
