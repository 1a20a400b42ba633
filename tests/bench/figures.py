"""Figures of the firmware on an emulated Pico, each beside its limit.

    uv run python tests/bench/figures.py [IMAGE [FROZEN [FROZEN_CCID]]]

IMAGE is a UF2 of MicroPython for the Pico, FROZEN one with the firmware in it, FROZEN_CCID the same
as a CCID reader (kazashi flash --uf2 --ccid); default: those that KAZASHI_IMAGE, KAZASHI_FROZEN and
KAZASHI_FROZEN_CCID name. Times are emulated, so they are the same on every machine and
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

_NAMES = ("KAZASHI_IMAGE", "KAZASHI_FROZEN", "KAZASHI_FROZEN_CCID")
CCID_KB = 19.0  # of heap, at most, for CCID


def figures(image, ccid_image, *, is_frozen=False):
    """(what, value, limit, unit) of each figure. `ccid_image`: None: not measured."""
    booted_s, used = measured(image, is_frozen)
    of, heap_kb = (", frozen", 35.0) if is_frozen else ("", 60.0)
    rows = [
        (f"boot to hello{of}", booted_s, 1.0, "s"),
        (f"heap in use{of}", used / 1000, heap_kb, "kB"),
    ]
    if ccid_image:
        _, with_ccid = measured(ccid_image, is_frozen, usb="127.0.0.1:0")
        rows.append((f"heap that CCID adds{of}", (with_ccid - used) / 1000, CCID_KB, "kB"))
    return rows


def measured(image, is_frozen, usb=""):
    """Seconds to the answer to Hello; bytes of heap after a read: all that it keeps."""
    pico = EmulatedPico(image, Options(tap=0.0, usb=usb), is_blank=is_frozen)
    reader = Reader(pico.connect)
    booted_s = pico.clock.now()
    JpkiSession(reader.wait_for_card(10)).authentication_certificate()
    return booted_s, reader.health().heap_used


def main():
    given = dict(zip(_NAMES, sys.argv[1:], strict=False))
    paths = [given.get(name) or os.environ.get(name) for name in _NAMES]
    image, frozen, frozen_ccid = (path and Path(path) for path in paths)
    if not image:
        sys.exit("name an image: a UF2 of MicroPython for the Pico")
    rows = figures(image, image)
    if frozen:
        rows += figures(frozen, frozen_ccid, is_frozen=True)
    table = Table("figure", "value", "limit", "unit", box=None)
    for what, value, limit, unit in rows:
        table.add_row(what, f"{value:.3f}", f"{limit:g}", unit)
    Console().print(table)
    sys.exit(any(value > limit for _, value, limit, _ in rows))


if __name__ == "__main__":
    main()
