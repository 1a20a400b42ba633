"""`kazashi serve` under load: 16 desks, many followers; and thousands of visits, one by one.

    uv run python tests/bench/serve.py [--desks N] [--visits N] [--followers N]
    uv run python tests/bench/serve.py --endurance 10000

Load: each desk has a simulated reader, in a process of its own, and patients who check in with the
PIN without a pause; followers are in another process. Latency: from the moment that an event is
published until a follower has read it. Each follower must get each event once, in order.

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
from statistics import quantiles
from tempfile import TemporaryDirectory
from time import monotonic

import httpx
from rich.console import Console

sys.path.insert(0, str(Path(__file__).parents[1]))

from kazashi.serve import desk as desk_module
from kazashi.serve import guard
from kazashi.serve import service as service_module
from served_desks import USUAL, at_desk, served
from table_line import FakeTable

MOST_BYTES = 100  # a visit
WARM_UP = 100  # visits, until all that is limited is full


def load(desks, visits, followers):
    """(latencies in ms, what was lost or came twice or out of order)."""
    published = {}
    with TemporaryDirectory() as folder, served(Path(folder), ["sim:"] * desks) as site:
        publish = site.service.events.publish

        def timed(*event):
            published[site.service.events._last + 1] = monotonic()
            publish(*event)

        site.service.events.publish = timed
        token = site.access.token_path.read_text().strip()
        ours, theirs = multiprocessing.Pipe()
        task = (theirs, site.url, token, visits, followers)
        child = multiprocessing.get_context("spawn").Process(target=follow_all, args=task)
        child.start()
        seen = ours.recv()
        child.join()
    latencies, wrong = [], 0
    for of_one in seen:
        numbers = [number for number, _ in of_one]
        wrong += numbers != [*range(numbers[0], numbers[0] + len(numbers))]
        since = ((number, at) for number, at in of_one if number in published)
        latencies += [(at - published[number]) * 1000 for number, at in since]
    return latencies, wrong


def follow_all(pipe, url, token, visits, followers):
    pipe.send(asyncio.run(_follow_all(url, token, visits, followers)))


async def _follow_all(url, token, visits, followers):
    """The events of each follower, as (number, moment)."""
    headers = {"authorization": f"Bearer {token}"}
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(
        base_url=f"{url}/api/v1", headers=headers, timeout=60, limits=limits
    ) as http:
        desks = [each["desk"] for each in (await http.get("/desks")).json()]
        play = Play(http, desks, visits)
        streams = [asyncio.create_task(play.follow()) for _ in range(followers)]
        await asyncio.sleep(1)  # until all follow
        await play.run()
        await asyncio.sleep(1)  # until all have read
        for stream in streams:
            stream.cancel()
        await asyncio.gather(*streams, return_exceptions=True)
    return play.seen


class Play:
    """The patients at all desks, who follow as one program."""

    def __init__(self, http, desks, visits):
        self.http, self.desks, self.left = http, desks, Counter(dict.fromkeys(desks, visits))
        self.seen = []

    async def follow(self, react=None):
        seen = []
        self.seen.append(seen)
        async with self.http.stream("GET", "/events") as stream:
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
            await self.lay(desk, "mynumber")
        elif question and (desk, question["number"]) not in self.started:
            self.started.add((desk, question["number"]))
            name = question["name"].replace(" ", "_")
            answer = "pin" if name == "way" else USUAL[name](question)
            body = {"question": question["number"], "answer": answer}
            (await self.http.post(f"/desks/{desk}/answer", json=body)).raise_for_status()
        elif screen["step"] == "ended" and (desk, screen["visit"], "end") not in self.started:
            self.started.add((desk, screen["visit"], "end"))
            self.left[desk] -= 1
            await self.lay(desk, None)
        return not self.left.total()

    async def lay(self, desk, card):
        (await self.http.put(f"/desks/{desk}/table", json={"card": card})).raise_for_status()


def endure(visits, folder):
    """Growth after the hundredth visit, bytes a visit: (Python's memory, the process' memory)."""
    tracemalloc.start()
    with served(folder, ["sim:"]) as site, site.program() as program, at_desk(program) as person:
        for i in range(visits):
            if i == WARM_UP:
                before = _memory()
            person.until(step="idle")
            person.lay("mynumber")
            person.until(question="way")
            person.go_on(way="pin")
            person.lay(None)
            person.seen.clear()
        after = _memory()
    tracemalloc.stop()
    return tuple((b - a) / (visits - WARM_UP) for a, b in zip(before, after, strict=True))


def _memory():
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return tracemalloc.get_traced_memory()[0], pages * 4096


def hurry(set_attribute=setattr):
    """Nobody reads the last screens, and the reader is replaced."""
    set_attribute(desk_module, "_READ_S", 0.0)
    set_attribute(desk_module, "_TAKEN_LOOK_S", 0.01)
    set_attribute(guard, "_RATE", 100_000.0)
    set_attribute(guard, "_BURST", 100_000.0)
    set_attribute(service_module, "_table", lambda _url: FakeTable())


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
