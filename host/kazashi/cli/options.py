"""Options that many commands have, declared once."""

from pathlib import Path
from typing import Annotated

import typer

ReaderUrl = Annotated[
    str | None,
    typer.Option(
        "--reader",
        metavar="URL",
        help="Serial port, usb:SERIAL, socket://HOST:PORT, sim: or pico:IMAGE; default: the only "
        "one attached.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of text.")]
AsJsonLines = Annotated[bool, typer.Option("--json", help="One JSON object a line for each event.")]
AsTest = Annotated[
    bool,
    typer.Option(
        "--test",
        help="Believe simulated cards, ask a simulated centre, mark all of it as a test.",
    ),
]
JournalPath = Annotated[
    Path | None,
    typer.Option(
        "--journal",
        metavar="FILE",
        dir_okay=False,
        help="The journal; default: kazashi/journal.db in $XDG_STATE_HOME or ~/.local/state.",
        show_default=False,
    ),
]
TimeoutS = Annotated[
    float, typer.Option("--timeout", metavar="S", min=0.1, help="Seconds to wait for a card.")
]
