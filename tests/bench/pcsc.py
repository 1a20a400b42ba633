"""What PC/SC costs: SCardTransmit of a program minus Card.transmit, through pcscd and vpcd.

    uv run --extra pcsc python tests/bench/pcsc.py [--count 500]

A simulated reader in a slot of a pcscd of its own; the program is another process, with pyscard.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from rich.console import Console

sys.path.insert(0, str(Path(__file__).parents[1]))

from kazashi.card import Card
from kazashi.testing import SimulatedReader
from pcscd import VPCD_READERS, Pcscd
from slotted import in_slot

TARGET_MS = 0.3
SPEED = 20.0
PROGRAM = """
import json, sys
from time import perf_counter
from smartcard.System import readers

connection = readers()[0].createConnection()
connection.connect()
took = []
for _ in range(int(sys.argv[1])):
    begin = perf_counter()
    _, sw1, sw2 = connection.transmit([*bytes.fromhex("00a4040c0ad392f000260100000001")])
    took.append(perf_counter() - begin)
    assert (sw1, sw2) == (0x90, 0)
print(json.dumps(took))
"""


def measure(count):
    """(seconds of SCardTransmit, seconds of Card.transmit) of each command."""
    inner = []
    transmit = Card.transmit

    def timed(*arguments, **options):
        begin = perf_counter()
        response = transmit(*arguments, **options)
        inner.append(perf_counter() - begin)
        return response

    Card.transmit = timed
    with (
        tempfile.TemporaryDirectory() as folder,
        SimulatedReader(speed=SPEED) as reader,
        Pcscd(Path(folder), VPCD_READERS, own_network=True) as daemon,
        in_slot(daemon, reader),
    ):
        inner.clear()
        outer = json.loads(daemon.run(sys.executable, "-c", PROGRAM, count, timeout_s=300))
    return outer, inner


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=500)
    outer, inner = measure(parser.parse_args().count)
    extra_ms = [1000 * (a - b) for a, b in zip(outer, inner, strict=True)]
    p95 = quantiles(extra_ms, n=20)[-1]
    Console().print(
        f"{len(extra_ms)} commands: SCardTransmit minus Card.transmit {median(extra_ms):.2f} ms "
        f"(target {TARGET_MS}), 95 % below {p95:.2f} ms, most {max(extra_ms):.2f} ms; "
        f"Card.transmit {1000 * median(inner):.2f} ms at {SPEED:g} times real time"
    )


if __name__ == "__main__":
    main()
