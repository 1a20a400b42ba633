"""`kazashi doctor`: find faults of a reader and their remedies."""

from collections.abc import Iterator
from functools import partial
from itertools import chain
from pathlib import Path

import typer
from rich.table import Table
from rich.text import Text

from kazashi.cli import show
from kazashi.cli.console import Console, folded
from kazashi.cli.options import AsJson, ConfigFile, JournalPath, ReaderUrl
from kazashi.cli.oqs import look_of
from kazashi.cli.site import database_findings
from kazashi.discovery import connector, serial_port
from kazashi.doctor import findings
from kazashi.errors import LinkError
from kazashi.finding import Finding, Level
from kazashi.usb.bus import Details, details, is_installed
from kazashi.words import Language

_LONGEST_CHECK = len("terminal certificate")
_LEFT = len("✓ ") + _LONGEST_CHECK + len(" ")  # cells to the left of the result
_MARKS = {
    Level.OK: Text("✓", "green"),
    Level.NOTED: Text(" "),
    Level.WARNING: Text("!", "bold yellow"),
    Level.FAILURE: Text("✗", "bold red"),
}


def doctor(
    reader: ReaderUrl = None,
    *,
    config: ConfigFile = None,
    journal: JournalPath = None,
    as_json: AsJson = False,
) -> None:
    """Look at all that a tap needs: board, USB, chip, antenna, wires. Take cards away first.

    With --config or --journal also at the terminal: certificates, folders, disk, clock.
    """
    of_terminal = _of_terminal(config, journal) if config or journal else ()
    console = Console(quiet=as_json)
    found: list[Finding] = []
    with console.status("looking …"):
        for finding in chain(findings(connector(reader), device=_device(reader)), of_terminal):
            found.append(finding)
            console.print(_row(finding, console.width))
    if as_json:
        show.print_json([_facts(finding) for finding in found])
    if any(finding.level is Level.FAILURE for finding in found):
        raise typer.Exit(1)


def _of_terminal(config: Path | None, journal: Path | None) -> Iterator[Finding]:
    from kazashi.health.returns import Returns, kept_at  # they import cryptography
    from kazashi.health.settings import TerminalSettings
    from kazashi.health.terminal import Terminal
    from kazashi.reception.journal import default_path

    settings = TerminalSettings.read(config)
    returns = Returns(kept_at())
    kept = journal or default_path()
    database = partial(database_findings, config, kept)
    folders = look_of(config, kept)
    return Terminal(kept, settings, returns, folders, database).findings()


def _device(reader: str | None) -> Details | None:
    """Its device on USB, if kazashi[usb] is installed and shows it."""
    try:
        return details(serial_port(reader)) if is_installed() else None
    except LinkError:  # the first check says so
        return None


def _facts(finding: Finding) -> dict[str, str]:
    """The finding as JSON, for programs and for bug reports, which are in English."""
    return {
        "check": finding.check,
        "level": finding.level,
        "key": finding.key,
        "seen": finding.seen(Language.ENGLISH),
        "remedy": finding.remedy(Language.ENGLISH),
    }


def _row(finding: Finding, width: int) -> Table:
    """A row of the table: the result, with the remedy below."""
    row = Table.grid(padding=(0, 1))
    row.add_column(no_wrap=True)
    row.add_column(no_wrap=True, width=_LONGEST_CHECK)
    row.add_column(overflow="fold")
    cells = max(width - _LEFT, _LONGEST_CHECK)
    # Show each text once: some, such as a version, are the same in both languages.
    seen = Text(folded(" / ".join(dict.fromkeys(map(finding.seen, Language))), cells))
    for remedy in dict.fromkeys(map(finding.remedy, Language)):
        if remedy:
            lines = folded(remedy, cells - len("→ "))
            seen.append("\n→ " + lines.replace("\n", "\n  "), "yellow")
    row.add_row(_MARKS[finding.level], finding.check, seen)
    return row
