"""`kazashi monitor`: a live view of a reader, or its events line by line."""

import json
from collections import deque
from contextlib import ExitStack
from datetime import datetime

from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from kazashi.cli import show
from kazashi.cli.console import Console
from kazashi.cli.options import AsJsonLines, ReaderUrl
from kazashi.discovery import connector
from kazashi.monitor import Event, events
from kazashi.visible import visible

_ERRORS = 5  # kept on screen
_COUNTERS = ("retries", "repolls", "field_offs", "chip_resets", "reboots")


def monitor(reader: ReaderUrl = None, *, as_json: AsJsonLines = False) -> None:
    """Show field, cards, counters and the last errors of a reader until Ctrl-C."""
    console = Console()
    view = View()
    with ExitStack() as stack:
        live = None
        if console.is_terminal and not as_json:
            live = stack.enter_context(Live(view.picture(), console=console))
        for event in events(connector(reader)):
            if as_json:
                show.print_json_text(_as_json(event))
                continue
            line = view.take(event)
            if live:
                live.update(view.picture(), refresh=True)
            elif line:
                console.print(f"{event.at:%H:%M:%S}  {visible(line)}", markup=False, soft_wrap=True)


def _as_json(event: Event) -> str:
    facts = dict(event.facts)
    if event.event == "card":
        facts = {"kind": _kind(event)} | facts
        del facts["token"]
    at = event.at.isoformat(timespec="milliseconds")
    return json.dumps({"at": at, "event": event.event, **facts}, ensure_ascii=False)


def _kind(event: Event) -> str:
    token = str(event.facts["token"])
    return show.kind_of(token) if token else "no My Number Card"


class View:
    """The content of the screen: the sum of all events so far."""

    def __init__(self) -> None:
        self._reader = "none so far"
        self._field = "off"
        self._card = "none so far"
        self._counters: dict[str, object] = {}
        self._uptime = ""
        self._errors: deque[tuple[datetime, str, str]] = deque(maxlen=_ERRORS)

    def take(self, event: Event) -> str:
        """Add an event. Return a line that describes it; empty if nothing is new."""
        facts = event.facts
        at = f"{event.at:%H:%M:%S}"
        match event.event:
            case "connected":
                chip = facts["chip"] or "PN532 silent"
                self._reader = f"{facts['board']}, firmware {facts['firmware']}, {chip}"
                return f"connected: {self._reader}"
            case "field":
                self._field = "on" if facts["on"] else "off"
                return f"field {self._field}"
            case "card":
                rates = f"{facts['to_card']}/{facts['from_card']} kbit/s"
                card = f"{_kind(event)}, Type {facts['technology']}, {rates}"
                self._card = f"{card}, since {at}"
                return f"card: {card}"
            case "card lost":
                self._card = f"none, the last left at {at}"
                return "card lost"
            case "health":
                return self._take_health(facts)
            case _:
                seen, remedy = str(facts["seen"]), str(facts["remedy"])
                self._errors.appendleft((event.at, seen, remedy))
                return f"error: {seen}: {remedy}"

    def _take_health(self, facts: dict[str, object]) -> str:
        counters = {name: facts[name] for name in _COUNTERS}
        self._uptime = f"{facts['uptime_s']} s since {facts['reset_cause']}"
        if counters == self._counters:
            return ""
        self._counters = counters
        return "counters: " + self._counted()

    def _counted(self) -> str:
        return ", ".join(f"{name.replace('_', ' ')} {n}" for name, n in self._counters.items())

    def picture(self) -> Group:
        table = Table.grid(padding=(0, 2))
        table.add_column(style="dim", justify="right", no_wrap=True)
        table.add_column(overflow="fold")
        table.add_row("reader", Text(self._reader))
        table.add_row("field", Text(self._field, "green" if self._field == "on" else "red"))
        table.add_row("card", Text(self._card, "bold"))
        table.add_row("running", self._uptime)
        table.add_row("counters", self._counted())
        for at, seen, remedy in self._errors:
            said = Text(seen, "red")
            said.append(f"\n→ {remedy}", "yellow")
            table.add_row(f"{at:%H:%M:%S}", said)
        return Group(table, Text("Ctrl-C ends", "dim"))
