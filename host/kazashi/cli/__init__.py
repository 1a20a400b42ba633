"""The program `kazashi`. Each command has a file, imported only when the command is used.

Exit status:

    0    done
    1    failure, with one line on stderr; also if stdout is closed or full
    2    usage error: an option or argument is wrong
    129  SIGHUP, 130 SIGINT (Ctrl-C), 143 SIGTERM: 128 + its number, after the reader rests
"""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

import kazashi
from kazashi.cli import show, streams
from kazashi.errors import KazashiError
from kazashi.visible import visible


class _Words(TyperGroup):
    """All commands. In usage errors, typed text is made safe to show."""

    def make_context(self, *arguments: Any, **extra: Any) -> Any:
        with _visible_errors():
            return super().make_context(*arguments, **extra)

    def invoke(self, ctx: Any) -> Any:
        with _visible_errors():
            return super().invoke(ctx)


@contextmanager
def _visible_errors() -> Generator[None]:
    try:
        yield
    except Exception as error:  # Typer does not export the base of its usage errors
        if isinstance(message := getattr(error, "message", None), str):
            setattr(error, "message", visible(message))  # noqa: B010
        raise


app = typer.Typer(
    cls=_Words,
    name="kazashi",
    help="Face-authentication card reader (顔認証付きカードリーダー): Raspberry Pi Pico and PN532.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

# Command: the place of its function or group, and the first line of its help.
TOPICS = {
    "demo": ("demo:demo", "A simulated Pico, PN532 and My Number Card; somebody taps."),
    "list": (
        "listing:list_readers",
        "List the boards on USB that may be readers, and PC/SC readers.",
    ),
    "info": (
        "info:info",
        "Say which firmware, board and chip a reader has, why it last started, what it had to "
        "mend.",
    ),
    "doctor": (
        "doctor:doctor",
        "Look at all that a tap needs: board, USB, chip, antenna, wires. Take cards away first.",
    ),
    "read": ("read:read", "Wait for a card and read its certificate for user authentication."),
    "checkin": (
        "checkin:checkin",
        "Check a patient in. What no option answers is asked; without a terminal, line by line.",
    ),
    "held": (
        "held:held",
        "Ask the centre about the people held, and let go of those it answers about.",
    ),
    "care": ("care:app", "Patients at home, while care goes on."),
    "passcode": (
        "passcode:passcode",
        "Ask twice for the passcode of visual checks; print the line for the configuration.",
    ),
    "declaration": (
        "declaration:declared",
        "Make the declaration of eligibility (被保険者資格申立書) as a PDF, from JSON on stdin.",
    ),
    "serve": (
        "serve:serve",
        "Serve the patient screen, the staff screen and the interface for programs, until Ctrl-C.",
    ),
    "monitor": (
        "monitor:monitor",
        "Show field, cards, counters and the last errors of a reader until Ctrl-C.",
    ),
    "simulate": (
        "simulate:simulate",
        "Serve a simulated reader until Ctrl-C. Give one of --pty and --tcp.",
    ),
    "pcsc": ("pcsc:app", "Readers of ours for PC/SC programs."),
    "bench": (
        "bench:bench",
        "Read certificates with every driver, and show how long each takes.",
    ),
    "flash": (
        "flash:flash",
        "Put the firmware on a board: one with a stock MicroPython, or a reader of any release.",
    ),
    "face": ("face:app", "Face matching: its models, its error rates."),
    "journal": ("journal:app", "What was kept of the visits."),
    "stats": (
        "stats:stats",
        "Say how many use マイナ保険証: rates by formula, month, kind, prefecture and more.",
    ),
    "numbers": ("numbers:app", "The clinic's own numbers of patients."),
}


def command(word: str) -> Any:  # a type of Click, which Typer does not export
    """The command with this name in TOPICS. Imports its file."""
    file, _, name = TOPICS[word][0].partition(":")
    found = getattr(import_module(f"{__name__}.{file}"), name)
    if not isinstance(found, typer.Typer):
        alone = typer.Typer(add_completion=False)
        alone.command(word)(found)
        found = alone
    return typer.main.get_command(found)


class _Topic(TyperCommand):
    """A placeholder for a command until it is used."""

    def make_context(self, info_name: str | None, *arguments: Any, **extra: Any) -> Any:
        return command(self.name or "").make_context(info_name, *arguments, **extra)


for _word, (_, _does) in TOPICS.items():
    app.command(_word, cls=_Topic, help=_does)(lambda: None)


def _print_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"kazashi {kazashi.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Say which release this is."
        ),
    ] = False,
) -> None:
    """Options that stand before a command, or alone."""


def main() -> int:
    """Run the command line. Return its exit status."""
    streams.guard()
    show.show_downloads()
    try:
        status = _run()
        sys.stdout.flush()
    except streams.StdoutLost as lost:
        show.show_error(lost)
        status = 1
    return status


def _run() -> int:
    try:
        app()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    except KazashiError as error:
        show.show_error(error)
        return 1
    return 0
