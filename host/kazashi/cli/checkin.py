"""`kazashi checkin`: one patient, from the card to the answer about eligibility."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

import kazashi
from kazashi.cli import show
from kazashi.cli.centre import SaysCentre, centre_of
from kazashi.cli.console import Console
from kazashi.cli.open_numbers import numbers_of
from kazashi.cli.options import AsJson, AsTest, CardReaderUrl, ConfigFile, JournalPath
from kazashi.cli.oqs import results_of
from kazashi.cli.people import Given, TerminalPeople
from kazashi.cli.result import show_result
from kazashi.cli.trust import anchors_of, component_of, passcode_of
from kazashi.errors import ReaderError
from kazashi.reception.checkin import Reception
from kazashi.reception.configuration import Configuration
from kazashi.reception.journal import Journal, JournalError, default_path
from kazashi.reception.profiles import PROFILES, Profile
from kazashi.reception.rules import Group, Prescription, Token, Way
from kazashi.reception.settings import BadSettings, Flaw
from kazashi.reception.visit import Visit
from kazashi.words import Language


def _groups(text: str) -> frozenset[Group]:
    if text in ("all", "none"):
        return frozenset(Group if text == "all" else ())
    try:
        return frozenset(Group(word.strip()) for word in text.split(","))
    except ValueError as error:
        raise typer.BadParameter(f"{error}: all, none or of {', '.join(Group)}") from error


def _prescription(name: str) -> Prescription:
    try:
        return Prescription[name.upper()]
    except KeyError as error:
        raise typer.BadParameter("choose electronic or paper") from error


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise typer.BadParameter("give it in hexadecimal") from error


_AsWay = Annotated[
    Way | None,
    typer.Option("--way", help="How the patient shows who they are; default: asked."),
]
_AsToken = Annotated[
    Token | None, typer.Option("--token", help="Card or phone; default: asked, or by the way.")
]
_Search = Annotated[
    float | None,
    typer.Option(
        "--timeout",
        metavar="S",
        min=0.1,
        help="Seconds to wait for a card or phone; default: 10, for a phone 20.",
        show_default=False,
    ),
]
_NoCard = Annotated[
    bool, typer.Option("--no-card", help="The patient has none: the official fall-backs.")
]
_Place = Annotated[
    str | None,
    typer.Option(
        "--profile",
        metavar="P",
        help=f"{', '.join(PROFILES)}, or one of the configuration; default: the first that offers "
        "the way.",
        show_default=False,
    ),
]
_Consent = Annotated[
    frozenset[Group] | None,
    typer.Option(
        metavar="GROUPS",
        parser=_groups,
        help=f"What the patient agrees to: all, none, or of {', '.join(Group)}; default: asked.",
        show_default=False,
    ),
]
_Prescribed = Annotated[
    Prescription | None,
    typer.Option(metavar="KIND", parser=_prescription, help="electronic or paper; default: asked."),
]
_Frame = Annotated[
    Path | None,
    typer.Option(
        exists=True, dir_okay=False, help="A picture of the patient, for the first comparison."
    ),
]
_Staff = Annotated[str | None, typer.Option(help="Who checks by eye; default: asked.")]
_Reason = Annotated[str | None, typer.Option(help="Why by eye; default: asked.")]
_Challenge = Annotated[
    bytes | None,
    typer.Option(
        metavar="HEX", parser=_bytes, help="What the card's key is to sign; default: fresh bytes."
    ),
]


def checkin(
    way: _AsWay = None,
    *,
    token: _AsToken = None,
    no_card: _NoCard = False,
    profile: _Place = None,
    reader: CardReaderUrl = None,
    as_test: AsTest = False,
    as_json: AsJson = False,
    timeline: Annotated[bool, typer.Option(help="Show where the time went.")] = False,
    language: Annotated[Language, typer.Option(help="What people read.")] = Language.JAPANESE,
    timeout: _Search = None,
    config: ConfigFile = None,
    journal: JournalPath = None,
    consent: _Consent = None,
    prescription: _Prescribed = None,
    frame: _Frame = None,
    staff: _Staff = None,
    reason: _Reason = None,
    challenge: _Challenge = None,
    centre: SaysCentre = None,
) -> None:
    """Check a patient in. What no option answers is asked; without a terminal, line by line."""
    if no_card and (way or token):
        raise typer.BadParameter("--no-card goes with neither --way nor --token")
    configured = Configuration.read(config)
    passcode = passcode_of(configured.passcode, is_test=as_test)
    configured = replace(configured, passcode=passcode)
    place = _offering(configured.profiles, profile, token, way)
    anchors = anchors_of(configured.anchors, is_test=as_test)
    asked = centre_of(centre, is_test=as_test, config=config)
    people = TerminalPeople(
        Console(stderr=True), language, Given(consent, prescription, frame, staff, reason)
    )
    ended: list[Visit] = []
    with ExitStack() as stack:
        connected = None if no_card else _reader(stack, reader)
        if connected and not anchors.authorities:
            show.show_error(BadSettings("anchors.authorities", Flaw.NO_AUTHORITIES))
        kept = _journal(stack, journal or default_path(), configured.keep_days)
        reception = Reception(
            connected,
            place,
            anchors,
            asked,
            kept,
            component=component_of(anchors, is_test=as_test),
            results=results_of(stack, config, journal or default_path()),
            numbers=numbers_of(config, journal or default_path()),
            timeout_s=timeout,
            **configured.policy,
        )
        try:
            if no_card:
                reception.check_in_without_card(people, ended.append)
            else:
                reception.check_in(people, way, token, challenge or b"", ended.append)
        finally:  # also after a signal; and before closing the line, which may be dead
            for visit in ended:
                if as_json:
                    show.print_json(visit.to_json())
                else:
                    show_result(visit, language, timeline=timeline)
    if not ended[0].outcome.is_accepted(configured.accepts):
        raise typer.Exit(1)


def _offering(
    profiles: Mapping[str, Profile], name: str | None, token: Token | None, way: Way | None
) -> Profile:
    """The named profile, or the first one that offers `way` with `token`."""
    if name is not None and name not in profiles:
        raise typer.BadParameter(f"choose one of {', '.join(profiles)}", param_hint="--profile")
    for profile in [profiles[name]] if name else profiles.values():
        tokens = [token] if token else profile.tokens
        if any(way in (None, *profile.ways_of(each)) and profile.ways_of(each) for each in tokens):
            return profile
    raise typer.BadParameter(
        f"profile {name or 'any'} has no way {way or 'any'} with {token or 'any token'}"
    )


def _reader(stack: ExitStack, url: str | None) -> kazashi.Reader | None:
    """The reader. None if it is unusable: staff see why, and use a fall-back."""
    try:
        return stack.enter_context(kazashi.open(url))
    except ReaderError as error:
        show.show_error(error)
        return None


def _journal(stack: ExitStack, path: Path, keep_days: int | None) -> Journal | None:
    """The journal. None if it is unusable: staff see why, and visits go on without it."""
    try:
        journal = stack.enter_context(Journal(path))
    except JournalError as error:
        show.show_error(error)
        return None
    if keep_days:
        try:
            journal.prune(keep_days)
        except JournalError as error:
            show.show_error(error)
    return journal
