"""`kazashi numbers`: the clinic's own numbers (診察券番号), from and to lists as CSV; 照会番号."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from kazashi.cli import show
from kazashi.cli.console import Console
from kazashi.cli.options import JournalPath
from kazashi.cli.oqs import exchange_of
from kazashi.cli.site import registrations_of, send_numbers
from kazashi.cli.writing import new_text
from kazashi.reception.journal import default_path
from kazashi.reception.numbers.errors import BadList, ListFlaw, ListRefused
from kazashi.reception.numbers.lists import Encoding, lines_of, list_as_text
from kazashi.reception.numbers.settings import NumbersSettings
from kazashi.reception.numbers.store import NumbersFile
from kazashi.reception.secret_file import new_key
from kazashi.reception.settings import BadSettings, Flaw, content
from kazashi.words import Language, text

app = typer.Typer(help="The clinic's own numbers of patients.", no_args_is_help=True)

_MOST = 100_000_000  # bytes of a list: a million patients have some 30 MB
_SHOWN = 20  # errors of a list; a wrong one has as many as lines

_Config = Annotated[
    Path, typer.Option("--config", metavar="FILE", help="TOML, with a table named numbers.")
]
_Encoding = Annotated[
    Encoding | None,
    typer.Option(help="Of the list; default: UTF-8 if it can be that, else cp932."),
]
_Move = Annotated[
    bool, typer.Option(help="What another patient has is the list's patient's from now on.")
]
_File = Annotated[Path, typer.Argument(metavar="FILE.csv")]


@app.command("import")
def import_list(
    file: _File,
    config: _Config,
    *,
    encoding: _Encoding = None,
    move: _Move = False,
    journal: JournalPath = None,
) -> None:
    """Add the patients of a list, all or none. Errors are told with their lines.

    If the configuration names a database, they are sent there at once; if that is not possible,
    kazashi serve or the next import sends them.
    """
    numbers = _numbers(config, journal)
    with _troubles_shown():
        lines = lines_of(_data(file), numbers.marks.is_ours, encoding)
        numbers.take(lines, moves=move)
    Console().print(f"lines imported: {len(lines)}")
    send_numbers(config, numbers)


@app.command("register")
def register_list(
    file: _File,
    config: Annotated[
        Path,
        typer.Option(
            "--config", metavar="FILE", help="TOML, with tables named numbers and oqs.terminal."
        ),
    ],
    *,
    encoding: _Encoding = None,
    move: _Move = False,
    again: Annotated[
        bool, typer.Option("--again", help="Send once more what was sent and has no answer.")
    ] = False,
    journal: JournalPath = None,
) -> None:
    """Register the 照会番号 of a list's patients with the centre, by files, and in the map.

    Interrupt it when you like, and run it again with the same list or a newer one: nothing is
    registered twice. Each patient's result is told.
    """
    numbers = _numbers(config, journal)
    exchange = exchange_of(config)
    if exchange is None:
        raise BadSettings("oqs.terminal", Flaw.MISSING)
    from kazashi.cli import register

    with _troubles_shown():
        entries = register.entries_of(_data(file), encoding, numbers, moves=move)
    with registrations_of(config, numbers) as site:
        is_done = register.register(entries, numbers, exchange, site, moves=move, again=again)
    send_numbers(config, numbers)
    if not is_done:
        raise typer.Exit(1)


@app.command("export")
def export_list(
    file: _File,
    config: _Config,
    *,
    encoding: Annotated[Encoding, typer.Option(help="Of the list.")] = Encoding.UTF_8_SIG,
    journal: JournalPath = None,
) -> None:
    """Write all that is known to a new file that only its owner can read."""
    lines = _numbers(config, journal, is_made=False).lines()
    with new_text(file, encoding) as out:
        out.write(list_as_text(lines))
    Console().print(f"lines exported: {len(lines)}")


@app.command("key")
def key(file: Annotated[Path, typer.Argument(metavar="FILE")]) -> None:
    """Make the key with which certificates are hashed: a new file that only its owner can read.

    Without it the certificates of the map are of no use: keep a copy in a safe place.
    """
    with new_text(file) as out:
        out.write(new_key() + "\n")


def _data(file: Path) -> bytes:
    """What stands in a list. Raises BadList."""
    try:
        return content(file, _MOST)
    except OSError as error:
        raise BadList(0, ListFlaw.UNREADABLE, error.strerror or "") from error


@contextmanager
def _troubles_shown() -> Generator[None]:
    """What is wrong with a list, line by line, and how much more there is."""
    try:
        yield
    except ListRefused as refused:
        for trouble in refused.troubles[:_SHOWN]:
            show.show_error(trouble)
        if (more := len(refused.troubles) - _SHOWN) > 0:
            said = (text("list-refused.more", {"count": more}, each) for each in Language)
            show.show_line(f"kazashi: {' / '.join(said)}")
        raise


def _numbers(config: Path, journal: Path | None, *, is_made: bool = True) -> NumbersFile:
    settings = NumbersSettings.read(config)
    if settings is None:
        raise BadSettings("numbers.key", Flaw.MISSING)
    return settings.open(journal or default_path(), is_made=is_made)
