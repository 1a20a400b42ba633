"""A simulated reader as a `kazashi.Reader`, and the cards that lie on it."""

from dataclasses import replace
from typing import Literal, TypedDict, Unpack

from kazashi.reader import Reader
from kazashi.sim.options import CARDS as _CARDS
from kazashi.sim.options import Options
from kazashi.sim.pico import SimulatedPico

CARDS = tuple(_CARDS)  # the kinds of cards, such as mynumber, android, bank, none


class CardOptions(TypedDict, total=False):
    """How a card was issued. What is not given is as on a new My Number Card."""

    pin: str  # four digits; "1234"
    tries: int  # that the 4-digit PINs have left, 0 to 3; 3
    code_tries: int  # that 照合番号B has left, 0 to 10; 10
    expires: int  # days from today to the last day of the certificate, may be negative; 1825
    certificate: int  # its bytes, 1200 to 2000; 1600
    extended: bool  # whether it takes commands of extended length; True
    fsc: int  # bytes of the longest frame that it takes; 256


class SimulatedReader(Reader):
    """A reader like any other, whose board, chip and cards are simulated.

    The real firmware runs, in a process of its own, until `close` or the end of `with`. Not for
    several threads at once, as every reader.

    `card`: lies there from the start, one of CARDS. `speed`: of simulated time, 1 to 1000 times
    real time; 20 suits most tests. `bus`: between board and chip. `fault`: what is wrong with the
    reader, one of those in kazashi/sim/ailments.py; empty: nothing.

    Raises:
        ValueError: there is no such card, or an option is out of range; it names the choices.
        LinkError: the firmware does not start.
    """

    def __init__(
        self,
        card: str = "mynumber",
        *,
        speed: float = 1.0,
        bus: Literal["spi", "hsu", "i2c"] = "spi",
        fault: str = "",
        **issued: Unpack[CardOptions],
    ) -> None:
        self._options = Options(tap=0.0, speed=speed, bus=bus, fault=fault)
        self._pico = SimulatedPico(self._issue(card, issued))
        super().__init__(self._pico.connect)

    def lay(self, card: str = "mynumber", **issued: Unpack[CardOptions]) -> None:
        """Lay down a new card, as good as new, instead of what lies there: one of CARDS.

        A Card in the hands of the caller is over; the next `wait_for_card` finds the new one.

        Raises:
            ValueError: there is no such card, or an option is out of range.
        """
        options = self._issue(card, issued)
        cards = _CARDS[card](options)
        self.take_away()
        self._pico.cards = cards
        self._pico.lay_down()

    def lay_again(self) -> None:
        """Lay the card down that was taken away: it has kept its tries, and forgotten its PINs."""
        self.take_away()
        self._pico.lay_down()

    def take_away(self) -> None:
        """Take away what lies there, at once, whatever goes on."""
        self._pico.air.clear()

    def _issue(self, card: str, issued: CardOptions) -> Options:
        options = replace(self._options, card=card, **issued)
        options.check()
        return options
