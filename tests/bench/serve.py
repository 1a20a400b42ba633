"""`kazashi serve` under load: 16 desks, many followers; and thousands of visits, one by one.

    uv run python tests/bench/serve.py [--desks N] [--visits N] [--followers N]
    uv run python tests/bench/serve.py --endurance 10000

Load: each desk has a simulated reader and patients who check in with the PIN, one after the other.
Readers are in a process of their own, and so are followers. Latency: from the moment that an event
is published until a follower has read it. Each follower must get each event once, in order.

Endurance: one desk whose reader is replaced below `Reader`, visits over HTTP, one follower. Growth:
Python's memory by tracemalloc, and the process' by the system, both after the hundredth visit. It
must not exceed 100 bytes a visit.
"""

import argparse
import asyncio
import gc
import json
import multiprocessing
import sys
import tracemalloc
from collections import Counter
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from threading import Thread
from time import monotonic

import httpx
from rich.console import Console

sys.path.insert(0, str(Path(__file__).parents[1]))

from kazashi.cards.cv_certificate import CvAnchor
from kazashi.reception.anchors import Anchors
from kazashi.serve import desk as desk_module
from kazashi.serve import equipment, guard
from kazashi.serve import events as events_module
from kazashi.serve.events import Event
from kazashi.sim.authority import shared_authority
from kazashi.sim.options import CARDS, Options
from kazashi.sim.pico import SimulatedPico
from kazashi.sim.serve import TcpLine, serve
from served_desks import USUAL, at_desk, served
from table_line import FakeTable

MOST_BYTES = 100  # a visit
MOMENTS = 21
WARM_UP = 100  # visits, until all that is limited is full


def load(desks, visits, followers):
    """(latencies in ms, followers that lost an event, or got one twice or out of order)."""
    process = multiprocessing.get_context("spawn")
    ours, theirs = process.Pipe()
    laid = process.Queue()
    readers = process.Process(target=serve_readers, args=(theirs, laid, desks), daemon=True)
    readers.start()
    urls, authority, cv_keys = ours.recv()
    anchors = Anchors.of([authority], [CvAnchor(*key) for key in cv_keys], is_test=True)
    with TemporaryDirectory() as folder, served(Path(folder), urls, anchors=anchors) as site:
        events_module.Event = Published
        token = site.access.token_path.read_text().strip()
        task = (theirs, laid, site.url, token, visits, followers)
        follower = process.Process(target=follow_all, args=task)
        follower.start()
        begun, seen = ours.recv()
        follower.join()
    readers.kill()
    latencies, wrong = [], 0
    for of_one in seen:
        live = [(number, at) for number, at in of_one if Published.at[number] > begun]
        numbers = [number for number, _ in live]
        wrong += numbers != [*range(numbers[0], numbers[0] + len(numbers))]
        latencies += [(at - Published.at[number]) * 1000 for number, at in live]
    return latencies, wrong


class Published(Event):
    """An event that knows when it was published."""

    at = {}  # noqa: RUF012  # one table for all

    def __init__(self, run, number, *what):
        super().__init__(run, number, *what)
        self.at[number] = monotonic()


def serve_readers(pipe, laid, count):
    """Simulated readers behind TCP, on which cards are laid as `laid` says."""
    picos = [SimulatedPico(Options(card="none", tap=0.0)) for _ in range(count)]
    lines = [TcpLine("127.0.0.1", 0) for _ in picos]
    for pico, line in zip(picos, lines, strict=True):
        Thread(target=serve, args=(pico.connect(), line), daemon=True).start()
    issuer = shared_authority()
    urls = ["socket://{}:{}".format(*line.address) for line in lines]
    pipe.send((urls, issuer.certificate, [tuple(key) for key in issuer.cv_anchors]))
    while True:
        desk, card = laid.get()
        pico = picos[int(desk) - 1]
        pico.air.clear()
        if card:
            pico.cards = CARDS[card](pico.options)
            pico.lay_down()


def follow_all(pipe, laid, url, token, visits, followers):
    pipe.send(asyncio.run(_follow_all(laid, url, token, visits, followers)))


async def _follow_all(laid, url, token, visits, followers):
    """The events of each follower, as (number, moment)."""
    headers = {"authorization": f"Bearer {token}"}
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(
        base_url=f"{url}/api/v1", headers=headers, timeout=60, limits=limits
    ) as http:
        desks = [each["desk"] for each in (await http.get("/desks")).json()]
        play = Play(http, laid, desks, visits)
        streams = [asyncio.create_task(play.follow()) for _ in range(followers)]
        await until(lambda: play.followed == followers)
        begun = monotonic()
        await play.run()
        last = play.seen[-1][-1][0]  # of the program that plays
        await until(lambda: all(seen and seen[-1][0] >= last for seen in play.seen))
        for stream in streams:
            stream.cancel()
        await asyncio.gather(*streams, return_exceptions=True)
    return begun, play.seen


async def until(is_so):
    """Wait for it, at most a minute."""
    end = monotonic() + 60
    while not is_so() and monotonic() < end:
        await asyncio.sleep(0.05)


class Play:
    """The patients at all desks, who follow as one program."""

    def __init__(self, http, laid, desks, visits):
        self.http, self.laid = http, laid
        self.left = Counter(dict.fromkeys(desks, visits))
        self.seen = []
        self.followed = 0

    async def follow(self, react=None):
        seen = []
        self.seen.append(seen)
        async with self.http.stream("GET", "/events") as stream:
            self.followed += 1
            async for line in stream.aiter_lines():
                if line.startswith("id: "):
                    number = int(line.rpartition(".")[2])
                elif line.startswith("data: "):
                    seen.append((number, monotonic()))
                    if react and await react(json.loads(line.removeprefix("data: "))):
                        return

    async def run(self):
        self.started = set()
        await self.follow(self.react)

    async def react(self, screen):
        """True: all patients have gone."""
        desk, question = screen["desk"], screen["question"]
        if screen["step"] == "idle" and self.left[desk]:
            self.laid.put((desk, "mynumber"))
        elif question and (desk, question["number"]) not in self.started:
            self.started.add((desk, question["number"]))
            name = question["name"].replace(" ", "_")
            answer = "pin" if name == "way" else USUAL[name](question)
            body = {"question": question["number"], "answer": answer}
            (await self.http.post(f"/desks/{desk}/answer", json=body)).raise_for_status()
        elif screen["step"] == "ended" and (desk, screen["visit"], "end") not in self.started:
            self.started.add((desk, screen["visit"], "end"))
            self.left[desk] -= 1
            self.laid.put((desk, None))
        return not self.left.total()


def endure(visits, folder):
    """Growth after the hundredth visit, bytes a visit: (Python's memory, the process' memory).

    Medians of some moments without a patient: a connection more or less is not growth.
    """
    first = range(WARM_UP, WARM_UP + MOMENTS)
    last = range(visits - MOMENTS, visits)
    seen = []
    tracemalloc.start()
    with served(folder, ["sim:"]) as site, site.program() as program, at_desk(program) as person:
        for i in range(visits):
            person.until(step="idle")
            if i in first or i in last:
                seen.append(_memory())
            person.lay("mynumber")
            person.until(question="way")
            person.go_on(way="pin")
            person.lay(None)
            person.seen.clear()
    tracemalloc.stop()
    begun, ended = (zip(*part, strict=True) for part in (seen[:MOMENTS], seen[MOMENTS:]))
    grown = (median(b) - median(a) for a, b in zip(begun, ended, strict=True))
    return tuple(each / (last.start - first.start) for each in grown)


def _memory():
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return tracemalloc.get_traced_memory()[0], pages * 4096


def hurry(set_attribute=setattr):
    """Nobody reads the last screens, the reader is replaced, and what is limited is full early."""
    set_attribute(events_module, "KEPT", 200)  # of some 30 visits; 1,000 are of more than 100
    set_attribute(desk_module, "_READ_S", 0.0)
    set_attribute(desk_module, "_TAKEN_LOOK_S", 0.01)
    set_attribute(guard, "_RATE", 100_000.0)
    set_attribute(guard, "_BURST", 100_000.0)
    set_attribute(equipment, "_table", lambda _url: FakeTable())


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--desks", type=int, default=16)
    parser.add_argument("--visits", type=int, default=5, help="at each desk")
    parser.add_argument("--followers", type=int, default=16)
    parser.add_argument("--endurance", type=int, metavar="VISITS")
    options = parser.parse_args()
    console = Console()
    if options.endurance:
        hurry()
        with TemporaryDirectory() as folder:
            python, process = endure(options.endurance, Path(folder))
        console.print(
            f"{options.endurance} visits: {python:.1f} bytes a visit by tracemalloc, "
            f"{process:.1f} of the process"
        )
        sys.exit(python > MOST_BYTES)
    latencies, wrong = load(options.desks, options.visits, options.followers)
    hundredths = quantiles(latencies, n=100)
    console.print(
        f"{options.desks} desks, {options.followers + 1} followers, {len(latencies)} events read: "
        f"p50 {hundredths[49]:.1f} ms, p99 {hundredths[98]:.1f} ms; "
        f"followers that lost one, or got one twice or late: {wrong}"
    )
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
