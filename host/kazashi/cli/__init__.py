"""`kazashi`: one topic a word, one file a topic.

Exit status: 0; 1 it failed, with one clear line; 2 usage; 130 Ctrl-C.
"""

import sys

import typer

from kazashi.cli import (
    bench,
    checkin,
    demo,
    doctor,
    face,
    flash,
    held,
    info,
    journal,
    listing,
    monitor,
    read,
    show,
    simulate,
)
from kazashi.errors import ReaderError
from kazashi.reception.errors import ReceptionError

app = typer.Typer(
    name="kazashi",
    help="Face-authentication card reader (顔認証付きカードリーダー): Raspberry Pi Pico and PN532.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("demo")(demo.demo)
app.command("list")(listing.list_readers)
app.command("info")(info.info)
app.command("doctor")(doctor.doctor)
app.command("read")(read.read)
app.command("checkin")(checkin.checkin)
app.command("held")(held.held)
app.command("monitor")(monitor.monitor)
app.command("simulate")(simulate.simulate)
app.command("bench")(bench.bench)
app.command("flash")(flash.flash)
app.add_typer(face.app, name="face")
app.add_typer(journal.app, name="journal")


def main() -> None:
    """The installed program."""
    show.show_downloads()
    try:
        app()
    except (ReaderError, ReceptionError) as error:
        show.show_error(error)
        sys.exit(1)
    except KeyboardInterrupt:  # outside of any command
        sys.exit(130)
