"""`kazashi list`: the readers attached, also as they come and go."""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from kazashi.cli import show
from kazashi.cli.console import Console
from kazashi.cli.options import AsJson
from kazashi.errors import NoReader
from kazashi.pcsc.listing import PcscReaders
from kazashi.usb.bus import bootsel_boards
from kazashi.usb.ports import Attached, Change, attached, changes
from kazashi.usb.udev import rules

_Watch = Annotated[
    bool,
    typer.Option("--watch", help="Show boards as they come and go until Ctrl-C."),
]
_Udev = Annotated[
    bool,
    typer.Option(
        "--udev",
        help="Print rules for udev (Linux): /dev/kazashi-SERIAL, permission, no ModemManager.",
    ),
]


def list_readers(*, as_json: AsJson = False, watch: _Watch = False, udev: _Udev = False) -> None:
    """List the boards on USB that may be readers, and PC/SC readers.

    With the extra usb also boards in BOOTSEL mode, which have no port: see kazashi flash --uf2.
    """
    if udev and (watch or as_json):
        raise typer.BadParameter("--udev stands alone")
    if udev:
        print(rules(), end="")  # noqa: T201
    elif watch:
        _watch(as_json)
    else:
        _list(as_json)


def _list(as_json: bool) -> None:
    boards = _looking()()
    if as_json:
        show.print_json([asdict(board) for board in boards])
    if not boards:
        raise NoReader
    if not as_json:
        table = Table("URL", "port", "USB", "serial", "description", box=None)
        for board in boards:
            said = (board.url, board.port, board.location, board.serial, board.description)
            table.add_row(*map(Text, said))
        Console().print(table)


def _looking() -> Callable[[], list[Attached]]:
    """A function that returns what is there now."""
    pcsc = PcscReaders()
    return lambda: [
        *attached(),
        *bootsel_boards(),
        *(Attached(url, port="", serial="", description="PC/SC reader") for url in pcsc.urls()),
    ]


def _watch(as_json: bool) -> None:
    Console(stderr=True).print("watching USB until Ctrl-C", style="dim")
    console = Console(soft_wrap=True)
    for change in changes(_looking()):
        if as_json:
            show.print_json_text(_as_json(change))
        else:
            console.print(Text(_line(change)))


def _as_json(change: Change[Attached]) -> str:
    at = datetime.now().astimezone().isoformat(timespec="milliseconds")
    event = "attached" if change.has_come else "detached"
    return json.dumps({"at": at, "event": event, **asdict(change.device)}, ensure_ascii=False)


def _line(change: Change[Attached]) -> str:
    board = change.device
    said = (board.url, board.port, board.location, board.description)
    sign = "+" if change.has_come else "-"
    return f"{datetime.now():%H:%M:%S} {sign} {'  '.join(filter(None, said))}"
