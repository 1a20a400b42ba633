"""What the staff see of a desk's reader."""

from dataclasses import dataclass

from kazashi.reports import ReaderHealth, ReaderInfo
from kazashi.serve.desk import Desk
from kazashi.serve.screen import Step
from kazashi.serve.texts import Texts
from kazashi.words import Language, Words, words_of

_WORKS = "works"
_STATES = {
    Step.OPENING: "opening",
    Step.UNASSIGNED: "unassigned",
    Step.OUT_OF_ORDER: "out-of-order",
}


@dataclass(frozen=True)
class ReaderView:
    """`state`: a key after `staff.reader.`. `given`: URL that the staff have chosen, if they have.

    `fault`: what happened, and its remedy. None: nothing that this program could name.
    """

    desk: str
    name: str
    state: str
    given: str | None
    fault: Words | None
    info: ReaderInfo | None
    health: ReaderHealth | None
    is_test: bool

    @property
    def remedies(self) -> list[str]:
        """One step each."""
        text = self.fault.remedy if self.fault else ""
        parts = text.replace("。", "。\n").replace(". ", ".\n").splitlines()
        return [part.strip() for part in parts if part.strip()]

    @property
    def has_recovered(self) -> bool:
        """It had to help itself since it was switched on: a hint of bad wires or power."""
        health = self.health
        return health is not None and bool(health.chip_resets or health.reboots)


def reader_view(desk: Desk, given: str | None, t: Texts) -> ReaderView:
    """The reader of `desk` as it is now."""
    screen, reader = desk.display.screen, desk.reader
    return ReaderView(
        screen.desk,
        screen.name,
        _STATES.get(screen.step, _WORKS),
        given,
        words_of(screen.fault, Language(t.lang)) if screen.fault else None,
        reader.info,
        reader.health,
        screen.is_test,
    )
