"""`kazashi monitor`, as a person or a script runs it."""

import io
import json
import os
import signal
import subprocess

import pytest
from rich.console import Console

from kazashi.cli.monitor import View
from kazashi.monitor import Event
from kazashi.sim.options import Options
from kazashi.sim.pico import SimulatedPico
from program import KAZASHI
from served import on_tcp

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")


def monitored(*arguments, until, times=1, at="", act=None):
    """The lines up to that which says `until`, so often; and the status after Ctrl-C. `act` is
    called at a line that says `at`.
    """
    process = subprocess.Popen(
        [KAZASHI, "monitor", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"COLUMNS": "40"},
    )
    lines = []
    while sum(until in line for line in lines) < times:
        lines.append(process.stdout.readline())
        assert lines[-1], process.communicate(timeout=60)[1]
        if act and at in lines[-1]:
            act()
    process.send_signal(signal.SIGINT)
    rest = process.communicate(timeout=60)[1]
    assert "Traceback" not in rest, rest
    return lines, process.returncode


def test_json_is_an_object_a_line_until_ctrl_c():
    pico = SimulatedPico(Options(speed=20.0, tap=0.0))
    with on_tcp(pico) as url:
        lines, status = monitored(
            *("--json", "--reader", url), until="card lost", at='"card"', act=pico.air.clear
        )
    assert status == 130
    events = [json.loads(line) for line in lines]
    assert all({"at", "event"} <= event.keys() for event in events)
    card = next(event for event in events if event["event"] == "card")
    assert list(card) == ["at", "event", "kind", "technology", "to_card", "from_card"]
    assert card["kind"] == "My Number Card"


def test_where_there_is_no_terminal_each_news_is_a_line():
    lines, status = monitored("--reader", "sim:", until="card:")
    assert status == 130
    said = [line.split("  ", 1)[1].rstrip() for line in lines]
    assert said == [
        "connected: pico, firmware 0.1.0, PN532 1.6",
        "counters: retries 0, repolls 0, field offs 0, chip resets 0, reboots 0",
        "field on",
        "card: My Number Card, Type B, 106/106 kbit/s",
    ]


def test_a_board_that_starts_again_is_found_again():
    lines, _ = monitored("--reader", "sim:?fault=brownout", until="connected", times=2)
    between = "".join(lines[1:-1])
    assert "error: the reader was unplugged or has restarted" in between
    assert "field off" in between


@pytest.mark.parametrize("width", [30, 80, 200])
def test_the_live_view_says_all_at_any_width(width):
    view = View()
    names = ("retries", "repolls", "field_offs", "chip_resets", "reboots")
    counters = {name: number for number, name in enumerate(names)}
    info = {"board": "pico", "firmware": "0.1.0", "chip": ""}
    card = {"technology": "A", "token": "", "to_card": 212, "from_card": 424}
    for event in (
        Event("connected", info),
        Event("health", {**counters, "uptime_s": 77, "reset_cause": "watchdog"}),
        Event("field", {"on": True}),
        Event("card", card),
        Event("error", {"error": "NoReader", "seen": "it left", "remedy": "plug it in"}),
    ):
        view.take(event)
    console = Console(file=io.StringIO(), width=width)
    console.print(view.picture())
    said = " ".join(console.file.getvalue().split())
    for words in ("PN532 silent", "field on", "212/424", "chip resets 3", "77 s", "→ plug it in"):
        assert words in said
