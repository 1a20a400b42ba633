"""A simulated reader as a `kazashi.Reader`, and the cards on it."""

from dataclasses import replace
from typing import Literal, TypedDict, Unpack

from kazashi.reader import Reader
from kazashi.sim.options import CARDS as _CARDS
from kazashi.sim.options import Options
from kazashi.sim.pico import SimulatedPico

CARDS = tuple(_CARDS)  # the kinds of cards, such as mynumber, android, bank, none


class CardOptions(TypedDict, total=False):
    """Properties of a card. The defaults are those of a new My Number Card."""

    pin: str  # four digits; "1234"
    tries: int  # left for the 4-digit PINs, 0 to 3; 3
    code_tries: int  # left for 照合番号B, 0 to 10; 10
    expires: int  # days from today to the last day of the certificate, may be negative; 1825
    certificate: int  # its bytes, 1200 to 2000; 1600
    extended: bool  # whether it takes commands of extended length; True
    fsc: int  # bytes of the longest frame that it takes; 256


class SimulatedReader(Reader):
    """A Reader whose board, chip and cards are simulated.

    The real firmware runs in its own process until `close` or the end of `with`. Only one thread
    at a time may use it, as any reader.

    `card`: the card on it at the start, one of CARDS. `speed`: of simulated time, 1 to 1000 times
    real time; 20 suits most tests. `bus`: between board and chip. `fault`: a fault of the
    reader, one of those in kazashi/sim/ailments.py; empty: none.

    Raises:
        ValueError: no such card, or an option is out of range; the message lists the choices.
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
        """Replace the card on the reader by a new one, one of CARDS.

        The Card of the old one is over; the next `wait_for_card` finds the new one.

        Raises:
            ValueError: no such card, or an option is out of range.
        """
        options = self._issue(card, issued)
        cards = _CARDS[card](options)
        self.take_away()
        self._pico.cards = cards
        self._pico.lay_down()

    def lay_again(self) -> None:
        """Put the removed card back. It keeps its tries, but its PINs are no longer verified."""
        self.take_away()
        self._pico.lay_down()

    def take_away(self) -> None:
        """Take the card away at once, even during a command."""
        self._pico.air.clear()

    def _issue(self, card: str, issued: CardOptions) -> Options:
        options = replace(self._options, card=card, **issued)
        options.check()
        return options
