"""`kazashi doctor`: what is wrong with a reader, and what to do about it."""

from dataclasses import asdict

import typer
from rich.table import Table
from rich.text import Text

from kazashi.cli import show
from kazashi.cli.console import Console
from kazashi.cli.options import AsJson, ReaderUrl
from kazashi.discovery import connector
from kazashi.doctor import Finding, Level, findings

_LONGEST_CHECK = len("communication")
_MARKS = {
    Level.OK: Text("✓", "green"),
    Level.WARNING: Text("!", "bold yellow"),
    Level.FAILURE: Text("✗", "bold red"),
}


def doctor(reader: ReaderUrl = None, *, as_json: AsJson = False) -> None:
    """Look at all that a tap needs: board, USB, chip, antenna, wires. Take cards away first."""
    console = Console(quiet=as_json)
    found: list[Finding] = []
    with console.status("looking …"):
        for finding in findings(connector(reader)):
            found.append(finding)
            console.print(_row(finding))
    if as_json:
        show.print_json([asdict(finding) for finding in found])
    if any(finding.level is Level.FAILURE for finding in found):
        raise typer.Exit(1)


def _row(finding: Finding) -> Table:
    """What to do about it stands below what was seen."""
    row = Table.grid(padding=(0, 1))
    row.add_column(no_wrap=True)
    row.add_column(no_wrap=True, width=_LONGEST_CHECK)
    row.add_column(overflow="fold")
    seen = Text(finding.seen)
    if finding.remedy:
        seen.append("\n→ " + finding.remedy.replace("\n", "\n  "), "yellow")
    row.add_row(_MARKS[finding.level], finding.check, seen)
    return row
