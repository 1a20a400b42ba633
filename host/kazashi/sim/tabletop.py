"""A table with a reader's chip and cards on it: all that is connected to a simulated board."""

from time import monotonic, sleep

from . import ailments
from .ledger import Ledger
from .options import CARDS, Options
from .pn532 import Pn532, Timing
from .radio import Air, Clock


class ScaledClock:
    """Simulated time: real time, `speed` times as fast."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._start = monotonic()

    def now(self) -> float:
        return (monotonic() - self._start) * self._speed

    def sleep_until(self, when_s: float) -> None:
        sleep(max(0.0, (when_s - self.now()) / self._speed))


class Tabletop:
    """Chip, air and cards; `clock` is their time. `ledger`: owners of that time, if recorded."""

    ledger: Ledger | None = None

    def __init__(self, options: Options, clock: Clock) -> None:
        self.options = options
        self.clock = clock
        self.air = Air()
        self.chip = Pn532(self.air, clock, Timing(command_s=options.chip), options.chip_rate)
        if options.fault in ailments.CHIP:
            ailments.CHIP[options.fault](self.chip)
        self.cards = CARDS[options.card](options)
        self.air.plan(options.tap, self.lay_down)

    def lay_down(self) -> None:
        """Lay the card, or cards, on the reader."""
        for card in self.cards:
            self.air.place(card)
        if self.options.pull:
            self.air.plan(self.clock.now() + self.options.pull, self.air.clear)
