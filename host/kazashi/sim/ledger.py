"""The use of each nanosecond of emulated time: air, bus, chip, USB or interpreter."""

from bisect import bisect_right
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

_FOREVER_NS = 1e18  # thirty years: a chip may be told to wait without end


class Owner(StrEnum):
    """The owner of a nanosecond. If several are at work, the first of these owns it:

    1. air: from the first bit of the reader's frame to the last of the card's, with the pauses of
       the standard before and between them and the card's own time; silence, until the time-out.
    2. bus: a byte between board and chip; on I²C, the clock being held, too.
    3. chip: between a command and its answer, or the end of an abandoned command.
    4. usb: a packet, either way.
    5. interpreter: all the rest, also the wait for the host, which takes no time.
    """

    AIR = "air"
    BUS = "bus"
    CHIP = "chip"
    USB = "usb"
    INTERPRETER = "interpreter"


class Span(NamedTuple):
    """Nanoseconds of emulated time; the end is exclusive."""

    owner: Owner
    begin_ns: int
    end_ns: int


class Ledger:
    """Records of the owners' work, from start() on."""

    def __init__(self) -> None:
        self._is_open = False
        self._notes: dict[Owner, list[tuple[int, int]]] = {}

    def start(self) -> None:
        """Drop all records, and record from now on."""
        self._is_open = True
        self._notes = {owner: [] for owner in Owner}

    def note(self, owner: Owner, begin_ns: float, end_ns: float) -> None:
        """Record work of `owner`, one task at a time: drop what was recorded for later."""
        if not self._is_open:
            return
        notes, begin, end = self._notes[owner], round(begin_ns), round(min(end_ns, _FOREVER_NS))
        while notes and notes[-1][0] >= begin:
            notes.pop()
        if notes and notes[-1][1] >= begin:
            begin, _ = notes.pop()
        if end > begin:
            notes.append((begin, end))

    def partition(self, begin_ns: int, end_ns: int) -> list[Span]:
        """Every nanosecond of this time once, in order; neighbours have different owners."""
        edges = {begin_ns, end_ns}
        for notes in self._notes.values():
            for note in notes:
                edges.update(ns for ns in note if begin_ns < ns < end_ns)
        spans: list[Span] = []
        for begin, end in pairwise(sorted(edges)):
            owner = self._owner(begin)
            if spans and spans[-1].owner is owner:
                begin = spans.pop().begin_ns
            spans.append(Span(owner, begin, end))
        return spans

    def spent_ns(self, begin_ns: int, end_ns: int) -> dict[Owner, int]:
        """The part of this time that each owner had."""
        spent = dict.fromkeys(Owner, 0)
        for span in self.partition(begin_ns, end_ns):
            spent[span.owner] += span.end_ns - span.begin_ns
        return spent

    def _owner(self, ns: int) -> Owner:
        return next((o for o in Owner if self._is_at_work(o, ns)), Owner.INTERPRETER)

    def _is_at_work(self, owner: Owner, ns: int) -> bool:
        notes = self._notes.get(owner, [])
        place = bisect_right(notes, ns, key=lambda note: note[0])
        return place > 0 and ns < notes[place - 1][1]
