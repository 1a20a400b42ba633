"""`kazashi flash`: put the firmware on a board, or into one file to drop on it."""

import os
from pathlib import Path
from typing import Annotated

import typer

from kazashi.cli import show
from kazashi.cli.console import Console
from kazashi.cli.options import ReaderUrl, UsbIdGiven, need
from kazashi.cli.progress import shown
from kazashi.cli.writing import writing
from kazashi.device_files import board_names
from kazashi.discovery import connector
from kazashi.flashing.board_files import Board
from kazashi.flashing.bootsel import in_bootsel, write_uf2
from kazashi.flashing.uf2 import build
from kazashi.usb.bus import is_installed
from kazashi.usb.ids import TEST

_Board = Annotated[str, typer.Argument(metavar="BOARD", help=f"One of {', '.join(board_names())}.")]
_Uf2 = Annotated[
    Path | None,
    typer.Option(
        "--uf2",
        metavar="OUT",
        help="Build one file instead, MicroPython with the firmware in it, and write it to a board "
        "in BOOTSEL mode (needs the extra usb; never tried on hardware). Without one, drop the "
        "file on the board's BOOTSEL drive.",
    ),
]
_MicroPython = Annotated[
    Path | None,
    typer.Option(
        "--micropython",
        metavar="DIR",
        help="With --uf2: a checkout of MicroPython; without one, Debian's source packages. "
        "Missing build tools are installed with apt-get (2.8 GB).",
    ),
]
_Ccid = Annotated[
    bool,
    typer.Option(
        "--ccid",
        help="Make the board a USB CCID reader for PC/SC programs, too: then any program may take "
        "the card. Needs a USB ID of your own, from --usb-id or USB_ID in board.py. Without --ccid "
        "the next flash turns it off again, unless board.py has CCID on.",
    ),
]
_TESTS_ONLY = (
    f"warning: {TEST} is pid.codes' test ID: for your own desk only, never ship such a board"
)


def flash(
    board: _Board,
    reader: ReaderUrl = None,
    *,
    ccid: _Ccid = False,
    usb_id: UsbIdGiven = None,
    uf2: _Uf2 = None,
    micropython: _MicroPython = None,
) -> None:
    """Put the firmware on a board: one with a stock MicroPython, or a reader of any release.

    Cut anywhere, run it again: it goes on where it stopped.
    """
    if usb_id and not ccid:
        raise typer.BadParameter("--usb-id is for --ccid")
    if micropython and not uf2:
        raise typer.BadParameter("--micropython is for --uf2")
    if micropython and not (micropython / "ports" / "rp2").is_dir():
        raise typer.BadParameter(f"{micropython} is no checkout of MicroPython")
    if uf2 and not uf2.parent.is_dir():
        raise typer.BadParameter(f"{uf2.parent} is no folder")
    if reader and reader.startswith(("sim:", "pico:")):
        raise typer.BadParameter(
            "flash needs a board: serve one with kazashi simulate --emulated --blank, and give its "
            "port",
            param_hint="--reader",
        )
    named = _named(board)
    if ccid:
        named = named.with_ccid(usb_id)
    _check_usb(named)
    if uf2:
        _build(named, uf2, micropython)
    else:
        _install(named, reader)


def _named(board: str) -> Board:
    try:
        return Board.named(board)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="BOARD") from error


def _check_usb(board: Board) -> None:
    """Refuse a USB ID that is missing or another product's, before anything takes time."""
    board.board_py()
    if board.has_ccid and board.usb_id == TEST:
        Console(stderr=True).print(_TESTS_ONLY, style="yellow", soft_wrap=True)


def _build(board: Board, out: Path, micropython: Path | None) -> None:
    console = Console(stderr=True)
    with console.status("building MicroPython with the firmware: some minutes …"), writing(out):
        build(board, out, micropython)
    if _write(console, board, out):
        line = f"{out} is on the board in BOOTSEL mode, which starts it now"
    else:
        line = f"hold BOOTSEL, plug the board in, and drop {out} on its drive"
    console.print(line, soft_wrap=True, markup=False)


def _write(console: Console, board: Board, uf2: Path) -> bool:
    """Write the file to the board in BOOTSEL mode. Return False if none is seen."""
    device = in_bootsel(board.chip) if is_installed() else None
    if device is None:
        return False
    with shown(console) as show_progress:
        write_uf2(device, board.chip, uf2.read_bytes(), show_progress)
    return True


def _install(board: Board, reader: str | None) -> None:
    need("flash")
    from kazashi.flashing.install import install

    console = Console(stderr=True)
    if reader and _is_emulated(reader):
        console.print("an emulated board: some twenty times slower than a real one", style="dim")
    copied = 0
    with shown(console) as show_progress:

        def on_progress(done: int, total: int) -> None:
            nonlocal copied
            copied = done
            show_progress("copying", done, total)

        connected = install(connector(reader), board, on_progress)
    if not copied:
        console.print("nothing to copy: every file on the board is right", style="dim")
    info = connected.info
    connected.close()
    show.show_facts(Console(), show.reader_facts(info))
    if board.has_ccid:
        line = f"a CCID reader, {board.usb_id}; on Linux, as root: kazashi pcsc install"
        console.print(line, soft_wrap=True)


def _is_emulated(reader: str) -> bool:
    """Whether this is a place where `kazashi simulate` serves: TCP, or a pseudo-terminal."""
    return reader.startswith("socket://") or os.path.realpath(reader).startswith("/dev/pts/")
