"""Figures of the firmware on an emulated Pico, each beside its limit.

    uv run python tests/bench/figures.py [IMAGE]

IMAGE is a UF2 of MicroPython for the Pico; default: the one that KAZASHI_IMAGE names. Times are
emulated, so they are the same on every machine and a lower bound for a real board.
"""

import os
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from kazashi.cards.jpki import JpkiSession
from kazashi.reader import Reader
from kazashi.sim.emulation.pico import EmulatedPico
from kazashi.sim.options import Options


def figures(image):
    """(what, value, limit, unit) of each figure."""
    pico = EmulatedPico(image, Options(tap=0.0))
    reader = Reader(pico.connect)
    booted_s = pico.clock.now()
    JpkiSession(reader.wait_for_card(10)).authentication_certificate()
    used = reader.health().heap_used  # after a read: all that it keeps
    return [("boot to hello", booted_s, 1.0, "s"), ("heap in use", used / 1000, 60.0, "kB")]


def main():
    image = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("KAZASHI_IMAGE")
    if not image:
        sys.exit("name an image: a UF2 of MicroPython for the Pico")
    rows = figures(Path(image))
    table = Table("figure", "value", "limit", "unit", box=None)
    for what, value, limit, unit in rows:
        table.add_row(what, f"{value:.3f}", f"{limit:g}", unit)
    Console().print(table)
    sys.exit(any(value > limit for _, value, limit, _ in rows))


if __name__ == "__main__":
    main()
