"""The map in SQLite: what a visit finds in it, what the staff decide, and lists of it."""

import sqlite3
from collections.abc import Callable, Generator, Sequence
from datetime import datetime, timedelta
from itertools import zip_longest
from pathlib import Path

from kazashi.reception.japan import utc_now
from kazashi.reception.numbers.errors import BadLine, LineFlaw, ListRefused
from kazashi.reception.numbers.file import MapFile, put, tie_of, value_of
from kazashi.reception.numbers.lists import Line
from kazashi.reception.numbers.marks import Marks
from kazashi.reception.numbers.offers import Offer
from kazashi.reception.numbers.patient import Expected, FoundBy, FoundPatient, number_of
from kazashi.reception.numbers.ties import Kind, Tie, said

_OFFERED = timedelta(days=30)  # for so long the staff may decide what a visit asks

_EXPIRED = """
    DELETE FROM offer WHERE at < ? AND NOT EXISTS (
        SELECT 1 FROM tie WHERE tie.kind = offer.kind AND tie.name = offer.name AND claims != '[]'
    )"""


class NumbersFile:
    """The map at `path`. `is_made`: if there is none. A `ClinicNumbers`.

    Raises:
        NumbersError: see errors.py; so from each method.
    """

    def __init__(
        self,
        path: Path,
        marks: Marks,
        now: Callable[[], datetime] = utc_now,
        *,
        is_made: bool = True,
    ) -> None:
        self.file, self.marks, self._now = MapFile(path, is_made=is_made), marks, now
        self.changed: Callable[[], None] = lambda: None

    @property
    def path(self) -> Path:
        return self.file.path

    # -- for a visit ------------------------------------------------------------------------------

    def of(self, references: Sequence[str], certificate_sha256: str) -> FoundPatient:
        with self.file.reading() as db:
            return self._found(db, references, certificate_sha256)

    def offer(
        self,
        references: Sequence[str],
        certificate_sha256: str,
        visit: int | None,
        *,
        is_test: bool,
    ) -> None:
        with self.file.writing() as db:
            db.execute(_EXPIRED, ((self._now() - _OFFERED).isoformat(),))
            of_references, tied = self._ties(db, references, certificate_sha256)
            found = self._found(db, references, certificate_sha256)
            contested = [tie for tie in (*of_references, tied) if tie and tie.claims]
            names = [(tie.kind, tie.name, "") for tie in contested]
            if found.is_new_certificate or (found.conflicting and not contested):
                others = {found.number, *found.conflicting} - {"", tied.value if tied else ""}
                number = others.pop() if len(others) == 1 else ""
                names.append((Kind.CERTIFICATE, self.marks.of(certificate_sha256), number))
            if found.is_new_reference:
                unknown = _new_references(db, references)
                names += [(Kind.REFERENCE, each, found.number) for each in unknown]
            for name in names:
                self._offer(db, name, visit, is_test=is_test)

    # -- for the staff ----------------------------------------------------------------------------

    def tell(self, changed: Callable[[], None]) -> None:
        self.changed = changed

    def offers(self) -> list[Offer]:
        query = "SELECT id, kind, name, number, visit, at, is_test FROM offer ORDER BY id"
        with self.file.reading() as db:
            return [_offer_of(db, row) for row in db.execute(query).fetchall()]

    def tie(self, offer: int, number: str, staff: str) -> bool:
        with self.file.writing() as db:
            name = _taken_off(db, offer)
            if name is None:
                return False
            self._say(db, *name, number, staff)
            return True

    def leave(self, offer: int, staff: str) -> bool:
        with self.file.writing() as db:
            name = _taken_off(db, offer)
            if name is None:
                return False
            if (tie := tie_of(db, *name)) and tie.claims:
                self._say(db, *name, tie.value, staff)
            return True

    # -- for lists --------------------------------------------------------------------------------

    def lines(self) -> list[Line]:
        """All that the map knows, by number; a certificate and a 照会番号 share a line."""
        query = (
            "SELECT value FROM tie WHERE kind != ? UNION "
            "SELECT name FROM tie WHERE kind = ? ORDER BY 1"
        )
        with self.file.reading() as db:
            numbers = db.execute(query, (Kind.EXPECTED, Kind.EXPECTED)).fetchall()
            return [each for (number,) in numbers for each in _lines(db, number)]

    def take(self, lines: Sequence[Line], *, moves: bool = False) -> None:
        """Add them, all or none. `moves`: what another patient has is this one's from now on.

        Raises:
            ListRefused: another patient has it, and `moves` is false.
        """
        with self.file.writing() as db:
            troubles = [] if moves else [bad for line in lines for bad in _taken(db, line)]
            if troubles:
                raise ListRefused(tuple(troubles))
            for line in lines:
                self._take(db, line)

    # -- inside -----------------------------------------------------------------------------------

    def _found(
        self, db: sqlite3.Connection, references: Sequence[str], certificate_sha256: str
    ) -> FoundPatient:
        of_references, tied = self._ties(db, references, certificate_sha256)
        numbers = sorted({n for tie in (*of_references, tied) if tie for n in tie.values})
        is_new = bool(certificate_sha256) and tied is None
        if len(numbers) != 1:
            return FoundPatient(is_new_certificate=is_new, conflicting=tuple(numbers))
        found_by = FoundBy.REFERENCE if tied is None else FoundBy.CERTIFICATE
        if tied and of_references:
            found_by = FoundBy.BOTH
        is_new_reference = bool(tied and _new_references(db, references))
        expects = tuple(each for each, is_so in _expected(db, numbers[0]).items() if is_so)
        return FoundPatient(numbers[0], found_by, is_new, is_new_reference, expects=expects)

    def _ties(
        self, db: sqlite3.Connection, references: Sequence[str], certificate_sha256: str
    ) -> tuple[list[Tie], Tie | None]:
        """Of these 照会番号, and of the certificate."""
        of_references = [tie_of(db, Kind.REFERENCE, each) for each in references]
        mark = certificate_sha256 and self.marks.of(certificate_sha256)
        tied = tie_of(db, Kind.CERTIFICATE, mark) if mark else None
        return [tie for tie in of_references if tie], tied

    def _offer(
        self,
        db: sqlite3.Connection,
        what: tuple[Kind, str, str],
        visit: int | None,
        *,
        is_test: bool,
    ) -> None:
        query = (
            "INSERT OR REPLACE INTO offer (kind, name, number, visit, at, is_test) "
            "VALUES (?, ?, ?, ?, ?, ?)"
        )
        db.execute(query, (*what, visit, self._now().isoformat(), is_test))

    def _say(self, db: sqlite3.Connection, kind: Kind, name: str, value: str, by: str) -> None:
        have = tie_of(db, kind, name)
        put(db, said(have, kind, name, value, by, self._now().isoformat()), is_unsent=True)
        db.execute("DELETE FROM offer WHERE kind = ? AND name = ?", (kind, name))

    def _take(self, db: sqlite3.Connection, line: Line) -> None:
        for kind, name in _names(line):
            if value_of(db, kind, name) != line.number:
                self._say(db, kind, name, line.number, "list")
        flags = {Expected.WELFARE: line.welfare, Expected.SUBSIDY: line.subsidy}
        before = _expected(db, line.number)
        told = before | {each: flag for each, flag in flags.items() if flag is not None}
        if told != before or not (line.reference or line.certificate):
            value = " ".join(
                each if told[each] else _NOT + each for each in Expected if each in told
            )
            if value_of(db, Kind.EXPECTED, line.number) != value:
                self._say(db, Kind.EXPECTED, line.number, value, "list")


def _taken_off(db: sqlite3.Connection, offer: int) -> tuple[Kind, str] | None:
    """What it was about; None: it was decided already."""
    query = "DELETE FROM offer WHERE id = ? RETURNING kind, name"
    row = db.execute(query, (offer,)).fetchone()
    return (Kind(row[0]), row[1]) if row else None


def _offer_of(
    db: sqlite3.Connection, row: tuple[int, str, str, str, int | None, str, int]
) -> Offer:
    id_, kind, name, number, visit, at, is_test = row
    tie = tie_of(db, Kind(kind), name)
    return Offer(
        id_,
        name if kind == Kind.REFERENCE else "",
        number,
        tie.value if tie else "",
        visit,
        datetime.fromisoformat(at),
        bool(is_test),
        tie.claims if tie else (),
    )


def _new_references(db: sqlite3.Connection, references: Sequence[str]) -> list[str]:
    """Those that are tied to no patient, and are 照会番号 by their form."""
    return [each for each in references if _is_reference(each) and _is_free(db, each)]


def _is_free(db: sqlite3.Connection, reference: str) -> bool:
    return value_of(db, Kind.REFERENCE, reference) is None


def _is_reference(text: str) -> bool:
    try:
        return number_of(text) == text
    except ValueError:
        return False


def _lines(db: sqlite3.Connection, number: str) -> list[Line]:
    query = "SELECT name FROM tie WHERE value = ? AND kind = ? ORDER BY 1"
    references, marks = (
        [row[0] for row in db.execute(query, (number, kind))]
        for kind in (Kind.REFERENCE, Kind.CERTIFICATE)
    )
    told = _expected(db, number)
    flags = (told.get(Expected.WELFARE), told.get(Expected.SUBSIDY))
    pairs = list(zip_longest(references, marks, fillvalue="")) or [("", "")]
    return [Line(0, number, *pair, *flags) for pair in pairs]


def _names(line: Line) -> Generator[tuple[Kind, str]]:
    """What the line ties to its number."""
    if line.reference:
        yield Kind.REFERENCE, line.reference
    if line.certificate:
        yield Kind.CERTIFICATE, line.certificate


_FLAWS = {Kind.REFERENCE: LineFlaw.REFERENCE_TAKEN, Kind.CERTIFICATE: LineFlaw.CERTIFICATE_TAKEN}


def _taken(db: sqlite3.Connection, line: Line) -> Generator[BadLine]:
    """What of `line` another patient has."""
    for kind, name in _names(line):
        if (number := value_of(db, kind, name)) not in (None, line.number):
            yield BadLine(line.line, _FLAWS[kind], str(number))


_NOT = "no-"


def _expected(db: sqlite3.Connection, number: str) -> dict[Expected, bool]:
    """What was told of a patient; what was never told is not in it."""
    words = (value_of(db, Kind.EXPECTED, number) or "").split()
    return {each: each in words for each in Expected if each in words or _NOT + each in words}
