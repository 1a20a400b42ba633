"""How long the patient screen keeps a patient waiting: whole PIN check-ins in Chromium.

    KAZASHI_CHROMIUM=/usr/bin/chromium uv run python tests/bench/screen.py [--visits N]

`kazashi serve` in this process; its reader, simulated, and the browser are in processes of their
own. Of each question: from the moment that its event is published until a control of it can be
pressed; and from the click's event in the page until the answer is in the desk's thread. A visit's
figure is the sum of both over its questions, so a difference between the clocks of page and service
is not in it, and neither is what Chromium takes to make a click of a touch: that stands beside it.
The limit is no gate: the figure depends on what else the machine does.
"""

import argparse
import multiprocessing
import os
import sys
from collections import defaultdict
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import time

from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.serve import serve_readers
from browser.chromium import launched
from browser.patient import PatientScreen
from kazashi.cards.cv_certificate import CvAnchor
from kazashi.reception.anchors import Anchors
from kazashi.serve import desk as desk_module
from kazashi.serve import events as events_module
from kazashi.serve import service as service_module
from kazashi.serve.access import Caller, Role
from kazashi.serve.display import Display
from kazashi.serve.events import Event
from served_desks import served

LIMIT_MS = 150
QUESTIONS = ("way", "pin", "consents", "prescription")
LOOKS = 20  # at the other clock

# Moments by the question's number, in milliseconds of the wall clock.
WATCH = """
  window.moments = { enabled: {}, clicked: {}, touched: {} };
  const now = () => performance.timeOrigin + performance.now();
  const screen = () => document.getElementById("screen")?.dataset ?? {};
  const CONTROL = "#main:not([inert]) > [data-step]:not([hidden]) button:not([aria-disabled=true])";
  new MutationObserver(() => {
    if (screen().step === "asked" && document.querySelector(CONTROL))
      moments.enabled[screen().number] ??= now();
  }).observe(document, { subtree: true, childList: true, attributes: true });
  addEventListener("click", (event) => {
    moments.clicked[screen().number] = now();
    moments.touched[screen().number] = performance.timeOrigin + event.timeStamp;
  }, true);
"""


class Published(Event):
    """An event that notes when its question was published first, by the question's number."""

    at = {}  # noqa: RUF012  # one table for all

    def __init__(self, run, number, kind, desk, data):
        super().__init__(run, number, kind, desk, data)
        if question := data.get("question"):
            self.at.setdefault(question["number"], (question["name"], 1000 * time()))


class Answered(Display):
    """Notes when the desk's thread has its answer, by the question's number."""

    at = {}  # noqa: RUF012

    def ask(self, question):
        answer = super().ask(question)
        self.at[self.screen.number] = 1000 * time()
        return answer


def measure(chromium, visits):
    """Of each visit {question: (ms until it is enabled, ms until its answer is there)}.

    And ms from each touch to its click.
    """
    desk_module._READ_S = 0.0  # nobody reads the last screen
    desk_module._TAKEN_LOOK_S = 0.01
    service_module.Display, events_module.Event = Answered, Published
    process = multiprocessing.get_context("spawn")
    ours, theirs = process.Pipe()
    laid = process.Queue()
    readers = process.Process(target=serve_readers, args=(theirs, laid, 1), daemon=True)
    readers.start()
    urls, authority, cv_keys = ours.recv()
    anchors = Anchors.of([authority], [CvAnchor(*key) for key in cv_keys], is_test=True)
    with (
        TemporaryDirectory() as folder,
        served(Path(folder), urls, anchors=anchors) as site,
        sync_playwright() as playwright,
    ):
        browser = launched(playwright, chromium)
        page = browser.new_page(viewport={"width": 1280, "height": 800}, has_touch=True)
        page.add_init_script(WATCH)
        page.goto(f"{site.url}/pair#{site.access.code_for(Caller(Role.PATIENT, '1'))}")
        for _ in range(visits):
            check_in(PatientScreen(page), laid)
        ahead_ms = offset_ms(page)
        moments = page.evaluate("moments")
        browser.close()
    readers.kill()
    return taken(moments, ahead_ms)


def check_in(screen, laid):
    for state, act in (
        ("choose", lambda: laid.put(("1", "mynumber"))),
        ("way", lambda: screen.answer("pin")),
        ("pin", lambda: screen.enter("1234")),
        ("consents", lambda: screen.answer([])),
        ("prescription", lambda: screen.answer("electronic")),
        ("done", lambda: laid.put(("1", None))),
    ):
        screen.page.wait_for_selector(f'#screen[data-state="{state}"]')
        act()


def offset_ms(page):
    """By how much the page's clock is ahead of this process': by the quickest of some looks."""
    looks = []
    for _ in range(LOOKS):
        before = 1000 * time()
        there = page.evaluate("performance.timeOrigin + performance.now()")
        after = 1000 * time()
        looks.append((after - before, there - (before + after) / 2))
    return min(looks)[1]


def taken(moments, ahead_ms):
    seen, clicks = [], []
    for number, (name, published) in sorted(Published.at.items()):
        if name == QUESTIONS[0]:
            seen.append({})
        enabled, clicked, touched = (of[str(number)] - ahead_ms for of in moments.values())
        seen[-1][name] = enabled - published, Answered.at[number] - clicked
        clicks.append(clicked - touched)
    return seen, clicks


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--visits", type=int, default=20)
    visits = parser.parse_args().visits
    console = Console()
    chromium = os.environ.get("KAZASHI_CHROMIUM")
    if not chromium:
        console.print("patient screen: not measured, as KAZASHI_CHROMIUM names no Chromium")
        return
    seen, clicks = measure(chromium, visits)
    of_part = defaultdict(list)
    for visit in seen:
        for name, parts in visit.items():
            for what, ms in zip(("sent → enabled", "click → engine"), parts, strict=True):
                of_part[f"{name}: {what}"].append(ms)
    sums = [sum(sum(parts) for parts in visit.values()) for visit in seen]
    table = Table(f"{visits} PIN check-ins", "median", "min", "max", "limit", "unit", box=None)
    for what, taken_ms in of_part.items():
        table.add_row(what, *row(taken_ms), "", "ms")
    table.add_row("a whole check-in", *row(sums), str(LIMIT_MS), "ms")
    table.add_row("beside it: touch → click", *row(clicks), "", "ms")
    console.print(table)
    if median(sums) > LIMIT_MS:
        load = os.getloadavg()[0] / (os.cpu_count() or 1)
        console.print(f"Above the limit, with {load:.1f} programs at work for each core.")


def row(taken_ms):
    return (f"{figure:.1f}" for figure in (median(taken_ms), min(taken_ms), max(taken_ms)))


if __name__ == "__main__":
    main()
