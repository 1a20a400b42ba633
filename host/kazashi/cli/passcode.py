"""`kazashi passcode`: hash the passcode of visual checks for the configuration."""

import sys
from getpass import getpass
from typing import Annotated

import typer

from kazashi.cli.console import Console
from kazashi.reception.passcode import BadPasscode, PasscodeFlaw, hashed
from kazashi.words import Language, text


def passcode(
    *,
    language: Annotated[Language, typer.Option(help="What people read.")] = Language.JAPANESE,
) -> None:
    """Ask twice for the passcode of visual checks; print the line for the configuration."""
    first = _typed("passcode.new", language)
    line = hashed(first)
    if _typed("passcode.again", language) != first:
        raise BadPasscode(PasscodeFlaw.DIFFERENT)
    typer.echo(f'passcode = "{line}"')


def _typed(key: str, language: Language) -> str:
    """A line from the terminal, without echo; from stdin if that is none. Empty: nothing came."""
    prompt = text(key, {}, language) + " "
    if sys.stdin.isatty():
        try:
            return getpass(prompt, stream=sys.stderr)
        except EOFError:
            return ""
    Console(stderr=True).print(prompt, markup=False, highlight=False)
    return sys.stdin.readline().rstrip("\r\n")
