"""Measure a whole check-in with the 4-digit PIN, and which part of the system took its time.

It begins when the card is found, with its answer to ATTRIB, and ends with the visit: the reader
rests, the journal is on the disk, the patient is told. People and the centre answer at once, so
all of it is the card's time or the machine's.
"""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from sqlite3 import Connection
from typing import Any

from kazashi.cards.cv_certificate import CvAnchor
from kazashi.link import Pipe
from kazashi.reader import Reader
from kazashi.reception.anchors import Anchors
from kazashi.reception.checkin import Reception
from kazashi.reception.journal import Journal
from kazashi.reception.people import Answers, AskConsents, AskPin, AskPrescription, Question
from kazashi.reception.place import NO_FACES
from kazashi.reception.profiles import PROFILES
from kazashi.reception.rules import Group, Prescription, Way
from kazashi.reception.visit import Outcome, Visit, Who
from kazashi.sim.authority import shared_authority
from kazashi.sim.tabletop import Tabletop
from kazashi.testing.centre import SimulatedCentre
from kazashi_wire.frame import Deframer
from kazashi_wire.messages import BY_KIND

from .floor import check_in_floor_s
from .records import AirLog, Exchange
from .trace import commands


class Part(StrEnum):
    """The part of the system that took the time."""

    FLOOR = "floor"  # air time that any driver needs: see floor.py
    CARD = "card"  # its own, as the simulated card knows it
    READER = "reader"  # air beyond the floor, bus, chip, firmware, USB
    HOST = "host"  # link, sessions, X.509, verification
    JOURNAL = "journal"  # transactions, until they are on the disk


MACHINE = (Part.READER, Part.HOST, Part.JOURNAL)


@dataclass(frozen=True)
class CheckIn:
    """One check-in. `steps`: for each step, in order, the milliseconds of each part."""

    steps: Mapping[str, Mapping[Part, float]]
    before_ms: float  # from the start until the card is found, which lies there already
    commands: Sequence[str]  # APDUs on air
    requests: Sequence[str]  # to the reader: class names of the messages
    transactions: int  # of the journal

    def ms(self, *parts: Part) -> float:
        """Milliseconds of these parts, or of all parts if none is named."""
        return sum(sum(step[part] for part in parts or Part) for step in self.steps.values())

    @property
    def machine_ms(self) -> float:
        return self.ms(*MACHINE)


@dataclass(frozen=True)
class Interval:
    """Seconds of the bench's clock, without the end."""

    begin_s: float
    end_s: float

    def __contains__(self, moment_s: float) -> bool:
        return self.begin_s <= moment_s < self.end_s

    def shared_s(self, others: Iterable["Interval"]) -> float:
        """Seconds of it that are also in `others`, of which no two overlap."""
        ends = ((max(self.begin_s, o.begin_s), min(self.end_s, o.end_s)) for o in others)
        return sum(end_s - begin_s for begin_s, end_s in ends if end_s > begin_s)


class CheckInBench:
    """Checks patients in, one after another, at the reader behind `pipe` with its card on `table`.

    `now`: seconds, on the clock of `table`. `folder`: for the journal.
    """

    def __init__(self, table: Tabletop, pipe: Pipe, now: Callable[[], float], folder: Path) -> None:
        table.lay_down()
        self._now = now
        self._log = AirLog(table.air)
        self._certificate_bytes = table.options.certificate
        self._line = _Line(pipe, now)
        self._reader = Reader(lambda: self._line)
        self._journal = Journal(folder / "journal.db")
        self._transactions = _transactions(self._journal, now)
        authority = shared_authority()
        cv_keys = [CvAnchor(*key) for key in authority.cv_anchors]
        self._reception = Reception(
            self._reader,
            PROFILES["desk"],
            Anchors.of([authority.certificate], cv_keys, is_test=True),
            SimulatedCentre(),
            self._journal,
            faces=NO_FACES,
            clock=self._look,
        )
        self._looks = list[float]()  # when the timeline read the clock
        self._answers: dict[type[Question[Any]], object] = {
            AskPin: table.options.pin,
            AskConsents: (*Group,),
            AskPrescription: Prescription.PAPER,
        }

    def close(self) -> None:
        self._journal.close()
        self._reader.close()

    def measure(self) -> CheckIn:
        """Measure one check-in. Raises ReaderError if the reader fails."""
        self._log.clear()
        self._line.clear()
        self._transactions.clear()
        self._looks.clear()
        visit = self._reception.check_in(Answers(self._answers), Way.PIN)
        end_s = self._now()
        if visit.outcome is not Outcome.CHECKED_IN or not visit.is_kept:
            raise AssertionError(f"the visit ended with {visit.outcome}")
        begin_s = self._looks[0]
        found_s, exchanges = self._log.after_activation()
        return CheckIn(
            self._shares(_steps(visit, begin_s, Interval(found_s, end_s)), exchanges),
            (found_s - begin_s) * 1000,
            [*commands(exchanges)],
            [*self._line.requests],
            len(self._transactions),
        )

    def _look(self) -> float:
        self._looks.append(self._now())
        return self._looks[-1]

    def _shares(
        self, steps: Mapping[str, Interval], exchanges: Sequence[Exchange]
    ) -> dict[str, dict[Part, float]]:
        """Milliseconds by step. While the host waits for the line: floor, card or reader."""
        floor_s = check_in_floor_s(self._certificate_bytes)
        shares: dict[str, dict[Part, float]] = {}
        for name, step in steps.items():
            line_s, journal_s = step.shared_s(self._line.waits), step.shared_s(self._transactions)
            card_s = sum(each.card_s for each in exchanges if each.begin_s in step)
            seconds = divided(
                step.end_s - step.begin_s,
                line_s=line_s,
                journal_s=journal_s,
                floor_s=floor_s.get(name, 0.0),
                card_s=card_s,
            )
            shares[name] = {part: s * 1000 for part, s in seconds.items()}
        return shares


def divided(
    step_s: float, *, line_s: float, journal_s: float, floor_s: float, card_s: float
) -> dict[Part, float]:
    """Divide the seconds of a step, of which the host waited `line_s` for the reader.

    An armed reader works ahead while the host does something else. Then the host waits less than
    floor and card need, and only the time that it waits is counted.
    """
    floor_s = min(floor_s, line_s)
    card_s = min(card_s, line_s - floor_s)
    return {
        Part.FLOOR: floor_s,
        Part.CARD: card_s,
        Part.READER: line_s - floor_s - card_s,
        Part.HOST: max(0.0, step_s - line_s - journal_s),
        Part.JOURNAL: journal_s,
    }


def _steps(visit: Visit, begin_s: float, whole: Interval) -> dict[str, Interval]:
    """The interval of each step, questions to people included. `whole`: card found to the end."""
    steps: dict[str, Interval] = {}
    name, last_s = "certificate", whole.begin_s  # the reader reads it as soon as the card is found
    for span in visit.spans:
        if span.who is Who.MACHINE and span.step != "start":
            name = span.step
        end_s = begin_s + span.end_ms / 1000
        if end_s >= last_s:
            since_s = steps[name].begin_s if name in steps else last_s
            steps[name] = Interval(since_s, end_s)
            last_s = end_s
    steps[name] = replace(steps[name], end_s=whole.end_s)
    return steps


class _Line:
    """The line to the reader. Notes when the host waited for it, and its requests."""

    def __init__(self, pipe: Pipe, now: Callable[[], float]) -> None:
        self._pipe = pipe
        self._now = now
        self.waits: list[Interval] = []
        self.requests: list[str] = []
        self.now = pipe.now
        self.close = pipe.close
        self._deframer = Deframer()

    def clear(self) -> None:
        self.waits.clear()
        self.requests.clear()

    def read(self, size: int, /) -> bytes:
        begin_s = self._now()
        data = self._pipe.read(size)
        self.waits.append(Interval(begin_s, self._now()))
        return data

    def write(self, data: bytes, /) -> int:
        begin_s = self._now()
        count = self._pipe.write(data)
        self.waits.append(Interval(begin_s, self._now()))
        sent = self._deframer.feed(data[:count])
        self.requests += [BY_KIND[frame.kind].__name__ for frame in sent]
        return count


def _transactions(journal: Journal, now: Callable[[], float]) -> list[Interval]:
    """Intervals in which the journal writes, from now on."""
    file = journal._file  # pyright: ignore[reportPrivateUsage]  # no other code needs it
    transaction = file.transaction
    intervals: list[Interval] = []

    @contextmanager
    def noted() -> Generator[Connection]:
        begin_s = now()
        try:
            with transaction() as db:
                yield db
        finally:
            intervals.append(Interval(begin_s, now()))

    file.transaction = noted
    return intervals
