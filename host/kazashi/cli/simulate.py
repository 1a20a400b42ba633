"""`kazashi simulate`: a simulated reader for other programs, on a pty or a TCP port."""

import os
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from kazashi.cli.console import Console
from kazashi.cli.simulated import Simulated, SimUrl, simulated
from kazashi.cli.writing import writing
from kazashi.errors import ReaderUnplugged
from kazashi.sim.authority import shared_authority
from kazashi.sim.serve import Line, TcpLine, serve

_Pty = Annotated[
    Path | None, typer.Option("--pty", metavar="LINK", help="Serve a serial port at this path.")
]
_Tcp = Annotated[
    str,
    typer.Option(
        "--tcp",
        metavar="HOST:PORT",
        help="Serve a TCP port of this machine: one program at a time, each for an hour at most.",
    ),
]
_Emulated = Annotated[
    bool, typer.Option("--emulated", help="On an emulated Pico: pico: instead of sim:.")
]


_AnchorFolder = Annotated[
    Path | None,
    typer.Option(
        "--anchors",
        metavar="DIR",
        file_okay=False,
        help="Write the test anchors of its cards there, with a kazashi.toml for checkin --config.",
    ),
]
_Blank = Annotated[
    bool, typer.Option("--blank", help="MicroPython alone on the emulated Pico: see flash.")
]


def simulate(
    reader: SimUrl = "sim:",
    *,
    emulated: _Emulated = False,
    blank: _Blank = False,
    pty: _Pty = None,
    tcp: _Tcp = "",
    anchors: _AnchorFolder = None,
) -> None:
    """Serve a simulated reader until Ctrl-C. Give one of --pty and --tcp."""
    if (pty is None) == (not tcp):
        raise typer.BadParameter("give one of --pty LINK and --tcp HOST:PORT")
    if emulated and reader.startswith("sim:"):
        reader = f"pico:{reader.removeprefix('sim:')}"
    if blank and not reader.startswith("pico:"):
        raise typer.BadParameter("--blank is for --emulated: sim: has no MicroPython of its own")
    pico = simulated(reader, is_blank=blank)
    does = "flash pico" if blank else "read"
    if anchors:
        write_anchors(anchors)
    if pty is None:
        line = _tcp_line(tcp, takes_all=blank)  # for flashing
        with closing(line):
            while True:
                _serve(pico, line, f"{does} --reader socket://{line.address[0]}:{line.address[1]}")
                line.hang_up()
    while True:
        _serve_pty(pico, pty, does)


def _serve(pico: Simulated, line: Line, command: str) -> None:
    """Serve until the board restarts by itself, which disconnects it from its line."""
    console = Console(stderr=True)
    console.print("booting the reader …")
    with closing(pico.connect_paced()) as pipe:
        console.print(f"serving: kazashi {command}", soft_wrap=True, markup=False)
        try:
            serve(pipe, line)
        except ReaderUnplugged:
            if not pico.has_reset:
                raise


def _serve_pty(pico: Simulated, link: Path, does: str) -> None:
    try:
        from kazashi.sim.terminal import Terminal  # POSIX only
    except ImportError:
        raise typer.BadParameter("no pty on this system: use --tcp") from None
    if link.exists() and not link.is_symlink():
        raise typer.BadParameter(f"{link} exists and is not a link: choose another path")
    with closing(Terminal()) as terminal:
        try:
            link.unlink(missing_ok=True)
            link.symlink_to(terminal.path)
        except OSError as error:
            raise typer.BadParameter(f"cannot make {link}: {error.strerror}") from error
        try:
            _serve(pico, terminal, f"{does} --reader {os.fspath(link)}")
        finally:
            link.unlink(missing_ok=True)


def write_anchors(folder: Path) -> None:
    """Write the trust anchors of this process's simulated cards. They are new each time."""
    authority = shared_authority()
    keys = "".join(
        f'    {{ id = "{key.key_id.hex()}", n = "{key.n:x}", e = {key.e} }},\n'
        for key in authority.cv_anchors
    )
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "test_authority.der").write_bytes(authority.certificate)
        (folder / "kazashi.toml").write_text(
            f'[anchors]\ntest = true\nauthorities = ["test_authority.der"]\ncv_keys = [\n{keys}]\n',
            encoding="utf-8",
        )


def _tcp_line(address: str, *, takes_all: bool) -> TcpLine:
    host, _, text = address.rpartition(":")
    try:
        port = int(text)
    except ValueError:
        port = -1
    if not host or port not in range(65536):
        raise typer.BadParameter(
            f"{address} is no address: give HOST:PORT, PORT from 0 (any that is free) to 65535"
        )
    try:
        return TcpLine(host, port, takes_all=takes_all)
    except (ValueError, OSError) as error:
        raise typer.BadParameter(f"cannot serve at {address}: {error}") from error
