"""`kazashi numbers`: the clinic's own numbers (診察券番号), from and to lists as CSV."""

import os
from pathlib import Path
from typing import Annotated

import typer

from kazashi.cli import show
from kazashi.cli.console import Console
from kazashi.cli.options import JournalPath
from kazashi.cli.writing import new_file
from kazashi.reception.journal import default_path
from kazashi.reception.numbers.errors import BadList, ListFlaw, ListRefused
from kazashi.reception.numbers.lists import Encoding, decoded, lines_of, list_as_text
from kazashi.reception.numbers.marks import new_key
from kazashi.reception.numbers.settings import NumbersSettings
from kazashi.reception.numbers.store import NumbersFile
from kazashi.reception.settings import BadSettings, Flaw, content

app = typer.Typer(help="The clinic's own numbers of patients.", no_args_is_help=True)

_MOST = 100_000_000  # bytes of a list: a million patients have some 30 MB

_Config = Annotated[
    Path, typer.Option("--config", metavar="FILE", help="TOML with a table [numbers].")
]
_File = Annotated[Path, typer.Argument(metavar="FILE.csv")]


@app.command("import")
def import_list(
    file: _File,
    config: _Config,
    *,
    encoding: Annotated[
        Encoding | None,
        typer.Option(help="Of the list; default: UTF-8 if it can be that, else cp932."),
    ] = None,
    move: Annotated[
        bool, typer.Option(help="What another patient has is the list's patient's from now on.")
    ] = False,
    journal: JournalPath = None,
) -> None:
    """Add the patients of a list, all or none. Errors are told with their lines."""
    numbers = _numbers(config, journal)
    try:
        data = content(file, _MOST)
    except OSError as error:
        raise BadList(ListFlaw.UNREADABLE, error.strerror or "") from error
    try:
        lines = lines_of(decoded(data, encoding), numbers.marks.is_ours)
        numbers.take(lines, moves=move)
    except ListRefused as refused:
        for trouble in refused.troubles:
            show.show_error(trouble)
        raise
    Console().print(f"{len(lines)} lines imported")


@app.command("export")
def export_list(
    file: _File,
    config: _Config,
    *,
    encoding: Annotated[Encoding, typer.Option(help="Of the list.")] = Encoding.UTF_8_SIG,
    journal: JournalPath = None,
) -> None:
    """Write all that is known to a new file that only its owner can read."""
    lines = _numbers(config, journal).lines()
    with new_file(file) as descriptor, os.fdopen(descriptor, "wb") as out:
        out.write(list_as_text(lines).encode(encoding))
    Console().print(f"{len(lines)} lines exported")


@app.command("key")
def key(file: Annotated[Path, typer.Argument(metavar="FILE")]) -> None:
    """Make the key with which certificates are hashed: a new file that only its owner can read.

    Without it the certificates of the map are of no use: keep a copy in a safe place.
    """
    with new_file(file) as descriptor, os.fdopen(descriptor, "w") as out:
        out.write(new_key() + "\n")


def _numbers(config: Path, journal: Path | None) -> NumbersFile:
    settings = NumbersSettings.read(config)
    if settings is None:
        raise BadSettings("numbers.key", Flaw.MISSING)
    return settings.open(journal or default_path())
