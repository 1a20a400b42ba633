"""`kazashi info`: versions and board of a reader."""

from dataclasses import asdict

from rich.console import Console

import kazashi
from kazashi.cli import show
from kazashi.cli.options import AsJson, ReaderUrl


def info(reader: ReaderUrl = None, *, as_json: AsJson = False) -> None:
    """Say which firmware, wire, board, chip and interpreter a reader has."""
    with kazashi.open(reader) as connected:
        facts = asdict(connected.info)
    if as_json:
        show.print_json(facts)
    else:
        facts["chip"] = facts["chip"] or "does not answer: check the module's wiring and power"
        show.show_facts(Console(), facts)
