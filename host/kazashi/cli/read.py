"""`kazashi read`: wait for a card and read its certificate."""

from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer

import kazashi
from kazashi.cards.certificate import Certificate
from kazashi.cards.errors import NotGenuine
from kazashi.cards.jpki import PLAN, JpkiSession
from kazashi.cli import show
from kazashi.cli.console import Console
from kazashi.cli.options import AsJson, AsTest, CardReaderUrl, ConfigFile, TimeoutS
from kazashi.cli.writing import writing
from kazashi.errors import (
    CardGarbled,
    CardGone,
    CardProtocolBroken,
    LinkError,
    NoCard,
    ReaderError,
    ReadInterrupted,
)
from kazashi_wire.messages import BitRate

_AsPem = Annotated[bool, typer.Option("--pem", help="The certificate as PEM on stdout.")]
_DerFile = Annotated[
    Path | None,
    typer.Option("--der", metavar="FILE", dir_okay=False, help="Write the certificate as DER."),
]
_CLOSING_PLAN = replace(PLAN, is_closing=True)  # no command follows
_Fastest = Annotated[
    Literal["106", "212", "424"],
    typer.Option(help="kbit/s up to which a Type B card is tried, if it offers that."),
]


def read(
    reader: CardReaderUrl = None,
    *,
    as_pem: _AsPem = False,
    der: _DerFile = None,
    as_json: AsJson = False,
    timeout: TimeoutS = 30.0,
    fastest: _Fastest = "106",
    config: ConfigFile = None,
    as_test: AsTest = False,
) -> None:
    """Wait for a card and read its certificate for user authentication."""
    if as_pem + as_json + (der is not None) > 1:
        raise typer.BadParameter("choose one of --pem, --der and --json")
    trust = _trust(config, is_test=as_test)
    console = Console(stderr=True)
    with kazashi.open(reader) as connected, _end_shown(connected):
        console.print(show.PRESENT_CARD)
        rate = BitRate[f"KBIT_{fastest}"]
        card = connected.wait_for_card(timeout, plan=_CLOSING_PLAN, fastest=rate)
        console.print(f"  [green]✓[/green] card found: Type {card.type_name or '?'}")
        jpki = JpkiSession(card)
        certificate = _read_certificate(jpki, console)
        kind = _kind(jpki)
    if as_pem:
        typer.echo(certificate.pem, nl=False)
    elif der is not None:
        _write(der, certificate.der)
    else:
        card_facts = show.card_facts(card, kind)
        certificate_facts = show.certificate_facts(certificate) | {
            "issuer_check": trust(certificate),
            "is_test": as_test,
        }
        if as_json:
            reader_facts = show.reader_facts(connected.info)
            facts = {"reader": reader_facts, "card": card_facts, "certificate": certificate_facts}
            show.print_json(facts)
        else:
            show.show_facts(Console(), {"card": kind, **certificate_facts})


@contextmanager
def _end_shown(reader: kazashi.Reader) -> Generator[None]:
    """Show the outcome of the block at the reader."""
    try:
        yield
    except (LinkError, CardGone, CardGarbled, CardProtocolBroken, ReadInterrupted, NoCard):
        raise  # the reader is gone, has shown it already, or no patient is there
    except ReaderError:
        with suppress(ReaderError):  # raise the first error, not this one
            reader.show(kazashi.Signal.FAILED)
        raise
    with suppress(ReaderError):  # the certificate is read: an error of the reader changes nothing
        reader.show(kazashi.Signal.DONE)


def _trust(config: Path | None, *, is_test: bool) -> Callable[[Certificate], str]:
    """A function that judges an issuer: "trusted", the reason if not, or "not checked"."""
    if config is None and not is_test:
        return lambda _: "not checked"
    from kazashi.cli.trust import anchors_of
    from kazashi.reception.configuration import Configuration

    anchors = anchors_of(Configuration.read(config).anchors, is_test=is_test)

    def check(certificate: Certificate) -> str:
        if not anchors.authorities:
            return "not checked"
        try:
            anchors.trusts(certificate)
        except NotGenuine as error:
            return error.reason.name.lower().replace("_", " ")
        return "trusted"

    return check


def _read_certificate(jpki: JpkiSession, console: Console) -> Certificate:
    with show.certificate_progress(console) as progress:
        task = progress.add_task("certificate", total=None)
        der = jpki.authentication_certificate(
            lambda so_far, size: progress.update(task, completed=so_far, total=size)
        )
    return Certificate.parse(der)


def _kind(jpki: JpkiSession) -> str:
    """The kind of card; "unknown" if reader or card fail now: the certificate stays valid."""
    kind = "unknown"
    with suppress(ReaderError):
        kind = show.kind_of(jpki.token_label())
        jpki.finish()
    return kind


def _write(path: Path, data: bytes) -> None:
    with writing(path):
        path.write_bytes(data)
