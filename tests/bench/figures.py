"""Figures of the firmware on an emulated Pico, each beside its limit.

    uv run python tests/bench/figures.py [IMAGE [FROZEN]]

IMAGE is a UF2 of MicroPython for the Pico, FROZEN one with the firmware in it; default: those that
KAZASHI_IMAGE and KAZASHI_FROZEN name. Times are emulated, so they are the same on every machine and
a lower bound for a real board.
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


def figures(image, *, is_frozen=False):
    """(what, value, limit, unit) of each figure."""
    pico = EmulatedPico(image, Options(tap=0.0), is_blank=is_frozen)
    reader = Reader(pico.connect)
    booted_s = pico.clock.now()
    JpkiSession(reader.wait_for_card(10)).authentication_certificate()
    used = reader.health().heap_used  # after a read: all that it keeps
    of, heap_kb = (", frozen", 35.0) if is_frozen else ("", 60.0)
    return [
        (f"boot to hello{of}", booted_s, 1.0, "s"),
        (f"heap in use{of}", used / 1000, heap_kb, "kB"),
    ]


def main():
    named = dict(zip(("KAZASHI_IMAGE", "KAZASHI_FROZEN"), sys.argv[1:], strict=False))
    image, frozen = (named.get(n) or os.environ.get(n) for n in ("KAZASHI_IMAGE", "KAZASHI_FROZEN"))
    if not image:
        sys.exit("name an image: a UF2 of MicroPython for the Pico")
    rows = figures(Path(image))
    if frozen:
        rows += figures(Path(frozen), is_frozen=True)
    table = Table("figure", "value", "limit", "unit", box=None)
    for what, value, limit, unit in rows:
        table.add_row(what, f"{value:.3f}", f"{limit:g}", unit)
    Console().print(table)
    sys.exit(any(value > limit for _, value, limit, _ in rows))


if __name__ == "__main__":
    main()
