"""The table of a simulated reader: cards are laid there by a button, or by a program."""

from dataclasses import replace
from threading import Event, Lock

from kazashi.reader import Reader
from kazashi.sim.options import CARDS, Options
from kazashi.sim.pico import SimulatedPico

KINDS = tuple(card for card in CARDS if card != "none")


class Table:
    """The reader that a `sim:` URL describes. At first a card is on it only if the URL says so."""

    def __init__(self, url: str) -> None:
        """Raises ValueError: the URL has a wrong option."""
        options = Options.parse(url)
        self._pico = SimulatedPico(options if "card=" in url else replace(options, card="none"))
        self._hand = Lock()  # one at a time

    def open(self, cancel: Event) -> Reader:
        return Reader(self._pico.connect, cancel=cancel)

    def lay(self, kind: str) -> None:
        """Lay a new card down, instead of the one that is there.

        Raises:
            ValueError: there is none of that kind, see `KINDS`.
        """
        if kind not in KINDS:
            raise ValueError(f"no card {kind}: {', '.join(KINDS)}")
        cards = CARDS[kind](self._pico.options)
        with self._hand:
            self._pico.air.clear()
            self._pico.cards = cards
            self._pico.lay_down()

    def take_away(self) -> None:
        """At once, even during a command."""
        with self._hand:
            self._pico.air.clear()
