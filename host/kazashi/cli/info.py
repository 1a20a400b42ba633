"""`kazashi info`: versions and board of a reader, and errors it recovered from."""

from dataclasses import asdict

import kazashi
from kazashi.cli import show
from kazashi.cli.console import Console
from kazashi.cli.options import AsJson, ReaderUrl


def info(reader: ReaderUrl = None, *, as_json: AsJson = False) -> None:
    """Say which firmware, board and chip a reader has, why it last started, what it had to mend."""
    with kazashi.open(reader) as connected:
        facts = asdict(connected.info)
        health = asdict(connected.health())
    if as_json:
        show.print_json(facts | {"health": health})
    else:
        facts["chip"] = facts["chip"] or "does not answer: check the module's wiring and power"
        show.show_facts(Console(), facts)
        show.show_facts(Console(), health, "Since it started")
