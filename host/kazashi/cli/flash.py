"""`kazashi flash`: put the firmware on a board."""

from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

from kazashi.cli import show
from kazashi.cli.options import ReaderUrl
from kazashi.discovery import connector
from kazashi.errors import NotFlashed

_Board = Annotated[str, typer.Argument(metavar="BOARD", help="pico, or another folder of boards/.")]


def flash(board: _Board, reader: ReaderUrl = None) -> None:
    """Put the firmware on a board: one with a stock MicroPython, or a reader of any release.

    Cut anywhere, run it again: it goes on where it stopped.
    """
    try:
        from kazashi.flashing.files import Board
        from kazashi.flashing.install import install
    except ImportError as error:
        raise NotFlashed(f"{error.name} is missing", "install kazashi[flash]") from error
    console = Console(stderr=True)
    with _progress(console) as progress:
        task = progress.add_task("looking at the board", total=None)

        def on_progress(done: int, total: int) -> None:
            progress.update(task, description="copying", completed=done, total=total)

        connected = install(connector(reader), Board.named(board), on_progress)
    info = connected.info
    connected.close()
    show.show_facts(Console(), show.reader_facts(info))


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeElapsedColumn(),
        console=console,
    )
