"""How long a certificate takes in the host's link, with 1 to 64 readers in one process.

    uv run python tests/bench/threads.py [--seconds N] [--plot FILE]

Each reader has a thread and a synthetic pipe. A certificate comes once in each 0.2 s, at a random
moment, all at once in packets of 64 bytes. Latency: from that moment until the link has gathered
it. In real time; how late a bare sleep of another process ends, beside the most readers, says how
busy the machine is with other work, and whether the limit can be judged.
"""

import argparse
import random
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from statistics import quantiles
from time import perf_counter, process_time, sleep

from rich.console import Console
from rich.table import Table

from kazashi.drawing import drawn
from kazashi.link import Link
from kazashi_wire.frame import Frame
from kazashi_wire.messages import End, Part

READERS = (1, 4, 16, 64)
LIMIT_MS = 4.0  # p99 with the most readers
QUIET_MS = 1.0  # p99 of a bare sleep beside it: above, the limit is not judged
PERIOD_S = 0.2
PACKET = 64
PART = 253  # bytes of a response in a block of 256
PARTS = [bytes(min(PART, 1602 - at)) for at in range(0, 1602, PART)]  # certificate, status word


def answer(number):
    """The frames of a certificate."""
    said, offset = b"", 0
    for data in PARTS:
        part = Part(offset=offset, data=data)
        said += Frame(part.kind, number, part.build()).build()
        offset += len(data)
    end = End(size=offset, mac=b"")
    return said + Frame(end.kind, number, end.build()).build()


ANSWERS = [answer(number) for number in range(256)]


class Pipe:
    """A reader that answers each command with a certificate, from `due_s` on."""

    now = staticmethod(perf_counter)

    def __init__(self):
        self.due_s = 0.0
        self._said = memoryview(b"")

    def read(self, size):
        left_s = self.due_s - self.now()
        if left_s > 0:
            sleep(min(left_s, 0.05))
            return b""
        data, self._said = self._said[:PACKET], self._said[PACKET:]
        return bytes(data)

    def write(self, data):
        self._said = memoryview(ANSWERS[data[3]])
        return len(data)

    def close(self):
        pass


def latencies_ms(begin_s, seconds, seed):
    """One reader, from `begin_s` on."""
    pipe, found, moments = Pipe(), [], random.Random(seed)
    link = Link(pipe)
    for i in range(round(seconds / PERIOD_S)):
        start_s = begin_s + i * PERIOD_S
        pipe.due_s = start_s + moments.uniform(0, PERIOD_S)
        link.transmit(bytes(4), bytes(5), link.wait(1.0))
        found.append((perf_counter() - pipe.due_s) * 1000)
    return found


def bare_sleep(seconds):
    """(p50, p99), milliseconds by which a sleep ends too late without any reader."""
    found, end_s = [], perf_counter() + seconds
    while (now_s := perf_counter()) < end_s:
        sleep(0.01)
        found.append((perf_counter() - now_s - 0.01) * 1000)
    return percentiles(found)


def percentiles(found):
    hundredths = quantiles(found, n=100)
    return hundredths[49], hundredths[98]


def measure(readers, seconds):
    """(p50, p99, CPU a read), milliseconds, of all reads together."""
    with ThreadPoolExecutor(readers) as threads:
        cpu_s, begin_s = process_time(), perf_counter() + PERIOD_S
        jobs = [
            threads.submit(latencies_ms, begin_s, seconds, f"{readers}.{i}") for i in range(readers)
        ]
        found = [ms for job in jobs for ms in job.result()]
        cpu_ms = (process_time() - cpu_s) * 1000
    return *percentiles(found), cpu_ms / len(found)


def draw(figures, path):
    """Latency on the left, CPU on the right, by number of readers."""
    names = [str(readers) for readers in figures]
    p50, p99, cpu = zip(*figures.values(), strict=True)
    with drawn(path, 3.0) as figure:
        left, right = figure.subplots(1, 2)
        left.plot(names, p50, marker="o", color="#4c78a8", label="p50")
        left.plot(names, p99, marker="o", color="#f58518", label="p99")
        left.axhline(LIMIT_MS, color="black", linestyle=":", label="limit of p99")
        left.set(title="a certificate, until it is gathered", xlabel="readers", ylabel="ms")
        left.set_ylim(bottom=0)
        left.legend(frameon=False)
        right.bar(names, cpu, color="#b279a2")
        right.set(title="CPU a read", xlabel="readers", ylabel="ms")
        for axes in (left, right):
            axes.spines[["top", "right"]].set_visible(False)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--plot", type=Path)
    arguments = parser.parse_args()
    *few, most = READERS
    figures = {readers: measure(readers, arguments.seconds) for readers in few}
    with ProcessPoolExecutor(1) as other:
        slept = other.submit(bare_sleep, arguments.seconds)
        figures[most] = measure(most, arguments.seconds)
        sleep_ms = slept.result()
    table = Table("readers", "p50 ms", "p99 ms", "CPU ms a read", box=None)
    for what, figure in [("bare sleep", sleep_ms), *figures.items()]:
        table.add_row(str(what), *(f"{ms:.2f}" for ms in figure))
    Console().print(table)
    verdict = judged(figures[most][1], sleep_ms[1])
    Console().print(f"p99 with {most} readers, limit {LIMIT_MS:g} ms: {verdict}")
    if arguments.plot:
        draw(figures, arguments.plot)
    sys.exit(verdict == "missed")


def judged(p99_ms, sleep_ms):
    if sleep_ms >= QUIET_MS:
        return "not judged, the machine is busy"
    return "met" if p99_ms <= LIMIT_MS else "missed"


if __name__ == "__main__":
    main()
