"""`kazashi list`: the readers attached."""

from dataclasses import asdict

from rich.table import Table
from rich.text import Text

from kazashi.cli import show
from kazashi.cli.console import Console
from kazashi.cli.options import AsJson
from kazashi.discovery import attached
from kazashi.errors import NoReader


def list_readers(*, as_json: AsJson = False) -> None:
    """List the boards on USB that may be readers."""
    boards = attached()
    if as_json:
        show.print_json([asdict(board) for board in boards])
    if not boards:
        raise NoReader
    if not as_json:
        table = Table("URL", "port", "serial", "description", box=None)
        for board in boards:
            said = (board.url, board.port, board.serial, board.description)
            table.add_row(*map(Text, said))
        Console().print(table)
