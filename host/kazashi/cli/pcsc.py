"""`kazashi pcsc`: readers of ours for PC/SC programs."""

import sys
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from math import inf
from threading import Event
from time import sleep
from typing import Annotated

import typer

import kazashi
from kazashi.cli import show
from kazashi.cli.console import Console
from kazashi.cli.options import UsbIdGiven, usable
from kazashi.errors import Cancelled, KazashiError
from kazashi.limits import Limits
from kazashi.pcsc import ccid_install, vpcd
from kazashi.pcsc.slot import Slot, State

app = typer.Typer(no_args_is_help=True, help="Readers of ours for PC/SC programs.")

_HOST = "127.0.0.1"
_WARNING = (
    "注意: vpcd はこのコンピューターのすべてのネットワークで、認証なしに接続を受け付けます。"
    f"試験専用です。TCP {vpcd.PORT}–{vpcd.PORT + 1} をファイアウォールで遮断してください",
    "warning: vpcd listens on every network interface of this computer, without authentication: "
    f"for tests only; let a firewall block TCP {vpcd.PORT} to {vpcd.PORT + 1}",
)
_STATES = {
    State.NO_CARD: "no card",
    State.NO_PCSCD: "a card is there; vpcd does not listen yet. Start a PC/SC program, or pcscd; "
    "if they are missing: apt install pcscd vsmartcard-vpcd",
    State.CARD: "PC/SC programs can use the card",
}
_LOOK_S = 0.1
# A PC/SC program may use one card for hours.
_LIMITS = Limits(tap_s=inf)


def _usable(urls: list[str] | None) -> list[str] | None:
    for url in urls or ():
        usable(url)
    if urls and len(urls) > vpcd.SLOTS:
        raise typer.BadParameter(f"vpcd has {vpcd.SLOTS} slots: give one or two readers")
    return urls


_Readers = Annotated[
    list[str] | None,
    typer.Option(
        "--reader",
        metavar="URL",
        help="A reader's URL, as for read; twice for both slots. Default: the only one attached.",
        callback=_usable,
        show_default=False,
    ),
]


_Uninstall = Annotated[
    bool, typer.Option("--uninstall", help="Take out what install has put there, and no more.")
]
_RESTART = "pcscd reads it when it starts: sudo systemctl restart pcscd"


@app.callback()
def _group() -> None:
    """Readers of ours for PC/SC programs."""


@app.command("serve")
def serve(readers: _Readers = None) -> None:
    """Serve readers, simulated or attached, to PC/SC programs through vpcd until Ctrl-C."""
    console = Console(stderr=True)
    for line in _WARNING:
        console.print(line, style="yellow", soft_wrap=True)
    urls = readers or [None]
    cancel = Event()
    with ThreadPoolExecutor(len(urls)) as threads:
        slots = [
            threads.submit(_serve_slot, url, number, console, cancel)
            for number, url in enumerate(urls)
        ]
        try:
            _wait(slots)
        finally:
            cancel.set()
    raise typer.Exit(1)  # every slot has ended, and has said why


@app.command("install")
def install(*, usb_id: UsbIdGiven = None, uninstall: _Uninstall = False) -> None:
    """Let pcscd on Linux know a board with CCID (flash --ccid) by its USB ID. Needs root.

    Without --usb-id it is that of the attached board.
    """
    if sys.platform != "linux":
        raise typer.BadParameter("install is for Linux: other systems know CCID readers by class")
    console = Console(stderr=True)
    usb_id = usb_id or ccid_install.attached_id()
    file = ccid_install.libccid_list()
    change = ccid_install.uninstall if uninstall else ccid_install.install
    if not change(file, usb_id):
        state = "does not have" if uninstall else "has"
        lines = (f"nothing to do: {file} {state} {usb_id} {'from us' if uninstall else 'already'}",)
    elif uninstall:
        lines = (f"{usb_id} is no longer in {file}", _RESTART)
    else:
        kept = ccid_install.copy_of(file)
        lines = (f"{usb_id} is in {file}; as it was before: {kept}", _RESTART)
    for line in lines:
        console.print(line, soft_wrap=True, markup=False)


def _wait(slots: Sequence[Future[None]]) -> None:
    """Until all have ended. By sleeping: Ctrl-C would break a wait for a lock of `threading`."""
    while not all(slot.done() for slot in slots):
        sleep(_LOOK_S)
        for slot in slots:
            if slot.done():
                slot.result()


def _serve_slot(url: str | None, number: int, console: Console, cancel: Event) -> None:
    """Serve one reader until it is gone; show the error that ends it."""

    def tell(news: State | KazashiError) -> None:
        if isinstance(news, State):
            console.print(f"slot {number}: {_STATES[news]}", soft_wrap=True, markup=False)
        else:
            show.show_error(news)

    with suppress(Cancelled):
        try:
            with kazashi.open(url, _LIMITS, cancel) as reader:
                Slot(reader, (_HOST, vpcd.PORT + number), tell, cancel).serve()
        except KazashiError as error:
            tell(error)
