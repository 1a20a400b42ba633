"""Taps with random faults, cards and chips, for as long as you like: nothing leaks, nothing wedges.

    uv run python tests/bench/soak.py --taps 1000000 --seed 1 --state soak.json

The firmware runs on unix MicroPython. A card and a chip of any kind are tapped twice: first it is
disturbed somewhere by something; then it must bring the certificate. Two taps are made by seed and
number alone. With --state it goes on where it was stopped.
"""

import argparse
import json
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from random import Random

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from kazashi.cards.jpki import JpkiSession
from kazashi.errors import LinkError, ReaderError
from kazashi.reader import Reader
from kazashi.sim import faults
from kazashi.sim.options import Options
from kazashi.sim.pico import SimulatedPico
from kazashi.sim.radio import Disturbance

sys.path.insert(0, str(Path(__file__).parents[1]))

from strange import CARDS, CHIPS

SPEED = 20.0  # of simulated time
STEPS = (
    "retries",
    "repolls",
    "field_offs",
    "chip_resets",
)  # of recovery, before a restart
KEPT_EVERY = 100  # taps
WARM_UP = 50  # taps, until the host's memory has its size
_BRIEFLY_S, _LONG_S = 0.5, 10.0  # to wait for a card, by the wall clock
DEVICE, HOST = "heap of the device, free", "memory of the host, in use"
DEVICE_SLACK, HOST_SLACK = 2_000, 4_000_000  # bytes
EXCHANGES, COMMANDS = 12, 22  # of a tap: places for faults
CHIP_FAULTS = (
    faults.lose_command,
    faults.lose_acknowledgement,
    faults.refuse_with_nack,
    faults.damage_checksum,
    faults.say_syntax_error,
    faults.brown_out,
    faults.miss_wake_up,
    faults.get_stuck,
    faults.die,
)


class Wedged(Exception):
    """A tap that nothing disturbed did not bring the certificate. args: which one."""


class Soak:
    """One reader and its card. `seen` counts what disturbed the taps, what people met, and what the
    reader mended.
    """

    def __init__(self, seed, taps=0, seen=()):
        self.seed = seed
        self.taps = taps
        self.seen = Counter(dict(seen))
        self._pico = SimulatedPico(Options(interpreter="micropython", speed=SPEED, tap=0.0))
        self._reader = Reader(self._pico.connect)
        self._application = self._pico.cards[0].blocks.application
        self._certificate = self._application.person.certificate
        self._pins_shown = 0
        self._watch_pins()
        self._has_happened = lambda: True
        self._before = self._reader.health()

    def close(self):
        self._reader.close()

    def disturbed_tap(self):
        """One tap with a fault in it, and one without.

        Raises:
            Wedged: it did not recover.
        """
        rng = Random(f"{self.seed} {self.taps}")
        self._change_kinds(rng)
        kind = rng.choice((self._disturb_radio, self._disturb_chip, self._disturb_line))
        fault = kind(rng)
        try:
            self._check(self._tap(_BRIEFLY_S))
            self.seen["met: nothing"] += 1
        except ReaderError as error:
            self.seen[f"met: {type(error).__name__}"] += 1
        self.seen[
            f"fault: {fault}" if self._has_happened() else "fault: none, the tap was over"
        ] += 1
        self._put_right()
        self._good_tap()
        self._count_recoveries()
        self.taps += 2

    def health(self):
        return self._reader.health()

    def _tap(self, patience_s=_LONG_S):
        """The certificate; the PIN is shown, too."""
        jpki = JpkiSession(self._reader.wait_for_card(patience_s))
        der = jpki.authentication_certificate()
        self._pins_shown = 0
        jpki.verify_pin(self._pico.options.pin)
        return der

    def _check(self, der):
        if der != self._certificate or self._pins_shown > 1:
            raise Wedged(self.taps)

    def _good_tap(self):
        try:
            der = self._tap()
        except LinkError:
            self._reader.reconnect()
            der = self._tap()
        except ReaderError as error:
            raise Wedged(self.taps) from error
        self._check(der)

    def _put_right(self):
        """Whatever was disturbed is well again, and the card is laid down anew."""
        pico = self._pico
        pico.air.disturb = pico.chip.disturb = lambda *_: None
        if pico.chip.stuck:
            pico.chip.stuck = None
            pico.chip.reset()
        pico.air.clear()
        pico.lay_down()

    def _count_recoveries(self):
        health = self._reader.health()
        for step in STEPS:
            since = 0 if health.uptime_s < self._before.uptime_s else getattr(self._before, step)
            self.seen[f"mended by: {step}"] += max(0, getattr(health, step) - since)
        self.seen[f"last start: {health.reset_cause}"] += health.reboots != self._before.reboots
        self._before = health

    def _change_kinds(self, rng):
        """Another card, and another chip, which the board may have to start first."""
        card, chip = rng.choice(tuple(CARDS)), rng.choice(CHIPS)
        self._pico.air.clear()
        self._pico.cards = [CARDS[card](self._application)]
        self._pico.lay_down()
        self._pico.chip.__class__ = chip  # all else that knows the chip keeps it
        if rng.random() < 0.5:
            self._pico.chip.reset()
        self.seen[f"card: {card}"] += 1
        self.seen[f"chip: {chip.__name__}"] += 1

    def _watch_pins(self):
        transmit = self._application.transmit

        def counting(apdu):
            self._pins_shown += apdu[1:2] == b"\x20" and len(apdu) > 5
            return transmit(apdu)

        self._application.transmit = counting

    def _disturb_radio(self, rng):
        first = self._pico.air.exchanges + rng.randrange(EXCHANGES)
        what = rng.choice((*Disturbance, "card leaves", "card falls silent"))

        def disturb(index, _frame):
            if what == "card leaves":
                if index == first:
                    self._pico.air.clear()
                return None
            if what == "card falls silent":
                return Disturbance.ANSWER_LOST if index >= first else None
            return what if index == first else None

        self._pico.air.disturb = disturb
        self._has_happened = lambda: self._pico.air.exchanges > first
        return getattr(what, "name", what).lower().replace("_", " ")

    def _disturb_chip(self, rng):
        fault = rng.choice(CHIP_FAULTS)
        place = self._pico.chip.commands + rng.randrange(COMMANDS)
        self._pico.chip.disturb = faults.once(place, fault)
        self._has_happened = lambda: self._pico.chip.commands > place
        return fault.__name__.replace("_", " ")

    def _disturb_line(self, rng):
        pipe = self._pico.pipe
        self._has_happened = lambda: True
        what = rng.choice(("noise", "half a frame", "unplugged", "killed"))
        if what == "noise":
            pipe.write(rng.randbytes(rng.randrange(600)))
        elif what == "half a frame":
            pipe.write(bytes.fromhex("ca5a04c80102310000"))
        elif what == "unplugged":
            self._reader.reconnect()
        else:
            pipe.process.kill()
        return what


def resident_bytes():
    """Memory of this process."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096


def memory(soak):
    return {DEVICE: soak.health().heap_free, HOST: resident_bytes()}


def is_flat(at_start, at_end):
    return (
        at_end[DEVICE] >= at_start[DEVICE] - DEVICE_SLACK
        and at_end[HOST] <= at_start[HOST] + HOST_SLACK
    )


def run(soak, taps, state=None):
    """Tap until there were `taps`. Returns the memory at start and end."""
    columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn())
    at_start = memory(soak)
    with Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn()) as progress:
        task = progress.add_task("taps", total=taps, completed=soak.taps)
        begun = soak.taps
        while soak.taps < taps:
            soak.disturbed_tap()
            if soak.taps - begun == WARM_UP:
                at_start = memory(soak)
            if state and soak.taps % KEPT_EVERY == 0:
                keep(soak, state)
            progress.update(task, completed=soak.taps)
    if state:
        keep(soak, state)
    return at_start, memory(soak)


def keep(soak, path):
    kept = {"seed": soak.seed, "taps": soak.taps, "seen": dict(soak.seen)}
    path.write_text(json.dumps(kept, indent=1), encoding="utf-8")


def show(soak, at_start, at_end):
    table = Table("what", "how often", box=None)
    table.add_row("taps", str(soak.taps))
    for what, count in sorted(soak.seen.items()):
        table.add_row(what, str(count))
    for name, before in at_start.items():
        table.add_row(name, f"{before} → {at_end[name]} bytes")
    Console().print(table)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--taps", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--state", type=Path, help="a file to go on from")
    options = parser.parse_args()
    kept = {"seed": options.seed}
    if options.state and options.state.exists():
        kept = json.loads(options.state.read_text(encoding="utf-8"))
    Console().print(f"seed {kept['seed']}, from tap {kept.get('taps', 0)} on")
    with closing(Soak(**kept)) as soak:
        try:
            at_start, at_end = run(soak, options.taps, options.state)
        except KeyboardInterrupt:
            sys.exit(130)  # what was kept is kept
        show(soak, at_start, at_end)
    if not is_flat(at_start, at_end):
        sys.exit("memory is not flat")


if __name__ == "__main__":
    main()
